import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { Problem } from "../../api/problem";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { showToast } from "../../parts/toast";
import { navigate, checkUnsaved } from "../../router/navigation";
import { sentence } from "../../words/sentence";

/** Leaving the organization, which the person cannot undo. */
export function OwnAdvanced() {
  const { me, org, membership, reloadMe } = useConsole();
  const [confirming, setConfirming] = useState(false);
  const { name } = membership.organization;
  const leave = useAction(
    async () => {
      await call("delete", "/organizations/{org}/members/{user}", { path: { org, user: me.id } });
      showToast(sentence`You left ${name}.`);
      reloadMe();
    },
    () => navigate("/", { replace: true }),
  );
  return (
    <section class="card danger-zone">
      <h2>Advanced actions</h2>
      <div class="advanced">
        <div>
          <h3>
            Leave <bdi>{name}</bdi>
          </h3>
          <p class="hint">
            You lose your role, your solutions and your tokens there. You&apos;d need a new invitation to rejoin.
          </p>
        </div>
        <Button kind="danger-plain" onClick={() => checkUnsaved(() => setConfirming(true))}>
          Leave organization
        </Button>
      </div>
      {confirming && (
        <Confirm
          title={sentence`Leave ${name}?`}
          action={sentence`Leave ${name}`}
          danger
          busy={leave.busy}
          problem={inSecondPerson(leave.problem)}
          onConfirm={leave.run}
          onCancel={() => setConfirming(false)}
        >
          <p>
            You, <strong>{me.displayName}</strong>, lose access to <bdi>{name}</bdi> immediately. Your tokens there stop
            working permanently.
          </p>
        </Confirm>
      )}
    </section>
  );
}

/** Rewords the refusal for the last owner, which the API phrases in the third person. */
function inSecondPerson(problem: Problem | undefined): Problem | undefined {
  if (problem?.name !== "last-owner") return problem;
  return new Problem(
    problem.name,
    problem.status,
    problem.title,
    "You are the last active Owner. Make someone else an Owner first.",
  );
}
