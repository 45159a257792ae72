// The session's bearer token lives in memory and in this tab's sessionStorage: never in localStorage, a cookie or a URL.
//
// Why sessionStorage and not memory alone: a reload must not sign people out, and the other way to survive one, asking
// the identity provider again with prompt=none, makes every reload a round trip over another site and fails with
// providers that do not offer it. What sessionStorage gives a hostile script is what such a script has anyway while it
// runs in the page; against it stands the Content-Security-Policy. It ends with the tab, and no other tab sees it, so
// each tab has a session of its own that can be ended alone and remembers its own organization.
import type { SessionCreated } from "../api/types";
import { signal } from "../signal";

const SESSION = "leasehold.session";
// Who signed in last in this browser, so that another tab can follow without a question. Gone once a session has ended.
const ACCOUNT = "leasehold.account";
// Set from the end of a session to the beginning of the next, in all tabs: whoever signs in then is asked who they are,
// because the identity provider may still take them for the one before.
const REAUTHENTICATE = "leasehold.ask";

/** A signed-in tab. */
export interface Session {
  readonly token: string;
  /** When the session ends in any case, RFC 3339. */
  readonly expiresAt: string;
}

/** Where this tab stands. `ended` holds the sentence that says why, when it was not by the person's own will. */
export interface SessionState {
  readonly session: Session | undefined;
  readonly ended: string | undefined;
}

export const sessionState = signal<SessionState>({ session: restore(), ended: undefined });

/** The bearer token to send; undefined when nobody is signed in. */
export function bearer(): string | undefined {
  return sessionState.value.session?.token;
}

/** Takes up a new session. */
export function beginSession(created: SessionCreated): void {
  const session = { token: created.token, expiresAt: created.session.expiresAt };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
  localStorage.setItem(ACCOUNT, created.user.email);
  localStorage.removeItem(REAUTHENTICATE);
  sessionState.set({ session, ended: undefined });
}

/** Forgets the session; reason is a sentence for the person. */
export function endSession(reason?: string): void {
  sessionStorage.removeItem(SESSION);
  forgetAccount();
  requireReauthentication();
  sessionState.set({ session: undefined, ended: reason });
}

/** The email address that last signed in in this browser and is not known to have signed out; null if none. */
export function lastAccount(): string | null {
  return localStorage.getItem(ACCOUNT);
}

/** Makes the next tab ask who is there. */
export function forgetAccount(): void {
  localStorage.removeItem(ACCOUNT);
}

/** Makes the identity provider ask at the next sign-in in this browser, even if it knows who was there last. */
export function requireReauthentication(): void {
  localStorage.setItem(REAUTHENTICATE, "yes");
}

/** Whether the identity provider has to ask at the next sign-in. */
export function mustReauthenticate(): boolean {
  return localStorage.getItem(REAUTHENTICATE) !== null;
}

function restore(): Session | undefined {
  try {
    const stored = JSON.parse(sessionStorage.getItem(SESSION) ?? "null") as Partial<Session> | null;
    if (typeof stored?.token !== "string" || typeof stored.expiresAt !== "string") return undefined;
    return { token: stored.token, expiresAt: stored.expiresAt };
  } catch {
    return undefined;
  }
}
