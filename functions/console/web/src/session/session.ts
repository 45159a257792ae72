// The session's bearer token lives in memory and in this tab's sessionStorage: never in localStorage, a cookie or a URL.
//
// Memory alone would sign people out on every reload. Asking the identity provider again with prompt=none instead would
// make each reload a round trip to another site, and some providers do not support it. A malicious script that runs in
// the page could read the token from memory just as well; the Content-Security-Policy protects against that.
// sessionStorage ends with the tab and no other tab can read it, so each tab has its own session and organization.
import type { SessionCreated } from "../api/types";
import { signal } from "../signal";

const SESSION = "leasehold.session";
// The person signed in last in this browser, so that another tab can sign in silently. Removed when a session ends.
const ACCOUNT = "leasehold.account";
// Set in all tabs from the end of one session to the start of the next. The identity provider must prompt at that
// sign-in, because it may still remember the previous person.
const REAUTHENTICATE = "leasehold.ask";
// Set in the tab that deleted the person's account, until the next sign-in in it. The page after the identity provider's
// sign-out reads it: the address of that page is registered with the provider, so it can't carry it.
const ACCOUNT_DELETED = "leasehold.account-deleted";

/** The session of a tab. */
export interface Session {
  readonly token: string;
  /** The session's expiry, RFC 3339. */
  readonly expiresAt: string;
}

/** The session of this tab, if any. `ended` says why it ended if the person did not sign out here. */
export interface SessionState {
  readonly session: Session | undefined;
  readonly ended: string | undefined;
}

export const sessionState = signal<SessionState>({ session: restore(), ended: undefined });

/** Returns the bearer token to send, or undefined if nobody is signed in. */
export function bearer(): string | undefined {
  return sessionState.value.session?.token;
}

/** Stores a new session. */
export function beginSession(created: SessionCreated): void {
  const session = { token: created.secret, expiresAt: created.session.expiresAt };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
  localStorage.setItem(ACCOUNT, created.user.email);
  localStorage.removeItem(REAUTHENTICATE);
  sessionStorage.removeItem(ACCOUNT_DELETED);
  sessionState.set({ session, ended: undefined });
}

/** Removes the session. reason is a sentence for the person. */
export function endSession(reason?: string): void {
  sessionStorage.removeItem(SESSION);
  forgetAccount();
  requireReauthentication();
  sessionState.set({ session: undefined, ended: reason });
}

/** Returns the email address of the person signed in last in this browser, or null after signing out. */
export function lastAccount(): string | null {
  return localStorage.getItem(ACCOUNT);
}

/** Removes the stored email address, so that new tabs no longer sign in silently. */
export function forgetAccount(): void {
  localStorage.removeItem(ACCOUNT);
}

/** Requires the identity provider to prompt at the next sign-in in this browser, even if it remembers the person. */
export function requireReauthentication(): void {
  localStorage.setItem(REAUTHENTICATE, "yes");
}

/** Reports whether the identity provider must prompt at the next sign-in. */
export function mustReauthenticate(): boolean {
  return localStorage.getItem(REAUTHENTICATE) !== null;
}

/** Records that this tab has deleted the person's account. */
export function markAccountDeleted(): void {
  sessionStorage.setItem(ACCOUNT_DELETED, "yes");
}

/** Reports whether this tab has deleted an account since the last sign-in in it. */
export function accountDeleted(): boolean {
  return sessionStorage.getItem(ACCOUNT_DELETED) !== null;
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
