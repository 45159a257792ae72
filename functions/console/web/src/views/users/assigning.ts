import { call } from "../../api/client";
import { asProblem } from "../../api/problem";
import { readSolutionRoles } from "../../api/queries";
import type { Solution } from "../../api/types";
import { showToast } from "../../parts/toast";
import { offerUndo, overtaken } from "../../parts/undo";
import { sentence } from "../../words/sentence";
import { chunks, outcome, reversed, type RoleChange, type SolutionChanges } from "./assignment-rules";
import { plural } from "../../words/names";

/** The maximum number of people per request to the API. */
export const MAX_PER_REQUEST = 25;
/** Applies changes in batches. Each request applies all of its changes or none. */
export async function applyChanges(org: string, solution: string, changes: readonly RoleChange[]): Promise<void> {
  for (const batch of chunks(changes, MAX_PER_REQUEST)) {
    await call("post", "/organizations/{org}/solutions/{solution}/members", {
      path: { org, solution },
      body: {
        assign: batch.flatMap(({ person, to }) => (to === undefined ? [] : [{ userId: person.id, role: to }])),
        unassign: batch.flatMap(({ person, to }) => (to === undefined ? [person.id] : [])),
      },
    });
  }
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
 * changed them since. If that is all of them, it throws overtaken(). The API has no condition for an assignment, so a change in
 * the moment between reading and writing is overwritten.
 */
export async function restoreRoles(
  org: string,
  solution: Pick<Solution, "id">,
  changes: readonly RoleChange[],
): Promise<number> {
  const present = await readSolutionRoles(org, solution.id);
  const unchanged = changes.filter(({ person, to }) => present.get(person.id) === to);
  if (unchanged.length === 0) throw overtaken();
  await applyChanges(org, solution.id, reversed(unchanged));
  return changes.length - unchanged.length;
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
