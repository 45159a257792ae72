import { expect, it } from "vitest";
import { count, initials, people, plural } from "./names";

it.each([
  ["Ada Lovelace", "AL"],
  ["ada@example.com", "A"],
  ["👩‍🚀 Sally 🚀", "👩‍🚀🚀"],
  ["Ångström", "Å"],
  ["ñandú Zoë", "ÑZ"],
  ["مريم", "م"],
  ["", "?"],
])("the initials of %s are whole characters", (name, letters) => expect(initials(name)).toBe(letters));

it("people are counted in words that agree", () => {
  expect(people(1)).toBe("1 person");
  expect(people(3002)).toBe("3,002 people");
});

it("a number's noun agrees with it", () => {
  expect([0, 1, 2, 1000].map((n) => count(n, "solution"))).toEqual([
    "0 solutions",
    "1 solution",
    "2 solutions",
    "1,000 solutions",
  ]);
  expect([1, 6].map(people)).toEqual(["1 person", "6 people"]);
  expect([1, 2].map((n) => plural(n, "keeps", "keep"))).toEqual(["keeps", "keep"]);
});
