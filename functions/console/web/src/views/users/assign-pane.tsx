import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { asProblem } from "../../api/problem";
import { useAllSolutions } from "../../api/queries";
import type { Solution, SolutionRole } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { Checkbox, Field, Select } from "../../parts/field";
import { LoadedData } from "../../parts/loaded";
import { Empty, Notice } from "../../parts/notice";
import { SkeletonRows } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { count, solutionRoles, capitalize } from "../../words/names";
import { canAssign, chunks } from "./assignment-rules";

/** The maximum number of people per request to the API. */
const MAX_PER_REQUEST = 25;
const SEARCH_THRESHOLD = 8;

interface Person {
  readonly id: string;
  readonly displayName: string;
}

interface AssignPaneProps {
  readonly people: readonly Person[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

interface Failure {
  readonly solution: string;
  readonly detail: string;
}

/** Assigns one or more people to one or more solutions. */
export function AssignPane({ people, onDone, onClose }: AssignPaneProps) {
  const { org, membership } = useConsole();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [role, setRole] = useState<SolutionRole>("user");
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const solutions = useAllSolutions(org);
  const assign = useAction(
    async () => {
      const failed: Failure[] = [];
      for (const solution of solutions.data?.filter((s) => chosen.has(s.id)) ?? [])
        failed.push(...(await assignTo(org, solution, people, role)));
      onDone();
      if (failed.length === 0) showToast(`Added ${peopleLabel(people)} to ${count(chosen.size, "solution")}.`);
      return failed;
    },
    (failed) => {
      setFailures(failed);
      if (failed.length === 0) onClose();
    },
  );
  return (
    <FormPane
      title="Assign solutions"
      busy={assign.busy}
      cancelLabel={failures.length > 0 ? "Close" : "Cancel"}
      onClose={onClose}
      submit={
        <Button kind="primary" busy={assign.busy} disabled={chosen.size === 0} onClick={assign.run}>
          Assign
        </Button>
      }
    >
      <p class="lead">
        To <strong>{peopleLabel(people)}</strong>. People who are already assigned get this role instead.
      </p>
      <Select
        label="Solution role"
        value={role}
        options={solutionRoles.map((r) => [r, capitalize(r)] as const)}
        onChange={(r) => setRole(r as SolutionRole)}
      />
      <LoadedData loaded={solutions} skeleton={<SkeletonRows rows={5} />}>
        {(all) => (
          <SolutionPicker
            solutions={all.filter((s) => canAssign(membership, s))}
            chosen={chosen}
            onChoose={setChosen}
          />
        )}
      </LoadedData>
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

/** Assigns people in batches. Each request assigns all of its people or none. */
async function assignTo(
  org: string,
  solution: Solution,
  people: readonly Person[],
  role: SolutionRole,
): Promise<Failure[]> {
  try {
    for (const chunk of chunks(people, MAX_PER_REQUEST)) {
      const assign = chunk.map(({ id }) => ({ userId: id, role }));
      await call("post", "/organizations/{org}/solutions/{solution}/members", {
        path: { org, solution: solution.id },
        body: { assign },
      });
    }
    return [];
  } catch (thrown) {
    const problem = asProblem(thrown);
    const details = problem.fields.length > 0 ? problem.fields.map((f) => f.detail) : [problem.message];
    return details.map((detail) => ({ solution: solution.name, detail }));
  }
}

function peopleLabel(people: readonly Person[]): string {
  return people.length === 1 && people[0] ? people[0].displayName : `${people.length} people`;
}

interface SolutionPickerProps {
  readonly solutions: readonly Solution[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

function SolutionPicker({ solutions, chosen, onChoose }: SolutionPickerProps) {
  const [text, setText] = useState("");
  if (solutions.length === 0)
    return (
      <Empty icon="solutions" title="No solutions">
        There is none that you may assign people to.
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
          <Checkbox key={s.id} label={s.name} checked={chosen.has(s.id)} onChange={(on) => toggle(s.id, on)} />
        ))}
        {shown.length === 0 && <p class="hint">None matches.</p>}
      </fieldset>
    </>
  );
}
