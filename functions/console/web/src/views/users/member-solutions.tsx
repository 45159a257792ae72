import { useState } from "preact/hooks";
import { memberSolutionList } from "../../api/queries";
import type { MemberSolution, SolutionRole } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { Select } from "../../parts/field";
import { PagedItems, usePagedList } from "../../parts/loaded";
import { ProblemNotice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { Link } from "../../router/link";
import { closePane, navigate } from "../../router/navigation";
import { can, solutionRoles, capitalize } from "../../words/names";
import { NoAssignments } from "../empty";
import { AssignPane } from "./panes";
import { useAssignmentActions } from "./assignment-actions";
import { canEdit } from "./assignment-rules";
import { sentence } from "../../words/sentence";

const PAGE_SIZE = 50;

interface MemberSolutionsProps {
  readonly user: string;
  readonly name: string;
  readonly own: boolean;
  /** The path of the list. */
  readonly base: string;
  /** Whether the pane that assigns solutions is open. */
  readonly assigning: boolean;
}

/** A member's solutions in this organization. */
export function MemberSolutions({ user, name, own, base, assigning }: MemberSolutionsProps) {
  const { org, membership, reloadMe } = useConsole();
  const list = usePagedList(memberSolutionList(org, user), PAGE_SIZE);
  const canAssign = can(membership, "solutions:assign");
  const changed = () => {
    list.reload();
    if (own) reloadMe();
  };
  const assign = () => navigate(`${base}/assign`);
  const button = canAssign && (
    <Button kind="primary" icon="plus" onClick={assign}>
      Assign solutions
    </Button>
  );
  return (
    <section class="list" aria-label="Solutions">
      <div class="toolbar">
        <p class="lead">
          {own
            ? sentence`Solutions assigned to you in ${membership.organization.name}.`
            : sentence`Solutions assigned to ${name} in ${membership.organization.name}.`}
        </p>
        <span class="toolbar-end">{button}</span>
      </div>
      <PagedItems
        list={list}
        skeleton={<SkeletonRows rows={3} head />}
        empty={<NoAssignments name={own ? undefined : name} onAssign={canAssign ? assign : undefined} />}
      >
        {(solutions) => (
          <table class="table" aria-busy={list.loading}>
            <caption class="visually-hidden">Solutions</caption>
            <thead>
              <tr>
                <th scope="col">Solution</th>
                <th scope="col">Role</th>
                {canAssign && (
                  <th scope="col">
                    <span class="visually-hidden">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {solutions.map((s) => (
                <SolutionRow
                  key={s.id}
                  solution={s}
                  user={user}
                  name={name}
                  canAssign={canAssign}
                  onChanged={changed}
                />
              ))}
            </tbody>
          </table>
        )}
      </PagedItems>
      {assigning && canAssign && (
        <AssignPane people={[{ id: user, displayName: name }]} onDone={changed} onClose={() => closePane(base)} />
      )}
    </section>
  );
}

interface SolutionRowProps {
  readonly solution: MemberSolution;
  readonly user: string;
  readonly name: string;
  readonly canAssign: boolean;
  readonly onChanged: () => void;
}

function SolutionRow({ solution, user, name, canAssign, onChanged }: SolutionRowProps) {
  const { org, membership } = useConsole();
  const [confirming, setConfirming] = useState(false);
  const person = { id: user, displayName: name };
  const { setRole, remove } = useAssignmentActions(solution, person, solution.role, onChanged, () =>
    setConfirming(false),
  );
  return (
    <tr>
      <td class="main-cell">
        {can(membership, "solutions:view-own") || canEdit(membership, { yourRole: solution.role }) ? (
          <Link to={`/${org}/solutions/${solution.id}`} class="row-link">
            <bdi>{solution.name}</bdi>
          </Link>
        ) : (
          <bdi>{solution.name}</bdi>
        )}
      </td>
      <td data-label="Role">
        {canAssign ? (
          <Select
            hideLabel
            label={`Role in ${solution.name}`}
            value={solution.role}
            disabled={setRole.busy}
            options={solutionRoles.map((r) => [r, capitalize(r)] as const)}
            onChange={(r) => setRole.run(r as SolutionRole)}
          />
        ) : (
          capitalize(solution.role)
        )}
        <ProblemNotice problem={setRole.problem} />
      </td>
      {canAssign && (
        <td class="end">
          <button
            type="button"
            class="text-button danger"
            aria-label={`Unassign from ${solution.name}`}
            onClick={() => setConfirming(true)}
          >
            Unassign
          </button>
          {confirming && (
            <Confirm
              title={sentence`Remove ${name} from ${solution.name}?`}
              action="Unassign"
              danger
              busy={remove.busy}
              problem={remove.problem}
              onConfirm={remove.run}
              onCancel={() => setConfirming(false)}
            >
              <p>
                <strong>{name}</strong> can no longer use <bdi>{solution.name}</bdi>.
              </p>
            </Confirm>
          )}
        </td>
      )}
    </tr>
  );
}
