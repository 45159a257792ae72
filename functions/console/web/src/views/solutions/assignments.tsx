import { useState } from "preact/hooks";
import type { Assignment, Solution, SolutionRole } from "../../api/types";
import { useConsole } from "../../console-context";
import { Avatar } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { Select } from "../../parts/field";
import { PagedItems, type PagedList } from "../../parts/loaded";
import { ProblemNotice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { RowText } from "../../parts/row-text";
import { Link } from "../../router/link";
import { can, solutionRoles, capitalize } from "../../words/names";
import { sentence } from "../../words/sentence";
import { NobodyAssigned } from "../empty";
import { useAssignmentActions } from "../users/assignment-actions";

/** What the list of people needs of their solution. */
type SolutionOfPeople = Pick<Solution, "id" | "name"> & Partial<Pick<Solution, "memberCount">>;

interface AssignmentsProps {
  readonly solution: SolutionOfPeople;
  readonly list: PagedList<Assignment>;
  readonly canAssign: boolean;
  readonly onAdd: () => void;
  readonly onChanged: () => void;
}

/** The people assigned to a solution, with their roles. */
export function Assignments({ solution, list, canAssign, onAdd, onChanged }: AssignmentsProps) {
  return (
    <section class="card flush">
      <div class="card-head">
        <h2>People</h2>
        {canAssign && (
          <Button icon="plus" onClick={onAdd}>
            Assign people
          </Button>
        )}
      </div>
      <PagedItems
        list={list}
        skeleton={<SkeletonRows rows={4} head />}
        total={solution.memberCount}
        empty={<NobodyAssigned onAssign={canAssign ? onAdd : undefined} />}
      >
        {(assignments) => (
          <table class="table" aria-busy={list.loading}>
            <caption class="visually-hidden">
              People of <bdi>{solution.name}</bdi>
            </caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                {canAssign && (
                  <th scope="col">
                    <span class="visually-hidden">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {assignments.map((a) => (
                <AssignmentRow
                  key={a.user.id}
                  solution={solution}
                  assignment={a}
                  canAssign={canAssign}
                  onChanged={onChanged}
                />
              ))}
            </tbody>
          </table>
        )}
      </PagedItems>
    </section>
  );
}

interface AssignmentRowProps {
  readonly solution: SolutionOfPeople;
  readonly assignment: Assignment;
  readonly canAssign: boolean;
  readonly onChanged: () => void;
}

function AssignmentRow({ solution, assignment: { user, role }, canAssign, onChanged }: AssignmentRowProps) {
  const { org, me, membership } = useConsole();
  const [confirming, setConfirming] = useState(false);
  const { setRole, remove } = useAssignmentActions(solution, user, role, onChanged, () => setConfirming(false));
  return (
    <tr>
      <td class="main-cell">
        <span class="person">
          <Avatar name={user.displayName} id={user.id} />
          <span class="stack">
            {user.id === me.id || can(membership, "members:view") ? (
              <Link to={user.id === me.id ? `/${org}/profile` : `/${org}/users/${user.id}`} class="row-link clip">
                <bdi>{user.displayName}</bdi>
              </Link>
            ) : (
              <bdi class="clip">{user.displayName}</bdi>
            )}
            <small>
              <RowText class="clip">{user.email}</RowText>
            </small>
          </span>
        </span>
      </td>
      <td data-label="Role">
        {canAssign ? (
          <Select
            hideLabel
            label={`Role of ${user.displayName}`}
            value={role}
            disabled={setRole.busy}
            options={solutionRoles.map((r) => [r, capitalize(r)] as const)}
            onChange={(r) => setRole.run(r as SolutionRole)}
          />
        ) : (
          capitalize(role)
        )}
        <ProblemNotice problem={setRole.problem} />
      </td>
      {canAssign && (
        <td class="end">
          <button
            type="button"
            class="text-button danger"
            aria-label={`Unassign ${user.displayName}`}
            onClick={() => setConfirming(true)}
          >
            Unassign
          </button>
          {confirming && (
            <Confirm
              title={sentence`Remove ${user.displayName} from ${solution.name}?`}
              action="Unassign"
              danger
              busy={remove.busy}
              problem={remove.problem}
              onConfirm={remove.run}
              onCancel={() => setConfirming(false)}
            >
              <p>
                <strong>{user.displayName}</strong> (<bdi>{user.email}</bdi>) can no longer use{" "}
                <bdi>{solution.name}</bdi>.
              </p>
            </Confirm>
          )}
        </td>
      )}
    </tr>
  );
}
