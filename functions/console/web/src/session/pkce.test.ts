import { expect, it } from "vitest";
import { challenge, randomText } from "./pkce";

it("the challenge is the one of RFC 7636, appendix B", async () => {
  expect(await challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  );
});

it("secrets are fresh and long enough for a verifier", () => {
  const [one, other] = [randomText(), randomText()];
  expect(one).not.toBe(other);
  expect(one).toMatch(/^[0-9A-Za-z_-]{43}$/);
});
