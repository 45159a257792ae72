import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { newest } from "../../api/newest";
import { assignmentList, useSolution } from "../../api/queries";
import type { Membership, Solution } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { CopyableId } from "../../parts/copy-button";
import { Fact } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { LoadedData, usePagedList } from "../../parts/loaded";
import { SkeletonCard } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { closePane, navigate } from "../../router/navigation";
import { can, capitalize, people } from "../../words/names";
import { date } from "../../words/time";
import { canAssign, canEdit } from "../users/assignment-rules";
import { AddPeople } from "./add-people";
import { Assignments } from "./assignments";
import { EditSolution } from "./edit-solution";
import { sentence } from "../../words/sentence";

const PAGE_SIZE = 50;

interface SolutionDetailProps {
  readonly solution: string;
  readonly pane: "edit" | "assign" | undefined;
}

/** A solution and the people assigned to it. */
export function SolutionDetail({ solution: id, pane }: SolutionDetailProps) {
  const { org, membership, reloadMe } = useConsole();
  const loaded = useSolution(org, id);
  const people = usePagedList(assignmentList(org, id), PAGE_SIZE);
  const solution = loaded.data;
  // The people are between other cards, which would move when they come.
  const isComplete = people.data !== undefined || people.problem !== undefined;
  const base = `/${org}/solutions/${id}`;
  const onPeopleChanged = () => {
    people.reload();
    loaded.reload();
    reloadMe();
  };
  const assignable = solution !== undefined && canAssign(membership, solution);
  return (
    <>
      <Heading
        breadcrumbs={[
          [membership.organization.name, `/${org}`],
          ["Solutions", `/${org}/solutions`],
        ]}
        title={solution?.name ?? "Solution"}
        lead={solution ? solution.description || "No description" : <i class="skeleton-line short" />}
        actions={
          solution && canEdit(membership, solution) && <Button onClick={() => navigate(`${base}/edit`)}>Edit</Button>
        }
      />
      <LoadedData
        loaded={isComplete ? loaded : { ...loaded, data: undefined }}
        skeleton={
          <div class="cards">
            <SkeletonCard lines={4} />
            <SkeletonCard lines={6} />
          </div>
        }
      >
        {(shown) => (
          <div class="cards">
            <SolutionFacts solution={shown} />
            <Assignments
              solution={shown}
              list={people}
              canAssign={assignable}
              onAdd={() => navigate(`${base}/assign`)}
              onChanged={onPeopleChanged}
            />
            {canDelete(membership, shown) && <DeleteSolution solution={shown} />}
          </div>
        )}
      </LoadedData>
      {solution && pane === "edit" && canEdit(membership, solution) && (
        <EditSolution
          solution={solution}
          onChanged={(next) => loaded.update((shown) => newest(shown, next))}
          onReload={loaded.reload}
          onClose={() => closePane(base)}
        />
      )}
      {solution && pane === "assign" && assignable && (
        <AddPeople solution={solution} onDone={onPeopleChanged} onClose={() => closePane(base)} />
      )}
    </>
  );
}

function canDelete(membership: Membership, solution: Solution): boolean {
  return can(membership, "solutions:assign") || solution.yourRole === "owner";
}

/** The facts about a solution. */
export function SolutionFacts({ solution }: { readonly solution: Solution }) {
  return (
    <section class="card">
      <h2>About</h2>
      <dl class="facts">
        <Fact label="Solution ID">
          <CopyableId id={solution.id} what="solution ID" />
        </Fact>
        <Fact label="Created">{date(solution.createdAt)}</Fact>
        <Fact label="People">{solution.memberCount}</Fact>
        <Fact label="Your role">{solution.yourRole ? capitalize(solution.yourRole) : "Not assigned"}</Fact>
      </dl>
    </section>
  );
}

function DeleteSolution({ solution }: { readonly solution: Solution }) {
  const { org, reloadMe } = useConsole();
  const [confirming, setConfirming] = useState(false);
  const remove = useAction(
    async () => {
      await call("delete", "/organizations/{org}/solutions/{solution}", { path: { org, solution: solution.id } });
      showToast(sentence`${solution.name} has been deleted.`);
      reloadMe();
    },
    () => navigate(`/${org}/solutions`),
  );
  return (
    <section class="card danger-zone">
      <h2>Advanced actions</h2>
      <div class="advanced">
        <div>
          <h3>
            Delete <bdi>{solution.name}</bdi>
          </h3>
          <p class="hint">Removes the solution and its assignments for everyone. You can&apos;t undo this.</p>
        </div>
        <Button kind="danger-plain" onClick={() => setConfirming(true)}>
          Delete solution
        </Button>
      </div>
      {confirming && (
        <Confirm
          title={sentence`Delete ${solution.name}?`}
          action="Delete solution"
          danger
          busy={remove.busy}
          problem={remove.problem}
          onConfirm={remove.run}
          onCancel={() => setConfirming(false)}
        >
          <p>
            <strong>{solution.name}</strong> and the assignments of {people(solution.memberCount)} are removed. You
            can&apos;t undo this.
          </p>
        </Confirm>
      )}
    </section>
  );
}
