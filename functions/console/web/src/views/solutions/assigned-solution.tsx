import { newest } from "../../api/newest";
import { assignmentList, useOwnAssignment, useSolution } from "../../api/queries";
import type { Membership, MemberSolution } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { CopyableId } from "../../parts/copy-button";
import { Fact } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { LoadedData, usePagedList } from "../../parts/loaded";
import { Empty } from "../../parts/notice";
import { SkeletonCard } from "../../parts/skeleton";
import { closePane, navigate } from "../../router/navigation";
import { capitalize } from "../../words/names";
import { canAssign, canEdit } from "../users/assignment-rules";
import { AddByEmail } from "./add-by-email";
import { Assignments } from "./assignments";
import { EditSolution } from "./edit-solution";
import { SolutionFacts } from "./solution-detail";

const PAGE_SIZE = 50;

interface AssignedSolutionProps {
  readonly solution: string;
  readonly pane: "edit" | "assign" | undefined;
}

/**
 * A solution as members see it whose role in the organization shows them no solutions: what they are assigned to, and more
 * if their role in the solution lets them edit it.
 */
export function AssignedSolution({ solution: id, pane }: AssignedSolutionProps) {
  const { me, org, membership } = useConsole();
  const loaded = useOwnAssignment(org, me.id, id);
  const own = loaded.data;
  if (own && canEdit(membership, { yourRole: own.role })) return <EditableSolution own={own} pane={pane} />;
  return (
    <>
      <Heading
        breadcrumbs={breadcrumbs(membership)}
        title={own?.name ?? "Solution"}
        lead={
          own === null ? undefined : own ? "A solution that you are assigned to" : <i class="skeleton-line short" />
        }
      />
      <LoadedData loaded={loaded} skeleton={<SkeletonCard lines={4} />}>
        {(assigned) =>
          assigned ? (
            <div class="cards">
              <section class="card">
                <h2>About</h2>
                <dl class="facts">
                  <Fact label="Solution ID">
                    <CopyableId id={assigned.id} what="solution ID" />
                  </Fact>
                  <Fact label="Your role">{capitalize(assigned.role)}</Fact>
                </dl>
              </section>
              <PeopleHint />
            </div>
          ) : (
            <Empty icon="solutions" title="Solution not found">
              It doesn&apos;t exist, or you are not assigned to it.
            </Empty>
          )
        }
      </LoadedData>
    </>
  );
}

interface EditableSolutionProps {
  readonly own: MemberSolution;
  readonly pane: "edit" | "assign" | undefined;
}

/** A solution as its owners, admins and editors see it. */
function EditableSolution({ own, pane }: EditableSolutionProps) {
  const { org, membership } = useConsole();
  const loaded = useSolution(org, own.id);
  const solution = loaded.data;
  const base = `/${org}/solutions/${own.id}`;
  const name = solution?.name ?? own.name;
  // The people stay if only the solution can't be loaded.
  const isComplete = solution !== undefined || loaded.problem !== undefined;
  return (
    <>
      <Heading
        breadcrumbs={breadcrumbs(membership)}
        title={name}
        lead={solution ? solution.description || "No description" : <i class="skeleton-line short" />}
        actions={solution && <Button onClick={() => navigate(`${base}/edit`)}>Edit</Button>}
      />
      {isComplete ? (
        <div class="cards">
          <LoadedData loaded={loaded} skeleton={<SkeletonCard lines={4} />}>
            {(shown) => <SolutionFacts solution={shown} />}
          </LoadedData>
          {canAssign(membership, { yourRole: own.role }) ? (
            <People own={{ ...own, name }} assigning={pane === "assign"} onChanged={loaded.reload} />
          ) : (
            <PeopleHint />
          )}
        </div>
      ) : (
        <SkeletonCard lines={4} />
      )}
      {solution && pane === "edit" && (
        <EditSolution
          solution={solution}
          onChanged={(next) => loaded.update((shown) => newest(shown, next))}
          onReload={loaded.reload}
          onClose={() => closePane(base)}
        />
      )}
    </>
  );
}

function breadcrumbs({ organization: { id, name } }: Membership) {
  return [
    [name, `/${id}`],
    ["Your solutions", `/${id}/profile/solutions`],
  ] as const;
}

function PeopleHint() {
  return <p class="hint">Only the Owners and Admins of a solution see its people.</p>;
}

interface PeopleProps {
  readonly own: MemberSolution;
  /** Whether the pane that assigns people is open. */
  readonly assigning: boolean;
  readonly onChanged: () => void;
}

function People({ own, assigning, onChanged }: PeopleProps) {
  const { org, reloadMe } = useConsole();
  const list = usePagedList(assignmentList(org, own.id), PAGE_SIZE);
  const base = `/${org}/solutions/${own.id}`;
  const changed = () => {
    list.reload();
    onChanged();
    reloadMe();
  };
  return (
    <>
      <Assignments solution={own} list={list} canAssign onAdd={() => navigate(`${base}/assign`)} onChanged={changed} />
      {assigning && <AddByEmail own={own} onDone={changed} onClose={() => closePane(base)} />}
    </>
  );
}
