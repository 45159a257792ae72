import { reloadAll } from "../api/load";
import { asProblem, Problem } from "../api/problem";
import { sentence } from "../words/sentence";
import { showToast } from "./toast";

/**
 * Says what a change did, and offers to undo it. `undo` must not overwrite what someone else has changed in the meantime: it
 * sends the version that the change has left, or compares what there is now and throws overtaken(). It returns what it did, as
 * a sentence.
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

/** Returns the problem of an undo that would overwrite a later change. */
export function overtaken(): Problem {
  return new Problem("version-mismatch", 412, "Changed again", "");
}

function reason({ name, message }: Problem): string {
  return name === "version-mismatch" ? "Someone has made another change in the meantime." : message;
}
