// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { nobodyWords } from "./empty-lists";
import { readFilters } from "./users/filters";

const none = readFilters("");

it("why nobody is listed depends on what was filtered by", () => {
  expect(nobodyWords({ ...none, role: "admin" })).toBe("No members match these filters.");
  expect(nobodyWords({ ...none, q: "x" })).toBe("The search looks at names and email addresses.");
  expect(nobodyWords({ ...none, q: "x", role: "admin" })).toMatch(/this search and these filters/);
});
