import { call } from "../api/client";
import { Problem } from "../api/problem";
import { consoleBase } from "../base";
import { navigate, discardUnsaved } from "../router/navigation";
import { signal } from "../signal";
import { signOutUrl } from "./provider";
import { startSignIn } from "./sign-in";
import { bearer, endSession, markAccountDeleted, missedSignOut, recordSignOut } from "./session";

const otherTabs = new BroadcastChannel("leasehold");
// The maximum wait for responses, in milliseconds. The local session has been removed by then.
const RESPONSE_TIMEOUT = 5000;

/** Whether the page has been left. The browser may bring it back as it was. */
export const away = signal(false);

/** Whether this tab is going to the identity provider to sign out. */
export const signingOut = signal(false);

/**
 * Signs the person out of every tab of this browser and of the identity provider. Otherwise the next person at a shared
 * computer could sign in as them without a prompt.
 */
export async function signOut(): Promise<void> {
  tellOtherTabs("You signed out in another tab.");
  await leave(signOutThisTab);
}

/** Signs the person out, like signOut, after the API has deleted their account and with it their sessions. */
export async function signOutDeleted(): Promise<void> {
  tellOtherTabs("Your account has been deleted.");
  markAccountDeleted();
  await leave(() => {
    endSession();
    return Promise.resolve();
  });
}

/** Ends this tab's session and goes to the identity provider to sign out there. */
async function leave(end: () => Promise<void>): Promise<void> {
  signingOut.set(true);
  const provider = call("get", "/sign-in", {}).catch(ignoreProblem);
  await end();
  const endpoints = await withTimeout(provider);
  const target = endpoints && signOutUrl(endpoints, `${location.origin}${consoleBase}/signed-out`);
  discardUnsaved();
  if (target !== undefined) {
    location.replace(target);
    return;
  }
  navigate("/signed-out?only=here", { replace: true });
  signingOut.set(false);
}

/**
 * Ends the person's other sessions and then signs out. If the other sessions can't be ended, it throws the Problem and
 * leaves the person signed in, so that nobody believes they are signed out everywhere when they are not.
 */
export async function signOutEverywhere(): Promise<void> {
  await call("delete", "/me/sessions", {});
  await signOut();
}

/** Ends this tab's session and signs in with another account, which then opens the same address. Other tabs stay signed in. */
export async function switchAccount(): Promise<void> {
  const returnTo = location.pathname + location.search;
  discardUnsaved();
  await signOutThisTab("Sign in with the account that this page is for.");
  // Without an answer, the person stays on the page that starts the sign-in.
  await startSignIn(returnTo).catch(ignoreProblem);
}

/** Signs out all tabs of this browser. Each keeps its address and shows reason, a sentence for the person. */
export async function signOutAllTabs(reason: string): Promise<void> {
  tellOtherTabs(reason);
  await signOutThisTab(reason);
}

/** Signs this tab out when another tab signs out, or has done so while this one was away. */
export function followSignOut(): void {
  otherTabs.addEventListener("message", (event: MessageEvent<string>) => void signOutThisTab(event.data));
  endMissedSession();
  // The browser can keep the page in its back/forward cache. It would then show it as it was, before any request. So the
  // page is empty while it is away, and when it is back it loads what it shows anew, which an ended session can't.
  addEventListener("pagehide", () => away.set(true));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    endMissedSession();
    signingOut.set(false);
    away.set(false);
  });
}

/** Ends this tab's session if the person has signed out while the tab could not learn of it. */
function endMissedSession(): void {
  const reason = missedSignOut();
  if (reason !== undefined) void signOutThisTab(reason);
}

function tellOtherTabs(reason: string): void {
  recordSignOut(reason);
  otherTabs.postMessage(reason);
}

/** Ends this tab's session locally, then at the API. If the API does not respond, the session's lease lapses. */
async function signOutThisTab(reason?: string): Promise<void> {
  if (!bearer()) return;
  const ending = call("delete", "/sessions/current", {}).catch(ignoreProblem);
  endSession(reason);
  await withTimeout(ending);
}

function withTimeout<T>(answer: Promise<T>): Promise<T | undefined> {
  return Promise.race([answer, new Promise<undefined>((resolve) => setTimeout(resolve, RESPONSE_TIMEOUT, undefined))]);
}

function ignoreProblem(thrown: unknown): undefined {
  if (!(thrown instanceof Problem)) throw thrown;
  return undefined;
}
