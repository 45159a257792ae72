import { expect, it } from "vitest";
import { IDLE_LIMIT, WARNING, watch } from "./idle";

const later = 12 * 3_600_000;

it("whoever was seen a moment ago is left alone", () => expect(watch(1000, 0, later)).toEqual({ kind: "calm" }));

it("two minutes before the end there is a warning", () => {
  expect(watch(IDLE_LIMIT - WARNING - 1, 0, later).kind).toBe("calm");
  expect(watch(IDLE_LIMIT - WARNING, 0, later)).toEqual({ kind: "idle", left: WARNING });
});

it("after half an hour without a sign of life it is over", () => expect(watch(IDLE_LIMIT, 0, later).kind).toBe("over"));

it("activity does not prolong the twelve hours", () => {
  expect(watch(later - WARNING, later - WARNING, later)).toEqual({ kind: "expiring", left: WARNING });
  expect(watch(later, later, later)).toMatchObject({ kind: "over" });
});

it("a clock that jumped ahead while the machine slept ends the session at once", () =>
  expect(watch(later * 2, 0, later * 3).kind).toBe("over"));
