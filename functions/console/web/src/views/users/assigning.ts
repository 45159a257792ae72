import { call } from "../../api/client";
import { asProblem, Problem } from "../../api/problem";
import type { AssignmentExpected, Solution } from "../../api/types";
import { showToast } from "../../parts/toast";
import { offerUndo, overtaken, reason, type Undone } from "../../parts/undo";
import { sentence } from "../../words/sentence";
import { chunks, outcome, reversed, type RoleChange, type SolutionChanges } from "./assignment-rules";
import { plural } from "../../words/names";

/** The maximum number of people per request to the API. */
export const MAX_PER_REQUEST = 25;

/**
 * Applies changes in batches. Each request applies all of its changes or none. It throws the API's problem if someone no
 * longer has the role that a change starts from.
 */
export async function applyChanges(org: string, solution: string, changes: readonly RoleChange[]): Promise<void> {
  try {
    for (const batch of chunks(changes, MAX_PER_REQUEST)) await apply(org, solution, batch);
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (!overtaken(problem)) throw problem;
    const { name, status, title } = problem;
    throw new Problem(name, status, title, "Someone has changed a role in the meantime. Try again.");
  }
}

async function apply(org: string, solution: string, batch: readonly RoleChange[]): Promise<void> {
  await call("post", "/organizations/{org}/solutions/{solution}/members", {
    path: { org, solution },
    body: {
      assign: batch.flatMap(({ person, to }) => (to === undefined ? [] : [{ userId: person.id, role: to }])),
      unassign: batch.flatMap(({ person, to }) => (to === undefined ? [person.id] : [])),
      expected: expectedRoles(batch),
    },
  });
}

/** Says what an assignment did, and offers to undo it. onUndone is called when it has been undone. */
export function reportAssignment(
  org: string,
  done: readonly SolutionChanges[],
  role: Parameters<typeof outcome>[1],
  onUndone: () => void,
): void {
  const changed = done.filter(({ changes }) => changes.length > 0);
  if (changed.length === 0) {
    showToast(outcome(done, role));
    return;
  }
  const words = sentence`Restored the roles in ${changed.map(({ solution }) => solution.name).join(", ")}.`;
  offerUndo(outcome(done, role), () => undoAssignment(org, changed, words, onUndone));
}

/**
 * Gives people the roles that they had before changes, and returns `words` if that is done. If a part fails, it returns how many
 * roles are restored and how to try the rest again. It throws the API's problem if someone has changed all of the roles since.
 */
export async function undoAssignment(
  org: string,
  changed: readonly SolutionChanges[],
  words: string,
  onUndone: () => void,
  earlier: Pick<Restored, "restored" | "kept"> = { restored: 0, kept: 0 },
): Promise<Undone> {
  const { problem, left, ...now } = await restoreRoles(org, changed);
  onUndone();
  const restored = earlier.restored + now.restored;
  const kept = earlier.kept + now.kept;
  const stay = kept === 0 ? "" : ` ${keptWords(kept)}`;
  if (problem && left.length > 0)
    return {
      problem,
      text: `${partWords(restored, left)}${stay} ${reason(problem)}`,
      rest: () => undoAssignment(org, left, words, onUndone, { restored, kept }),
    };
  if (problem && restored === 0) throw problem;
  return words + stay;
}

/** What came of an attempt to restore roles. */
interface Restored {
  readonly restored: number;
  /** How many roles stay, because someone has changed them since. */
  readonly kept: number;
  /** What the API's problem has kept from being restored, in the batches that were tried. */
  readonly left: readonly SolutionChanges[];
  readonly problem: Problem | undefined;
}

/** Restores the roles that people had before changes, in batches. After a failure it leaves the other batches of that solution. */
async function restoreRoles(org: string, changed: readonly SolutionChanges[]): Promise<Restored> {
  const batches = changed.flatMap(({ solution, changes }) =>
    chunks(changes, MAX_PER_REQUEST).map((batch): SolutionChanges => ({ solution, changes: batch })),
  );
  const left: SolutionChanges[] = [];
  let [restored, kept] = [0, 0];
  let problem: Problem | undefined;
  for (const batch of batches) {
    if (left.some(({ solution }) => solution.id === batch.solution.id)) {
      left.push(batch);
      continue;
    }
    try {
      const done = await restoreBatch(org, batch);
      restored += batch.changes.length - done.kept;
      kept += done.kept;
      problem ??= done.mismatch;
    } catch (thrown) {
      problem = asProblem(thrown);
      left.push(batch);
    }
  }
  return { restored, kept, left, problem };
}

/** Restores the roles of a batch, and returns how many it keeps because someone has changed them since. */
async function restoreBatch(
  org: string,
  { solution, changes }: SolutionChanges,
): Promise<{ readonly kept: number; readonly mismatch: Problem | undefined }> {
  let left = reversed(changes);
  let mismatch: Problem | undefined;
  while (left.length > 0) {
    try {
      await apply(org, solution.id, left);
      break;
    } catch (thrown) {
      const problem = asProblem(thrown);
      const unchanged = overtaken(problem) ? withoutMismatches(left, problem) : left;
      if (unchanged.length === left.length) throw problem;
      mismatch = problem;
      left = unchanged;
    }
  }
  return { kept: changes.length - left.length, mismatch };
}

/** Returns how much of an undo is done. */
function partWords(restored: number, left: readonly SolutionChanges[]): string {
  if (restored === 0) return "Nothing was undone.";
  const missing = left.reduce((sum, { changes }) => sum + changes.length, 0);
  const done = plural(restored, "One role was restored", `${restored} roles were restored`);
  return `${done}, ${missing} ${plural(missing, "was", "were")} not.`;
}

/** Returns what the API compares before it writes, in the order of the changes. Nobody who is not assigned has a role. */
function expectedRoles(changes: readonly RoleChange[]): AssignmentExpected[] {
  return changes.map(({ person, from }) =>
    from === undefined ? { userId: person.id } : { userId: person.id, role: from },
  );
}

/** Returns the changes without those that a problem lists as overtaken. Its fields are positions in expectedRoles. */
function withoutMismatches(changes: readonly RoleChange[], { fields }: Problem): RoleChange[] {
  const named = new Set(fields.map(({ field }) => field));
  return changes.filter((_, i) => !named.has(`expected.${i}`));
}

function keptWords(n: number): string {
  return plural(
    n,
    "One role stays, because someone has changed it in the meantime.",
    `${n} roles stay, because someone has changed them in the meantime.`,
  );
}

/** The problem of one solution. */
export interface Failure {
  readonly solution: string;
  readonly detail: string;
}

/** Returns what went wrong in a solution, with a sentence per field that the API names. */
export function failuresIn(solution: Pick<Solution, "name">, thrown: unknown): readonly Failure[] {
  const problem = asProblem(thrown);
  const details = problem.fields.length > 0 ? problem.fields.map((f) => f.detail) : [problem.message];
  return details.map((detail) => ({ solution: solution.name, detail }));
}
