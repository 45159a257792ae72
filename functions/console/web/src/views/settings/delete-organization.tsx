import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Organization } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { Field } from "../../parts/field";
import { useNow } from "../../parts/relative-time";
import { SaveProblem } from "../../parts/save-problem";
import { showToast } from "../../parts/toast";
import { checkUnsaved } from "../../router/navigation";
import { confirmsName, removalDay, restorableUntil, withDeletion } from "../../words/deletion";
import { sentence } from "../../words/sentence";

interface DeleteOrganizationProps {
  readonly organization: Organization;
  readonly onReload: () => void;
}

/** Deletes the organization, after the person has typed its name. */
export function DeleteOrganization({ organization, onReload }: DeleteOrganizationProps) {
  const [confirming, setConfirming] = useState(false);
  return (
    <section class="card danger-zone">
      <h2>Advanced actions</h2>
      <div class="advanced">
        <div>
          <h3>
            Delete <bdi>{organization.name}</bdi>
          </h3>
          <p class="hint">Access ends for everyone. Any Owner can restore the organization within 14 days.</p>
        </div>
        <Button kind="danger-plain" onClick={() => checkUnsaved(() => setConfirming(true))}>
          Delete organization
        </Button>
      </div>
      {confirming && (
        <DeletionDialog organization={organization} onReload={onReload} onCancel={() => setConfirming(false)} />
      )}
    </section>
  );
}

interface DeletionDialogProps extends DeleteOrganizationProps {
  readonly onCancel: () => void;
}

function DeletionDialog({ organization, onReload, onCancel }: DeletionDialogProps) {
  const { me, setMe, org, reloadMe } = useConsole();
  const { name, version } = organization;
  const now = useNow();
  const [typed, setTyped] = useState("");
  const confirmed = confirmsName(typed, name);
  const remove = useAction(async () => {
    const deleted = await call("delete", "/organizations/{org}", { path: { org }, query: { name }, version });
    showToast(sentence`${name} has been deleted. You can restore it until ${removalDay(deleted)}.`);
    // The current and the default organization have changed too, so the profile is loaded again.
    setMe(withDeletion(me, deleted));
    reloadMe();
  });
  const outdated = remove.problem?.name === "version-mismatch";
  return (
    <Confirm
      title={sentence`Delete ${name}?`}
      action="Delete organization"
      danger
      disabled={!confirmed || outdated}
      busy={remove.busy}
      problem={outdated ? undefined : remove.problem}
      onConfirm={remove.run}
      onCancel={onCancel}
    >
      <ul class="consequences">
        <li>Everyone loses access within 30 seconds, and all tokens of the organization stop working.</li>
        <li>
          Until <strong>{restorableUntil(now)}</strong>, any Owner can restore it with everything in it.
        </li>
        <li>After that, its roles, solutions, tokens and audit log are removed permanently.</li>
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (confirmed && !outdated) remove.run();
        }}
      >
        <Field label={sentence`Type ${name} to confirm`} value={typed} onInput={setTyped} maxLength={200} autofocus />
      </form>
      <SaveProblem
        problem={outdated ? remove.problem : undefined}
        onReload={() => {
          onCancel();
          onReload();
          reloadMe();
        }}
      />
    </Confirm>
  );
}
