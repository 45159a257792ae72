import { expect, it } from "vitest";
import { reauthenticationPrompt, signOutUrl } from "./provider";

const provider = {
  issuer: "https://id.example",
  clientId: "app",
  authorizationEndpoint: "https://id.example/a",
  tokenEndpoint: "https://id.example/t",
  scopes: ["openid"],
};
const home = "https://api.example/v1/console/signed-out";

it("the way out names the client and the way back, under the standard's name and Cognito's", () => {
  const address = signOutUrl({ ...provider, endSessionEndpoint: "https://id.example/logout?tenant=1" }, home);
  expect(Object.fromEntries(new URL(address ?? "").searchParams)).toEqual({
    tenant: "1",
    client_id: "app",
    post_logout_redirect_uri: home,
    logout_uri: home,
  });
});

it("a provider that tells of no way out is not left for", () => expect(signOutUrl(provider, home)).toBeUndefined());

it("asking again is what the standard says, and what Google understands", () => {
  expect(reauthenticationPrompt("https://id.example")).toBe("login");
  expect(reauthenticationPrompt("https://accounts.google.com")).toBe("select_account");
});
