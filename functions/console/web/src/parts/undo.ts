import { reloadAll } from "../api/load";
import { asProblem, type Problem } from "../api/problem";
import { sentence } from "../words/sentence";
import type { ToastAction } from "../toasts";
import { showToast } from "./toast";

/** What an undo did, as a sentence. If it failed in part, the sentence says what was undone, what was not, and why. */
export type Undone = string | PartlyUndone;

interface PartlyUndone {
  readonly text: string;
  readonly problem: Problem;
  /** Undoes what is left. */
  readonly rest: () => Promise<Undone>;
}

/**
 * Says what a change did, and offers to undo it. `undo` must not overwrite what someone else has changed in the meantime: it
 * sends the version, or the roles, that the change has left, and the API compares them as it writes.
 */
export function offerUndo(text: string, undo: () => Promise<Undone>): void {
  showToast(text, "good", { label: "Undo", run: () => void run(undo) });
}

async function run(undo: () => Promise<Undone>): Promise<void> {
  try {
    const undone = await undo();
    if (typeof undone === "string") showToast(undone);
    else {
      const { text, problem, rest } = undone;
      showProblem(text, problem, { label: "Try again", run: () => void run(rest) });
    }
  } catch (thrown) {
    const problem = asProblem(thrown);
    showProblem(sentence`Nothing was undone. ${reason(problem)}`, problem);
  }
  reloadAll();
}

/** Shows why something was not undone. The page that asks people to sign in says why a session has ended. */
function showProblem(text: string, { status }: Problem, action?: ToastAction): void {
  if (status !== 401) showToast(text, "problem", action);
}

/** Reports whether the API has refused a change because of a later one. */
export function overtaken({ name }: Problem): boolean {
  return name === "version-mismatch";
}

/** Returns why something was not undone, as a sentence. */
export function reason(problem: Problem): string {
  return overtaken(problem) ? "Someone has made another change in the meantime." : problem.message;
}
