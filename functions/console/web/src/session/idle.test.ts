import { expect, it } from "vitest";
import { IDLE_LIMIT, WARNING, idleState } from "./idle";

const later = 12 * 3_600_000;

it("a person active a moment ago sees no warning", () => expect(idleState(1000, 0, later)).toEqual({ kind: "active" }));

it("two minutes before the end there is a warning", () => {
  expect(idleState(IDLE_LIMIT - WARNING - 1, 0, later).kind).toBe("active");
  expect(idleState(IDLE_LIMIT - WARNING, 0, later)).toEqual({ kind: "idle", left: WARNING });
});

it("the session ends after half an hour of inactivity", () =>
  expect(idleState(IDLE_LIMIT, 0, later).kind).toBe("ended"));

it("activity does not extend the twelve hours", () => {
  expect(idleState(later - WARNING, later - WARNING, later)).toEqual({ kind: "expiring", left: WARNING });
  expect(idleState(later, later, later)).toMatchObject({ kind: "ended" });
});

it("a clock that jumped ahead while the machine slept ends the session at once", () =>
  expect(idleState(later * 2, 0, later * 3).kind).toBe("ended"));
