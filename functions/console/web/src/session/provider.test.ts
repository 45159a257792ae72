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

it("the sign-out address has the client and the return address, also under Cognito's name", () => {
  const address = signOutUrl({ ...provider, endSessionEndpoint: "https://id.example/logout?tenant=1" }, home);
  expect(Object.fromEntries(new URL(address ?? "").searchParams)).toEqual({
    tenant: "1",
    client_id: "app",
    post_logout_redirect_uri: home,
    logout_uri: home,
  });
});

it("a provider without an end_session_endpoint has no sign-out address", () =>
  expect(signOutUrl(provider, home)).toBeUndefined());

it("the prompt is login, and select_account for Google", () => {
  expect(reauthenticationPrompt("https://id.example")).toBe("login");
  expect(reauthenticationPrompt("https://accounts.google.com")).toBe("select_account");
});
