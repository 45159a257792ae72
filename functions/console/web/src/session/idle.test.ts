import { expect, it } from "vitest";
import { IDLE_LIMIT, WARNING, idleState } from "./idle";

const later = 12 * 3_600_000;

it("whoever was seen a moment ago is left alone", () => expect(idleState(1000, 0, later)).toEqual({ kind: "calm" }));

it("two minutes before the end there is a warning", () => {
  expect(idleState(IDLE_LIMIT - WARNING - 1, 0, later).kind).toBe("calm");
  expect(idleState(IDLE_LIMIT - WARNING, 0, later)).toEqual({ kind: "idle", left: WARNING });
});

it("after half an hour without a sign of life it is over", () =>
  expect(idleState(IDLE_LIMIT, 0, later).kind).toBe("over"));

it("activity does not prolong the twelve hours", () => {
  expect(idleState(later - WARNING, later - WARNING, later)).toEqual({ kind: "expiring", left: WARNING });
  expect(idleState(later, later, later)).toMatchObject({ kind: "over" });
});

it("a clock that jumped ahead while the machine slept ends the session at once", () =>
  expect(idleState(later * 2, 0, later * 3).kind).toBe("over"));
