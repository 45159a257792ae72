import type { SignIn } from "../api/types";

/**
 * The prompt parameter by which a provider asks again who is there. "login" is what every provider must take (OpenID
 * Connect Core 1.0, 3.1.2.1); Google does not, and lets the person choose among accounts instead.
 */
export function reauthenticationPrompt(issuer: string): string {
  return issuer === "https://accounts.google.com" ? "select_account" : "login";
}

/**
 * Where the provider ends a person's session and sends them back to `home` (RP-Initiated Logout 1.0); undefined if it does
 * not tell. No ID token is kept to be sent along: the client id says enough, at the price that some providers ask the
 * person to confirm.
 */
export function signOutUrl({ endSessionEndpoint, clientId }: SignIn, returnUrl: string): string | undefined {
  if (endSessionEndpoint === undefined) return undefined;
  const target = new URL(endSessionEndpoint);
  target.searchParams.set("client_id", clientId);
  target.searchParams.set("post_logout_redirect_uri", returnUrl);
  // Cognito's name for the same; it ignores the other, and the others ignore this one.
  target.searchParams.set("logout_uri", returnUrl);
  return target.href;
}
