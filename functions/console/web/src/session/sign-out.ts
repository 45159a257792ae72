import { call } from "../api/client";
import { Problem } from "../api/problem";
import { consoleBase } from "../base";
import { navigate, markSaved } from "../router/navigation";
import { signal } from "../signal";
import { signOutUrl } from "./provider";
import { bearer, endSession } from "./session";

const otherTabs = new BroadcastChannel("leasehold");
// How long to wait for answers before going on without: what matters, forgetting, is done by then.
const RESPONSE_TIMEOUT = 5000;

/** Whether this tab is on its way to the identity provider to sign out there. */
export const signingOut = signal(false);

/**
 * Signs the person out, by their own will, of every tab of this browser and of the identity provider: or the next one at a
 * shared machine is let in without a question.
 */
export async function signOut(): Promise<void> {
  otherTabs.postMessage("You signed out in another tab.");
  signingOut.set(true);
  const provider = call("get", "/sign-in", {}).catch(ignoreProblem);
  await signOutThisTab();
  const endpoints = await withTimeout(provider);
  const target = endpoints && signOutUrl(endpoints, `${location.origin}${consoleBase}/signed-out`);
  markSaved();
  if (target !== undefined) {
    location.replace(target);
    return;
  }
  navigate("/signed-out?only=here", { replace: true });
  signingOut.set(false);
}

/** Signs every tab of this browser out, each staying where it is and saying why; reason is a sentence for the person. */
export async function signOutAllTabs(reason: string): Promise<void> {
  otherTabs.postMessage(reason);
  await signOutThisTab(reason);
}

/** Signs out when another tab does. */
export function followSignOut(): void {
  otherTabs.addEventListener("message", (event: MessageEvent<string>) => void signOutThisTab(event.data));
  // A page that the browser had put aside when it left, and shows again on the way back, is no longer leaving.
  addEventListener("pageshow", (event) => event.persisted && signingOut.set(false));
}

/** Ends this tab's session, here at once and at Leasehold if it answers: if not, the session lapses by itself. */
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
