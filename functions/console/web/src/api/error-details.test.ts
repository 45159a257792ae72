// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { browserOf, describeError, withoutData } from "./error-details";

test.each([
  ["Cannot read properties of undefined (reading 'phone')", "Cannot read properties of undefined (reading 'phone')"],
  ['can\'t access property "expiresAt", token is undefined', 'can\'t access property "expiresAt", token is undefined'],
  ["lhp_51koWyzB8q308Wl1bWmAfq85BPfhnpCW208Wl1bYsUlk is wrong", "[removed] is wrong"],
  ["no person ada@example.com here", "no person [removed] here"],
  [`Unexpected token 'A', "Ada Lovelace" is not valid JSON`, "Unexpected token [removed], [removed] is not valid JSON"],
  ["Failed to fetch\nhttps://api.example/v1/me?code=abc", "Failed to fetch [removed]"],
  ["phone +41 44 668 18 00 is wrong", "phone [removed] is wrong"],
])("%s is reported without data", (message, want) => {
  expect(withoutData(message)).toBe(want);
});

test("a report always has the form that the API accepts", () => {
  const error = new Error(`\u0007\u200b${"a ".repeat(500)}`);
  error.name = "Ada Lovelace";
  error.stack = Array.from({ length: 20 }, (_, i) => `at ${location.origin}/v1/console/assets/a.js:${i}:1`).join("\n");
  const { message, name, frames } = describeError({ id: "3f9k2m7q8x1z", error, view: "users", base: "/v1/console" });
  expect(message).toHaveLength(300);
  expect(message).toMatch(/^[ -~]*$/);
  expect(name).toBe("Error");
  expect(frames).toHaveLength(10);
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140"],
  ["Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome 142"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge 142"],
  ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "Safari 18"],
  ["curl/8", "other"],
])("%s is %s", (userAgent, want) => {
  expect(browserOf(userAgent)).toBe(want);
});
