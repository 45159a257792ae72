import { reloadAll } from "../api/load";
import { asProblem, type Problem } from "../api/problem";
import { sentence } from "../words/sentence";
import { showToast } from "./toast";

/**
 * Says what a change did, and offers to undo it. `undo` must not overwrite what someone else has changed in the meantime: it
 * sends the version, or the roles, that the change has left, and the API compares them as it writes. It returns what it did,
 * as a sentence.
 */
export function offerUndo(text: string, undo: () => Promise<string>): void {
  showToast(text, "good", { label: "Undo", run: () => void run(undo) });
}

async function run(undo: () => Promise<string>): Promise<void> {
  try {
    showToast(await undo());
  } catch (thrown) {
    const problem = asProblem(thrown);
    // The page that asks people to sign in says why a session has ended.
    if (problem.status !== 401) showToast(sentence`Nothing was undone. ${reason(problem)}`, "problem");
  }
  reloadAll();
}

/** Reports whether the API has refused a change because of a later one. */
export function overtaken({ name }: Problem): boolean {
  return name === "version-mismatch";
}

function reason(problem: Problem): string {
  return overtaken(problem) ? "Someone has made another change in the meantime." : problem.message;
}
