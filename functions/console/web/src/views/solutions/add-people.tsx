import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { useAllAssignments, useFoundPeople } from "../../api/queries";
import type { Member, Solution, SolutionRole } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { Checkbox, Select } from "../../parts/field";
import { LoadFailure, ProblemNotice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { solutionRoles, capitalize } from "../../words/names";
import { SearchField } from "../users/filter-bar";

/** The maximum number of people per request to the API. */
const MAX_PER_REQUEST = 25;
const MAX_RESULTS = 20;

interface AddPeopleProps {
  readonly solution: Solution;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Assigns people to a solution, found by name or email. */
export function AddPeople({ solution, onDone, onClose }: AddPeopleProps) {
  const { org } = useConsole();
  const [role, setRole] = useState<SolutionRole>("user");
  const [chosen, setChosen] = useState<ReadonlyMap<string, Member>>(new Map());
  const assign = useAction(async () => {
    const result = await call("post", "/organizations/{org}/solutions/{solution}/members", {
      path: { org, solution: solution.id },
      body: { assign: [...chosen.keys()].map((userId) => ({ userId, role })) },
    });
    onDone();
    showToast(
      `Added ${result.assigned.length === 1 ? (result.assigned[0]?.user.displayName ?? "One person") : `${result.assigned.length} people`} to ${solution.name}.`,
    );
  }, onClose);
  return (
    <FormPane
      title={`Assign people to ${solution.name}`}
      busy={assign.busy}
      onClose={onClose}
      submit={
        <Button
          kind="primary"
          disabled={chosen.size === 0 || chosen.size > MAX_PER_REQUEST}
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
        hint="People who are already assigned get this role instead."
      />
      <PeoplePicker solution={solution} chosen={chosen} onChoose={setChosen} />
      {chosen.size > MAX_PER_REQUEST && (
        <p class="field-problem" role="alert">
          Choose at most {MAX_PER_REQUEST} people at once.
        </p>
      )}
      <ProblemNotice problem={assign.problem} />
    </FormPane>
  );
}

interface PeoplePickerProps {
  readonly solution: Solution;
  readonly chosen: ReadonlyMap<string, Member>;
  readonly onChoose: (chosen: ReadonlyMap<string, Member>) => void;
}

function PeoplePicker({ solution, chosen, onChoose }: PeoplePickerProps) {
  const { org } = useConsole();
  const [q, setQ] = useState("");
  const found = useFoundPeople(org, q.trim(), MAX_RESULTS);
  const toggle = (member: Member, on: boolean) => {
    const next = new Map(chosen);
    if (on) next.set(member.id, member);
    else next.delete(member.id);
    onChoose(next);
  };
  const assigned = useAllAssignments(org, solution.id);
  const currentRoles = new Map(assigned.data?.map((a) => [a.user.id, `${capitalize(a.role)} now`]));
  const remark = (m: Member) =>
    currentRoles.get(m.id) ?? (m.status === "disabled" ? "Disabled" : m.role === "deny" ? "Denied" : "");
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
                {m.displayName}
                <small>
                  {m.email}
                  {remark(m) && ` · ${remark(m)}`}
                </small>
              </span>
            }
            checked={chosen.has(m.id)}
            onChange={(on) => toggle(m, on)}
          />
        ))}
        {found.data && shown.length === 0 && <p class="hint">Nobody matches.</p>}
        {found.data?.nextCursor && <p class="hint">There are more; type a name to find them.</p>}
      </fieldset>
    </>
  );
}
