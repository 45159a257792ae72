import { call } from "../../api/client";
import { asProblem } from "../../api/problem";
import type { Solution } from "../../api/types";
import { showToast } from "../../parts/toast";
import { sentence } from "../../words/sentence";
import { chunks, outcome, reversed, type RoleChange, type SolutionChanges } from "./assignment-rules";

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
  const undo = () => {
    undoAll(org, changed).then(
      (names) => {
        showToast(sentence`Restored the roles in ${names}.`);
        onUndone();
      },
      (thrown: unknown) => {
        showToast(sentence`The roles could not be restored. ${asProblem(thrown).message}`, "problem");
        onUndone();
      },
    );
  };
  showToast(outcome(done, role), "good", changed.length === 0 ? undefined : { label: "Undo", run: undo });
}

async function undoAll(org: string, changed: readonly SolutionChanges[]): Promise<string> {
  for (const { solution, changes } of changed) await applyChanges(org, solution.id, reversed(changes));
  return changed.map(({ solution }) => solution.name).join(", ");
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
