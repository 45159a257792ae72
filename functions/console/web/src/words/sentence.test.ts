import { expect, it } from "vitest";
import { isolated, sentence } from "./sentence";

it("a name from right to left is isolated from the sentence, and any other text stays as it is", () => {
  expect(sentence`Removed ${"مريم 27"} from ${"Route planner"}: ${2} left.`).toBe(
    "Removed \u2068مريم 27\u2069 from Route planner: 2 left.",
  );
  expect(isolated("עדה")).toBe("\u2068עדה\u2069");
  expect(isolated("Søren 👩‍🚀")).toBe("Søren 👩‍🚀");
  expect(sentence`Saved.`).toBe("Saved.");
});
