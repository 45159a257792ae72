import { call } from "../api/client";
import { Problem, networkProblem } from "../api/problem";
import { consoleBase } from "../base";
import { tabTexts } from "../storage";
import { challenge, randomText } from "./pkce";
import { reauthenticationPrompt } from "./provider";
import { requireReauthentication, beginSession, forgetAccount, lastAccount, mustReauthenticate } from "./session";

// The state of a sign-in while the browser is at the identity provider. It is removed on return.
const PENDING = "leasehold.sign-in";

interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly silent: boolean;
  readonly returnTo: string;
}

/** The path of the redirect URI. */
export const CALLBACK_PATH = `${consoleBase}/signed-in`;

/** Goes to the identity provider and returns to returnTo afterwards. silent requests a sign-in without any prompt. */
export async function startSignIn(returnTo: string, { silent = false } = {}): Promise<void> {
  if (!tabTexts.isKept()) throw storageProblem();
  const provider = await call("get", "/sign-in", {});
  const pending: PendingSignIn = { state: randomText(), nonce: randomText(), verifier: randomText(), silent, returnTo };
  const target = new URL(provider.authorizationEndpoint);
  const hint = lastAccount();
  const query: Record<string, string> = {
    response_type: "code",
    client_id: provider.clientId,
    redirect_uri: location.origin + CALLBACK_PATH,
    scope: provider.scopes.join(" "),
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await challenge(pending.verifier),
    code_challenge_method: "S256",
    ...(hint ? { login_hint: hint } : {}),
    ...(silent ? { prompt: "none" } : mustReauthenticate() ? { prompt: reauthenticationPrompt(provider.issuer) } : {}),
  };
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  tabTexts.set(PENDING, JSON.stringify(pending));
  location.assign(target);
}

/** The result of a sign-in. */
export interface SignInResult {
  readonly returnTo: string;
  /** Set if the sign-in failed; without a message if it was silent. */
  readonly refused?: { readonly message: string | undefined };
}

/** Completes the sign-in with the response of the identity provider in the address. */
export async function completeSignIn(search: string): Promise<SignInResult> {
  const pending = takePending();
  const answer = new URLSearchParams(search);
  if (pending?.state !== answer.get("state")) {
    return {
      returnTo: consoleBase,
      refused: { message: "This sign-in was not started in this tab. Sign in again." },
    };
  }
  const error = answer.get("error");
  if (error !== null || !answer.get("code")) {
    if (pending.silent) forgetAccount();
    return {
      returnTo: pending.returnTo,
      refused: { message: pending.silent ? undefined : refusalMessage(error, answer.get("error_description")) },
    };
  }
  // If the API rejects this account, the next attempt must let the person choose another one.
  requireReauthentication();
  const idToken = await exchangeCode(answer.get("code") ?? "", pending);
  const created = await call("post", "/sessions", { body: { idToken, nonce: pending.nonce } });
  beginSession(created);
  return { returnTo: pending.returnTo };
}

function storageProblem(): Problem {
  return new Problem(
    "storage-blocked",
    -1,
    "Storage is blocked",
    "Your browser doesn't let this site store data, so you can't sign in. Allow it in the browser's settings, then try again.",
  );
}

function takePending(): PendingSignIn | undefined {
  const stored = tabTexts.get(PENDING);
  tabTexts.remove(PENDING);
  return stored === null ? undefined : (JSON.parse(stored) as PendingSignIn);
}

function refusalMessage(error: string | null, description: string | null): string {
  if (error === "access_denied") return "You did not sign in. Try again when you're ready.";
  return description
    ? `The identity provider refused the sign-in: ${description}.`
    : "The identity provider refused the sign-in. Try again.";
}

async function exchangeCode(code: string, pending: PendingSignIn): Promise<string> {
  const provider = await call("get", "/sign-in", {});
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: provider.clientId,
    redirect_uri: location.origin + CALLBACK_PATH,
    code,
    code_verifier: pending.verifier,
  });
  let answer: Response;
  try {
    answer = await fetch(provider.tokenEndpoint, { method: "POST", body, credentials: "omit" });
  } catch {
    throw networkProblem();
  }
  const tokens = (await answer.json().catch(() => ({}))) as { id_token?: unknown };
  if (!answer.ok || typeof tokens.id_token !== "string") {
    throw new Problem(
      "sign-in-refused",
      answer.status,
      "Sign-in refused",
      "The identity provider did not complete the sign-in. Try again.",
    );
  }
  return tokens.id_token;
}
