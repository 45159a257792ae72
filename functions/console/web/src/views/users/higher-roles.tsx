import { Checkbox } from "../../parts/field";
import { Notice } from "../../parts/notice";
import { article, capitalize, people, plural } from "../../words/names";
import type { RoleChange, SolutionChanges } from "./assignment-rules";

const MAX_NAMED = 5;

interface HigherRolesProps {
  /** The people who have a higher role than the one to assign, and the solution in which they have it. */
  readonly higher: readonly (RoleChange & { readonly solution: SolutionChanges["solution"] })[];
  readonly lower: boolean;
  readonly onLower: (lower: boolean) => void;
}

/** Names the people whose role would be lowered. They keep it unless the person who assigns chooses otherwise. */
export function HigherRoles({ higher, lower, onLower }: HigherRolesProps) {
  const [first] = higher;
  if (!first?.to) return null;
  const affected = new Set(higher.map(({ person }) => person.id)).size;
  return (
    <Notice kind="warning">
      <ul class="consequences">
        {higher.slice(0, MAX_NAMED).map(({ person, from = "user", solution }) => (
          <li key={person.id + solution.id}>
            <bdi>{person.displayName}</bdi> is {article(from)} {capitalize(from)} of <bdi>{solution.name}</bdi>.
          </li>
        ))}
        {higher.length > MAX_NAMED && <li>And {higher.length - MAX_NAMED} more.</li>}
      </ul>
      <Checkbox
        label={`Lower ${plural(affected, "this role", `the roles of these ${people(affected)}`)} to ${capitalize(first.to)}`}
        checked={lower}
        onChange={onLower}
      />
      {!lower && <p class="hint">{plural(affected, "This person keeps", "They keep")} the higher role.</p>}
    </Notice>
  );
}
