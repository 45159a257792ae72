import { assignmentList, useOwnAssignment } from "../../api/queries";
import type { MemberSolution } from "../../api/types";
import { useConsole } from "../../console-context";
import { CopyableId } from "../../parts/copy-button";
import { Fact } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { LoadedData, usePagedList } from "../../parts/loaded";
import { Empty } from "../../parts/notice";
import { SkeletonCard } from "../../parts/skeleton";
import { closePane, navigate } from "../../router/navigation";
import { capitalize } from "../../words/names";
import { canAssign } from "../users/assignment-rules";
import { AddByEmail } from "./add-by-email";
import { Assignments } from "./assignments";

const PAGE_SIZE = 50;

interface AssignedSolutionProps {
  readonly solution: string;
  /** Whether the pane that assigns people is open. */
  readonly assigning: boolean;
}

/** A solution as members see it whose role in the organization shows them no solutions: what they are assigned to. */
export function AssignedSolution({ solution: id, assigning }: AssignedSolutionProps) {
  const { me, org, membership } = useConsole();
  const loaded = useOwnAssignment(org, me.id, id);
  return (
    <>
      <Heading
        breadcrumbs={[
          [membership.organization.name, `/${org}`],
          ["Your solutions", `/${org}/profile/solutions`],
        ]}
        title={loaded.data?.name ?? "Solution"}
      />
      <LoadedData loaded={loaded} skeleton={<SkeletonCard lines={4} />}>
        {(own) =>
          own ? (
            <div class="cards">
              <section class="card">
                <h2>About</h2>
                <dl class="facts">
                  <Fact label="Solution ID">
                    <CopyableId id={own.id} what="solution ID" />
                  </Fact>
                  <Fact label="Your role">{capitalize(own.role)}</Fact>
                </dl>
              </section>
              {canAssign(membership, { yourRole: own.role }) ? (
                <People own={own} assigning={assigning} />
              ) : (
                <p class="hint">Only the Owners and Admins of a solution see its people.</p>
              )}
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

interface PeopleProps {
  readonly own: MemberSolution;
  readonly assigning: boolean;
}

function People({ own, assigning }: PeopleProps) {
  const { org, reloadMe } = useConsole();
  const list = usePagedList(assignmentList(org, own.id), PAGE_SIZE);
  const base = `/${org}/solutions/${own.id}`;
  const changed = () => {
    list.reload();
    reloadMe();
  };
  return (
    <>
      <Assignments solution={own} list={list} canAssign onAdd={() => navigate(`${base}/assign`)} onChanged={changed} />
      {assigning && <AddByEmail own={own} onDone={changed} onClose={() => closePane(base)} />}
    </>
  );
}
