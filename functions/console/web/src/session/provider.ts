import type { SignIn } from "../api/types";

/**
 * Returns the prompt parameter that makes a provider authenticate the person again. Providers must support "login" (OpenID
 * Connect Core 1.0, section 3.1.2.1). Google does not, so it gets "select_account".
 */
export function reauthenticationPrompt(issuer: string): string {
  return issuer === "https://accounts.google.com" ? "select_account" : "login";
}

/**
 * Returns the provider's sign-out address, which redirects to `returnUrl` (RP-Initiated Logout 1.0), or undefined if the
 * provider has none. It sends the client ID instead of an ID token hint, which the console does not keep, so some
 * providers ask the person to confirm.
 */
export function signOutUrl({ endSessionEndpoint, clientId }: SignIn, returnUrl: string): string | undefined {
  if (endSessionEndpoint === undefined) return undefined;
  const target = new URL(endSessionEndpoint);
  target.searchParams.set("client_id", clientId);
  target.searchParams.set("post_logout_redirect_uri", returnUrl);
  // Cognito's name for the same parameter. Each provider ignores the name it does not know.
  target.searchParams.set("logout_uri", returnUrl);
  return target.href;
}
