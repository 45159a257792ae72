import { call } from "../../api/client";
import { asProblem, Problem } from "../../api/problem";
import type { AssignmentExpected, Solution } from "../../api/types";
import { showToast } from "../../parts/toast";
import { offerUndo, overtaken } from "../../parts/undo";
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
  offerUndo(outcome(done, role), async () => {
    try {
      let kept = 0;
      for (const { solution, changes } of changed) kept += await restoreRoles(org, solution, changes);
      const restored = sentence`Restored the roles in ${changed.map(({ solution }) => solution.name).join(", ")}.`;
      return kept === 0 ? restored : `${restored} ${keptWords(kept)}`;
    } finally {
      onUndone();
    }
  });
}

/**
 * Gives people the roles in a solution that they had before changes, and returns how many roles it keeps because someone has
 * changed them since. It throws the API's problem if that is all of them.
 */
export async function restoreRoles(
  org: string,
  solution: Pick<Solution, "id">,
  changes: readonly RoleChange[],
): Promise<number> {
  let kept = 0;
  let mismatch: Problem | undefined;
  for (const batch of chunks(reversed(changes), MAX_PER_REQUEST)) {
    for (let left = batch; left.length > 0;) {
      try {
        await apply(org, solution.id, left);
        break;
      } catch (thrown) {
        mismatch = asProblem(thrown);
        const unchanged = overtaken(mismatch) ? withoutMismatches(left, mismatch) : left;
        if (unchanged.length === left.length) throw mismatch;
        kept += left.length - unchanged.length;
        left = unchanged;
      }
    }
  }
  if (mismatch && kept === changes.length) throw mismatch;
  return kept;
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
