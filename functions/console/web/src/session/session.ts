// The session's bearer token lives in memory and in this tab's sessionStorage: never in localStorage, a cookie or a URL.
//
// Memory alone would sign people out on every reload. Asking the identity provider again with prompt=none instead would
// make each reload a round trip to another site, and some providers do not support it. A malicious script that runs in
// the page could read the token from memory just as well; the Content-Security-Policy protects against that.
// sessionStorage ends with the tab and no other tab can read it, so each tab has its own session and organization.
import type { SessionCreated } from "../api/types";
import { signal } from "../signal";
import { browserTexts, tabTexts } from "../storage";
import { isLapse } from "./end-reason";

const SESSION = "leasehold.session";
// The person signed in last in this browser, so that another tab can sign in silently. Removed when a session ends.
const ACCOUNT = "leasehold.account";
// Set in all tabs from the end of one session to the start of the next. The identity provider must prompt at that
// sign-in, because it may still remember the previous person.
const REAUTHENTICATE = "leasehold.ask";
// Set in the tab that deleted the person's account, until the next sign-in in it. The page after the identity provider's
// sign-out reads it: the address of that page is registered with the provider, so it can't carry it.
const ACCOUNT_DELETED = "leasehold.account-deleted";
// When and why the person last signed out of all tabs, as a SignOut. Tabs that the browser has frozen or discarded get no
// message about it, so they read this when they come back.
const SIGN_OUT = "leasehold.signed-out";
// What a person was typing in a form when their session lapsed, in this tab and until their next sign-in in it. It is
// removed when they sign out and when somebody else signs in. Forms keep no secrets in it.
const DRAFT = "leasehold.draft.";

/** The session of a tab. */
export interface Session {
  readonly token: string;
  /** The session's expiry, RFC 3339. */
  readonly expiresAt: string;
  /** When the session began in this tab, in milliseconds. 0 for a session that an older version of the console stored. */
  readonly beganAt: number;
  /** The ID of the person, or "" for a session that an older version of the console stored. */
  readonly user: string;
}

interface SignOut {
  /** In milliseconds. */
  readonly at: number;
  readonly reason: string;
}

/** The session of this tab, if any. `ended` says why it ended if the person did not sign out here. */
export interface SessionState {
  readonly session: Session | undefined;
  readonly ended: string | undefined;
  /** The ID of the person whose session has lapsed, so that forms can keep what they were typing. */
  readonly lapsed?: string | undefined;
}

interface Draft {
  /** The ID of the person who typed it. */
  readonly user: string;
  readonly typed: unknown;
}

export const sessionState = signal<SessionState>({ session: restore(), ended: undefined });

/** Returns the bearer token to send, or undefined if nobody is signed in. */
export function bearer(): string | undefined {
  return sessionState.value.session?.token;
}

/** Stores a new session. */
export function beginSession(created: SessionCreated): void {
  // Later than the last sign-out, even if the clock has been set back since then.
  const beganAt = Math.max(Date.now(), (lastSignOut()?.at ?? 0) + 1);
  const user = created.user.id;
  const session = { token: created.secret, expiresAt: created.session.expiresAt, beganAt, user };
  tabTexts.set(SESSION, JSON.stringify(session));
  browserTexts.set(ACCOUNT, created.user.email);
  browserTexts.remove(REAUTHENTICATE);
  tabTexts.remove(ACCOUNT_DELETED);
  removeDrafts((draft) => draft?.user !== user);
  sessionState.set({ session, ended: undefined });
}

/** Removes the session. reason is a sentence for the person. */
export function endSession(reason?: string): void {
  const lapsed = isLapse(reason) ? sessionState.value.session?.user : undefined;
  if (!lapsed) removeDrafts(() => true);
  tabTexts.remove(SESSION);
  forgetAccount();
  requireReauthentication();
  sessionState.set({ session: undefined, ended: reason, lapsed });
}

/** Keeps what the person was typing in a form, if their session has just lapsed. */
export function keepDraft(form: string, typed: object): void {
  const { lapsed } = sessionState.value;
  if (lapsed && Object.keys(typed).length > 0)
    tabTexts.set(DRAFT + form, JSON.stringify({ user: lapsed, typed } satisfies Draft));
}

/** Removes and returns what the signed-in person was typing in a form when their last session lapsed, if anything. */
export function takeDraft(form: string): unknown {
  const draft = parse<Draft>(tabTexts.get(DRAFT + form));
  tabTexts.remove(DRAFT + form);
  return draft?.user === sessionState.value.session?.user ? draft?.typed : undefined;
}

function removeDrafts(isOld: (draft: Partial<Draft> | null) => boolean): void {
  for (const name of tabTexts.names())
    if (name.startsWith(DRAFT) && isOld(parse<Draft>(tabTexts.get(name)))) tabTexts.remove(name);
}

/** Records that the person has signed out of all tabs. reason is a sentence for the person. */
export function recordSignOut(reason: string): void {
  browserTexts.set(SIGN_OUT, JSON.stringify({ at: Date.now(), reason } satisfies SignOut));
}

/** Returns why this tab's session should have ended, if the person has signed out of all tabs since it began. */
export function missedSignOut(): string | undefined {
  const { session } = sessionState.value;
  const signOut = lastSignOut();
  return session && signOut && signOut.at >= session.beganAt ? signOut.reason : undefined;
}

function lastSignOut(): SignOut | undefined {
  const { at, reason } = parse<SignOut>(browserTexts.get(SIGN_OUT)) ?? {};
  return typeof at === "number" && typeof reason === "string" ? { at, reason } : undefined;
}

/** Returns the email address of the person signed in last in this browser, or null after signing out. */
export function lastAccount(): string | null {
  return browserTexts.get(ACCOUNT);
}

/** Removes the stored email address, so that new tabs no longer sign in silently. */
export function forgetAccount(): void {
  browserTexts.remove(ACCOUNT);
}

/** Requires the identity provider to prompt at the next sign-in in this browser, even if it remembers the person. */
export function requireReauthentication(): void {
  browserTexts.set(REAUTHENTICATE, "yes");
}

/** Reports whether the identity provider must prompt at the next sign-in. */
export function mustReauthenticate(): boolean {
  return browserTexts.get(REAUTHENTICATE) !== null;
}

/** Records that this tab has deleted the person's account. */
export function markAccountDeleted(): void {
  tabTexts.set(ACCOUNT_DELETED, "yes");
}

/** Reports whether this tab has deleted an account since the last sign-in in it. */
export function accountDeleted(): boolean {
  return tabTexts.get(ACCOUNT_DELETED) !== null;
}

function restore(): Session | undefined {
  const stored = parse<Session>(tabTexts.get(SESSION));
  if (typeof stored?.token !== "string" || typeof stored.expiresAt !== "string") return undefined;
  return { token: stored.token, expiresAt: stored.expiresAt, beganAt: stored.beganAt ?? 0, user: stored.user ?? "" };
}

/** Returns what a text of JSON holds, or null if there is none or it can't be read. */
function parse<T>(text: string | null): Partial<T> | null {
  try {
    return JSON.parse(text ?? "null") as Partial<T> | null;
  } catch {
    return null;
  }
}
