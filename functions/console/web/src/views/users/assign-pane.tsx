import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { readSolutionRoles, useAllSolutions, useSolutionRoles } from "../../api/queries";
import type { Solution, SolutionRole } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { Checkbox, Field, Select } from "../../parts/field";
import { LoadedData } from "../../parts/loaded";
import { Empty, Notice, ProblemNotice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { capitalize, people, solutionRoles } from "../../words/names";
import { applyChanges, failuresIn, reportAssignment, type Failure } from "./assigning";
import {
  canAssign,
  higherRoles,
  plannedChanges,
  type Person,
  type SolutionChanges,
  type SolutionRoles,
} from "./assignment-rules";
import { HigherRoles } from "./higher-roles";

const SEARCH_THRESHOLD = 8;

interface AssignPaneProps {
  readonly people: readonly Person[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Assigns one or more people to one or more solutions. Roles that are higher already stay unless the person says otherwise. */
export function AssignPane({ people: chosenPeople, onDone, onClose }: AssignPaneProps) {
  const { org, membership } = useConsole();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [role, setRole] = useState<SolutionRole>("user");
  const [lower, setLower] = useState(false);
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const solutions = useAllSolutions(org);
  const assignable = solutions.data?.filter((s) => canAssign(membership, s)) ?? [];
  const selected = assignable.filter((s) => chosen.has(s.id));
  const roles = useSolutionRoles(
    org,
    selected.map(({ id }) => id),
  );
  const higher = selected.flatMap((s) =>
    higherRoles(chosenPeople, roles.data?.get(s.id) ?? new Map(), role).map((h) => ({ ...h, solution: s })),
  );
  const assign = useAction(
    async () => {
      const done: SolutionChanges[] = [];
      const failed: Failure[] = [];
      for (const solution of selected) {
        try {
          const lowered = higher.filter((h) => lower && h.solution.id === solution.id).map(({ person }) => person.id);
          // The roles may have changed since they were shown.
          const present = await readSolutionRoles(org, solution.id);
          const changes = plannedChanges(chosenPeople, present, role, lowered);
          await applyChanges(org, solution.id, changes);
          done.push({ solution, changes });
        } catch (thrown) {
          failed.push(...failuresIn(solution, thrown));
        }
      }
      onDone();
      return { done, failed };
    },
    ({ done, failed }) => {
      setFailures(failed);
      if (failed.length > 0) {
        roles.reload();
        return;
      }
      onClose();
      reportAssignment(org, done, role, onDone);
    },
  );
  return (
    <FormPane
      title="Assign solutions"
      busy={assign.busy}
      cancelLabel={failures.length > 0 ? "Close" : "Cancel"}
      onClose={onClose}
      submit={
        <Button
          kind="primary"
          busy={assign.busy}
          disabled={selected.length === 0 || roles.loading}
          onClick={assign.run}
        >
          Assign
        </Button>
      }
    >
      <p class="lead">
        Assign to <strong>{peopleLabel(chosenPeople)}</strong>.
      </p>
      <Select
        label="Solution role"
        value={role}
        options={solutionRoles.map((r) => [r, capitalize(r)] as const)}
        onChange={(r) => setRole(r as SolutionRole)}
      />
      <LoadedData loaded={solutions} skeleton={<SkeletonRows rows={5} />}>
        {() => (
          <SolutionPicker
            solutions={assignable}
            chosen={chosen}
            onChoose={setChosen}
            remark={(id) => presentRoles(chosenPeople, roles.data?.get(id))}
          />
        )}
      </LoadedData>
      <HigherRoles higher={higher} lower={lower} onLower={setLower} />
      <ProblemNotice problem={roles.problem} onRetry={roles.reload} />
      <div role="alert">
        {failures.map((f) => (
          <Notice key={f.solution + f.detail} kind="danger">
            <strong>{f.solution}:</strong> {f.detail}
          </Notice>
        ))}
      </div>
    </FormPane>
  );
}

/** Returns the present roles of people in a solution, such as "Editor now", or "1 of 2 people assigned". */
function presentRoles(chosenPeople: readonly Person[], present: SolutionRoles | undefined): string {
  if (!present) return "";
  const roles = chosenPeople.flatMap(({ id }) => present.get(id) ?? []);
  if (chosenPeople.length === 1) return roles[0] ? `${capitalize(roles[0])} now` : "Not assigned yet";
  return `${roles.length} of ${chosenPeople.length} people assigned`;
}

function peopleLabel(chosenPeople: readonly Person[]): string {
  return chosenPeople.length === 1 && chosenPeople[0] ? chosenPeople[0].displayName : people(chosenPeople.length);
}

interface SolutionPickerProps {
  readonly solutions: readonly Solution[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  /** Returns what to say about a chosen solution, by its ID. */
  readonly remark: (id: string) => string;
}

function SolutionPicker({ solutions, chosen, onChoose, remark }: SolutionPickerProps) {
  const [text, setText] = useState("");
  if (solutions.length === 0)
    return (
      <Empty icon="solutions" title="No solutions">
        You can assign people to solutions that you own or administer. Ask an Owner or Admin for one.
      </Empty>
    );
  const shown = solutions.filter((s) => s.name.toLowerCase().includes(text.trim().toLowerCase()));
  const toggle = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    onChoose(next);
  };
  return (
    <>
      {solutions.length > SEARCH_THRESHOLD && <Field label="Find a solution" value={text} onInput={setText} />}
      <fieldset class="picker">
        <legend>Solutions</legend>
        {shown.map((s) => (
          <Checkbox
            key={s.id}
            label={
              <span class="stack">
                <bdi>{s.name}</bdi>
                {chosen.has(s.id) && <small>{remark(s.id)}</small>}
              </span>
            }
            checked={chosen.has(s.id)}
            onChange={(on) => toggle(s.id, on)}
          />
        ))}
        {shown.length === 0 && <p class="hint">No matching solutions.</p>}
      </fieldset>
    </>
  );
}
