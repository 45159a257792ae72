import { describe, expect, it } from "vitest";
import { ListChanges } from "./list-changes";

interface Item {
  readonly id: string;
  readonly lease: string;
}

const before: readonly Item[] = [
  { id: "a", lease: "1 Dec" },
  { id: "b", lease: "2 Dec" },
];

describe("an answer that was requested before a change", () => {
  it("has the change applied to it", () => {
    const changes = new ListChanges<Item>();
    const requested = changes.number();
    changes.replace({ id: "a", lease: "15 Dec" });
    expect(changes.apply(before, requested)).toEqual([{ id: "a", lease: "15 Dec" }, before[1]]);
  });

  it("does not bring back what was removed", () => {
    const changes = new ListChanges<Item>();
    const requested = changes.number();
    changes.remove("b");
    expect(changes.apply(before, requested)).toEqual([before[0]]);
  });

  it("has only the latest of several changes applied to it", () => {
    const changes = new ListChanges<Item>();
    const requested = changes.number();
    changes.replace({ id: "a", lease: "15 Dec" });
    changes.replace({ id: "a", lease: "29 Dec" });
    expect(changes.apply(before, requested)[0]?.lease).toBe("29 Dec");
  });
});

describe("an answer that was requested after a change", () => {
  it("is newer than the change", () => {
    const changes = new ListChanges<Item>();
    changes.replace({ id: "a", lease: "15 Dec" });
    changes.remove("b");
    expect(changes.apply(before, changes.number())).toEqual(before);
  });

  it("does not get items that it does not have", () => {
    const changes = new ListChanges<Item>();
    changes.replace({ id: "c", lease: "3 Dec" });
    expect(changes.apply(before, 0)).toEqual(before);
  });
});
