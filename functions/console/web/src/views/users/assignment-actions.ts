import { useAction, type Action } from "../../api/action";
import { call } from "../../api/client";
import type { Solution, SolutionRole } from "../../api/types";
import { useConsole } from "../../console-context";
import { offerUndo } from "../../parts/undo";
import { article, capitalize } from "../../words/names";
import { sentence } from "../../words/sentence";
import type { Person } from "./assignment-rules";
import { undoAssignment } from "./assigning";

/** The changes of one person's assignment to a solution. */
export interface AssignmentActions {
  readonly setRole: Action<[SolutionRole]>;
  readonly remove: Action<[]>;
}

/** Changes or ends a person's assignment, and offers to undo it. onRemoved runs if the person still is where they began. */
export function useAssignmentActions(
  solution: Pick<Solution, "id" | "name">,
  person: Person,
  role: SolutionRole,
  onChanged: () => void,
  onRemoved: () => void,
): AssignmentActions {
  const { org } = useConsole();
  const path = { org, solution: solution.id, user: person.id };
  const report = (text: string, to: SolutionRole | undefined) => {
    const restored = sentence`${person.displayName} is ${article(role)} ${capitalize(role)} of ${solution.name} again.`;
    const changed = [{ solution, changes: [{ person, from: role, to }] }];
    offerUndo(text, () => undoAssignment(org, changed, restored, onChanged));
    onChanged();
  };
  const setRole = useAction(async (next: SolutionRole) => {
    await call("put", "/organizations/{org}/solutions/{solution}/members/{user}", { path, body: { role: next } });
    report(sentence`${person.displayName} is now ${article(next)} ${capitalize(next)} of ${solution.name}.`, next);
  });
  const remove = useAction(async () => {
    await call("delete", "/organizations/{org}/solutions/{solution}/members/{user}", { path });
    report(sentence`Removed ${person.displayName} from ${solution.name}.`, undefined);
  }, onRemoved);
  return { setRole, remove };
}
