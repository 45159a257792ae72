import { expect, it } from "vitest";
import { initials, people } from "./names";

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
