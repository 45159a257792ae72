import { call } from "../api/client";
import { Problem, unreachable } from "../api/problem";
import { consoleBase } from "../base";
import { challenge, randomText } from "./pkce";
import { asking } from "./provider";
import { askNextTime, beginSession, forgetAccount, lastAccount, mustAsk } from "./session";

// What must survive the way to the identity provider and back, and nothing longer: it is removed on return.
const TRIP = "leasehold.sign-in";

interface Trip {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly silent: boolean;
  readonly returnTo: string;
}

/** Path that the identity provider sends people back to. */
export const callbackPath = `${consoleBase}/signed-in`;

/** Leaves for the identity provider; on return the person lands at returnTo. silent asks for no page at all. */
export async function leaveToSignIn(returnTo: string, { silent = false } = {}): Promise<void> {
  const provider = await call("get", "/sign-in", {});
  const trip: Trip = { state: randomText(), nonce: randomText(), verifier: randomText(), silent, returnTo };
  const target = new URL(provider.authorizationEndpoint);
  const hint = lastAccount();
  const query: Record<string, string> = {
    response_type: "code",
    client_id: provider.clientId,
    redirect_uri: location.origin + callbackPath,
    scope: provider.scopes.join(" "),
    state: trip.state,
    nonce: trip.nonce,
    code_challenge: await challenge(trip.verifier),
    code_challenge_method: "S256",
    ...(hint ? { login_hint: hint } : {}),
    ...(silent ? { prompt: "none" } : mustAsk() ? { prompt: asking(provider.issuer) } : {}),
  };
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  sessionStorage.setItem(TRIP, JSON.stringify(trip));
  location.assign(target);
}

/** How a return from the identity provider ended. */
export interface Return {
  readonly returnTo: string;
  /** Set when nobody is signed in after all; without a message if nobody had been asked. */
  readonly refused?: { readonly message: string | undefined };
}

/** Completes the sign-in with what the identity provider sent back in the address. */
export async function completeSignIn(search: string): Promise<Return> {
  const trip = takeTrip();
  const answer = new URLSearchParams(search);
  if (!trip || answer.get("state") !== trip.state) {
    return {
      returnTo: consoleBase,
      refused: { message: "This sign-in was not begun in this tab. Please sign in again." },
    };
  }
  const error = answer.get("error");
  if (error !== null || !answer.get("code")) {
    if (trip.silent) forgetAccount();
    return {
      returnTo: trip.returnTo,
      refused: { message: trip.silent ? undefined : refusal(error, answer.get("error_description")) },
    };
  }
  // Should this be refused, the person is let choose another account instead of being refused again with the same.
  askNextTime();
  const idToken = await trade(answer.get("code") ?? "", trip);
  const created = await call("post", "/sessions", { body: { idToken, nonce: trip.nonce } });
  beginSession(created);
  return { returnTo: trip.returnTo };
}

function takeTrip(): Trip | undefined {
  const stored = sessionStorage.getItem(TRIP);
  sessionStorage.removeItem(TRIP);
  return stored === null ? undefined : (JSON.parse(stored) as Trip);
}

function refusal(error: string | null, description: string | null): string {
  if (error === "access_denied") return "You did not sign in. Whenever you are ready, try again.";
  return description
    ? `The identity provider refused: ${description}.`
    : "The identity provider refused. Please try again.";
}

async function trade(code: string, trip: Trip): Promise<string> {
  const provider = await call("get", "/sign-in", {});
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: provider.clientId,
    redirect_uri: location.origin + callbackPath,
    code,
    code_verifier: trip.verifier,
  });
  let answer: Response;
  try {
    answer = await fetch(provider.tokenEndpoint, { method: "POST", body, credentials: "omit" });
  } catch {
    throw unreachable();
  }
  const traded = (await answer.json().catch(() => ({}))) as { id_token?: unknown };
  if (!answer.ok || typeof traded.id_token !== "string") {
    throw new Problem(
      "sign-in-refused",
      answer.status,
      "Sign-in refused",
      "The identity provider did not complete the sign-in. Please try again.",
    );
  }
  return traded.id_token;
}
