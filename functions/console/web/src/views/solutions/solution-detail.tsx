import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { Membership, Solution } from "../../api/types";
import { useHere } from "../../context";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { CopyableId } from "../../parts/copy";
import { Fact } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { LoadFailure } from "../../parts/notice";
import { SkeletonCard } from "../../parts/skeleton";
import { say } from "../../parts/toast";
import { navigate } from "../../router/navigation";
import { can, count, title } from "../../words/names";
import { date } from "../../words/time";
import { mayAssign } from "../users/assignable";
import { AddPeople } from "./add-people";
import { Assignments } from "./assignments";
import { EditSolution } from "./edit-solution";

interface SolutionDetailProps {
  readonly solution: string;
  readonly pane: "edit" | "assign" | undefined;
}

/** One solution and who works on it. */
export function SolutionDetail({ solution: id, pane }: SolutionDetailProps) {
  const { org, membership, reloadMe } = useHere();
  const loaded = useLoad(`${org}/${id}`, (signal) =>
    call("get", "/organizations/{org}/solutions/{solution}", { path: { org, solution: id }, signal }),
  );
  const [round, setRound] = useState(0);
  const solution = loaded.data;
  const base = `/${org}/solutions/${id}`;
  const peopleChanged = () => {
    setRound((n) => n + 1);
    loaded.reload();
    reloadMe();
  };
  const assigns = solution !== undefined && mayAssign(membership, solution);
  return (
    <>
      <Heading
        trail={[
          [membership.organization.name, `/${org}`],
          ["Solutions", `/${org}/solutions`],
        ]}
        title={solution?.name ?? "Solution"}
        lead={solution ? solution.description || "No description" : <i class="bone short" />}
        actions={
          solution && mayEdit(membership, solution) && <Button onClick={() => navigate(`${base}/edit`)}>Edit</Button>
        }
      />
      {loaded.problem ? (
        <LoadFailure problem={loaded.problem} onRetry={loaded.reload} />
      ) : !solution ? (
        <div class="cards">
          <SkeletonCard lines={4} />
          <SkeletonCard lines={6} />
        </div>
      ) : (
        <div class="cards">
          <SolutionFacts solution={solution} />
          <Assignments
            key={round}
            solution={solution}
            assigns={assigns}
            onAdd={() => navigate(`${base}/assign`)}
            onChanged={peopleChanged}
          />
          {mayDelete(membership, solution) && <DeleteSolution solution={solution} />}
        </div>
      )}
      {solution && pane === "edit" && mayEdit(membership, solution) && (
        <EditSolution
          key={solution.version}
          solution={solution}
          onChanged={loaded.set}
          onReload={loaded.reload}
          onClose={() => navigate(base)}
        />
      )}
      {solution && pane === "assign" && assigns && (
        <AddPeople solution={solution} onDone={peopleChanged} onClose={() => navigate(base)} />
      )}
    </>
  );
}

function mayEdit(membership: Membership, solution: Solution): boolean {
  return mayAssign(membership, solution) || solution.yourRole === "editor";
}

function mayDelete(membership: Membership, solution: Solution): boolean {
  return can(membership, "solutions:assign") || solution.yourRole === "owner";
}

function SolutionFacts({ solution }: { readonly solution: Solution }) {
  return (
    <section class="card">
      <h2>About</h2>
      <dl class="facts">
        <Fact label="Solution id">
          <CopyableId id={solution.id} what="solution id" />
        </Fact>
        <Fact label="Created">{date(solution.createdAt)}</Fact>
        <Fact label="People">{solution.memberCount}</Fact>
        <Fact label="Your role">{solution.yourRole ? title(solution.yourRole) : "Not assigned"}</Fact>
      </dl>
    </section>
  );
}

function DeleteSolution({ solution }: { readonly solution: Solution }) {
  const { org, reloadMe } = useHere();
  const [asking, setAsking] = useState(false);
  const remove = useAction(async () => {
    await call("delete", "/organizations/{org}/solutions/{solution}", { path: { org, solution: solution.id } });
    setAsking(false);
    say(`${solution.name} has been deleted.`);
    reloadMe();
    navigate(`/${org}/solutions`);
  });
  return (
    <section class="card danger-zone">
      <h2>Delete this solution</h2>
      <div class="advanced">
        <div>
          <h3>Delete {solution.name}</h3>
          <p class="hint">It is gone for everyone, with all assignments. This cannot be undone.</p>
        </div>
        <Button kind="danger-plain" onClick={() => setAsking(true)}>
          Delete solution
        </Button>
      </div>
      {asking && (
        <Confirm
          title={`Delete ${solution.name}?`}
          action="Delete solution"
          danger
          busy={remove.busy}
          problem={remove.problem}
          onConfirm={remove.run}
          onCancel={() => setAsking(false)}
        >
          <p>
            <strong>{solution.name}</strong> and the assignments of{" "}
            {count(solution.memberCount, "person").replace("persons", "people")} are gone for good.
          </p>
        </Confirm>
      )}
    </section>
  );
}
