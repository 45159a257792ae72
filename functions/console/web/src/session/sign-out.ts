import { call } from "../api/client";
import { Problem } from "../api/problem";
import { consoleBase } from "../base";
import { navigate, saved } from "../router/navigation";
import { signal } from "../signal";
import { leavingAddress } from "./provider";
import { bearer, endSession } from "./session";

const others = new BroadcastChannel("leasehold");
// How long to wait for answers before going on without: what matters, forgetting, is done by then.
const PATIENCE = 5000;

/** Whether this tab is on its way to the identity provider to sign out there. */
export const departing = signal(false);

/**
 * Signs the person out, by their own will, of every tab of this browser and of the identity provider: or the next one at a
 * shared machine is let in without a question.
 */
export async function signOut(): Promise<void> {
  others.postMessage("You signed out in another tab.");
  departing.set(true);
  const provider = call("get", "/sign-in", {}).catch(forgivingly);
  await endHere();
  const found = await soon(provider);
  const target = found && leavingAddress(found, `${location.origin}${consoleBase}/signed-out`);
  saved();
  if (target !== undefined) {
    location.replace(target);
    return;
  }
  navigate("/signed-out?only=here", { replace: true });
  departing.set(false);
}

/** Signs every tab of this browser out, each staying where it is and saying why; reason is a sentence for the person. */
export async function endEverywhere(reason: string): Promise<void> {
  others.postMessage(reason);
  await endHere(reason);
}

/** Signs out when another tab does. */
export function followSignOut(): void {
  others.addEventListener("message", (event: MessageEvent<string>) => void endHere(event.data));
  // A page that the browser had put aside when it left, and shows again on the way back, is no longer leaving.
  addEventListener("pageshow", (event) => event.persisted && departing.set(false));
}

/** Ends this tab's session, here at once and at Leasehold if it answers: if not, the session lapses by itself. */
async function endHere(reason?: string): Promise<void> {
  if (!bearer()) return;
  const ending = call("delete", "/sessions/current", {}).catch(forgivingly);
  endSession(reason);
  await soon(ending);
}

function soon<T>(answer: Promise<T>): Promise<T | undefined> {
  return Promise.race([answer, new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE, undefined))]);
}

function forgivingly(thrown: unknown): undefined {
  if (!(thrown instanceof Problem)) throw thrown;
  return undefined;
}
