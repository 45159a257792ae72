import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { readSolutionRoles, useFoundPeople, useSolutionRoles } from "../../api/queries";
import type { Member, Solution, SolutionRole } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { Checkbox, Select } from "../../parts/field";
import { LoadFailure, ProblemNotice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { solutionRoles, capitalize } from "../../words/names";
import { applyChanges, MAX_PER_REQUEST, reportAssignment } from "../users/assigning";
import { higherRoles, plannedChanges, type SolutionRoles } from "../users/assignment-rules";
import { SearchField } from "../users/filter-bar";
import { HigherRoles } from "../users/higher-roles";
import { sentence } from "../../words/sentence";

const MAX_RESULTS = 20;

interface AddPeopleProps {
  readonly solution: Solution;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Assigns people to a solution, found by name or email. Roles that are higher already stay unless the person says otherwise. */
export function AddPeople({ solution, onDone, onClose }: AddPeopleProps) {
  const { org } = useConsole();
  const [role, setRole] = useState<SolutionRole>("user");
  const [lower, setLower] = useState(false);
  const [chosen, setChosen] = useState<ReadonlyMap<string, Member>>(new Map());
  const loaded = useSolutionRoles(org, [solution.id]);
  const roles = loaded.data?.get(solution.id);
  const people = [...chosen.values()];
  const higher = higherRoles(people, roles ?? new Map(), role);
  const assign = useAction(
    async () => {
      // The roles may have changed since they were shown.
      const present = await readSolutionRoles(org, solution.id);
      const lowered = lower ? higher.map(({ person }) => person.id) : [];
      const changes = plannedChanges(people, present, role, lowered);
      await applyChanges(org, solution.id, changes);
      onDone();
      return changes;
    },
    (changes) => {
      onClose();
      reportAssignment(org, [{ solution, changes }], role, onDone);
    },
  );
  return (
    <FormPane
      title={sentence`Assign people to ${solution.name}`}
      busy={assign.busy}
      onClose={onClose}
      submit={
        <Button
          kind="primary"
          disabled={chosen.size === 0 || chosen.size > MAX_PER_REQUEST || loaded.loading}
          busy={assign.busy}
          onClick={assign.run}
        >
          {chosen.size > 0 ? `Assign ${chosen.size}` : "Assign"}
        </Button>
      }
    >
      <Select
        label="Solution role"
        value={role}
        options={solutionRoles.map((r) => [r, capitalize(r)] as const)}
        onChange={(r) => setRole(r as SolutionRole)}
      />
      <PeoplePicker roles={roles} chosen={chosen} onChoose={setChosen} />
      <HigherRoles higher={higher.map((h) => ({ ...h, solution }))} lower={lower} onLower={setLower} />
      {chosen.size > MAX_PER_REQUEST && (
        <p class="field-problem" role="alert">
          Choose at most {MAX_PER_REQUEST} people at once.
        </p>
      )}
      <ProblemNotice problem={assign.problem ?? loaded.problem} />
    </FormPane>
  );
}

interface PeoplePickerProps {
  /** The present roles in the solution, or undefined until they have loaded. */
  readonly roles: SolutionRoles | undefined;
  readonly chosen: ReadonlyMap<string, Member>;
  readonly onChoose: (chosen: ReadonlyMap<string, Member>) => void;
}

function PeoplePicker({ roles, chosen, onChoose }: PeoplePickerProps) {
  const { org } = useConsole();
  const [q, setQ] = useState("");
  const found = useFoundPeople(org, q.trim(), MAX_RESULTS);
  const toggle = (member: Member, on: boolean) => {
    const next = new Map(chosen);
    if (on) next.set(member.id, member);
    else next.delete(member.id);
    onChoose(next);
  };
  const remark = (m: Member) => {
    const role = roles?.get(m.id);
    if (role) return `${capitalize(role)} now`;
    return m.status === "disabled" ? "Disabled" : m.role === "deny" ? "Denied" : "";
  };
  // Chosen people stay visible when the search changes.
  const shown = [...new Map([...chosen.values(), ...(found.data?.items ?? [])].map((m) => [m.id, m])).values()];
  return (
    <>
      <SearchField value={q} label="Search by name or email" onSearch={setQ} />
      {found.problem && <LoadFailure problem={found.problem} onRetry={found.reload} />}
      {!found.data && !found.problem && <SkeletonRows rows={5} />}
      <fieldset class="picker" aria-busy={found.loading}>
        <legend>People</legend>
        {shown.map((m) => (
          <Checkbox
            key={m.id}
            label={
              <span class="stack">
                <bdi>{m.displayName}</bdi>
                <small>
                  <bdi>{m.email}</bdi>
                  {remark(m) && ` · ${remark(m)}`}
                </small>
              </span>
            }
            checked={chosen.has(m.id)}
            onChange={(on) => toggle(m, on)}
          />
        ))}
        {found.data && shown.length === 0 && <p class="hint">No matching members.</p>}
        {found.data?.nextCursor && <p class="hint">There are more. Type a name to find them.</p>}
      </fieldset>
    </>
  );
}
