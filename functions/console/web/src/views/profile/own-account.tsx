import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { completeExport, exportFileName, incompleteLists } from "../../api/complete-export";
import { Problem } from "../../api/problem";
import type { OrganizationRef, Profile } from "../../api/types";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { Notice, ProblemNotice } from "../../parts/notice";
import { saveJson } from "../../parts/save-file";
import { SaveProblem } from "../../parts/save-problem";
import { Link } from "../../router/link";
import { checkUnsaved } from "../../router/navigation";
import { endSession } from "../../session/session";
import { signOutDeleted } from "../../session/sign-out";

interface OwnAccountProps {
  readonly me: Profile;
  readonly reloadMe: () => void;
}

/** The person's data and account, whatever organizations they belong to. */
export function OwnAccount({ me, reloadMe }: OwnAccountProps) {
  const [deleting, setDeleting] = useState(false);
  return (
    <>
      <section class="card">
        <h2>Your data</h2>
        <Download />
      </section>
      <section class="card danger-zone">
        <h2>Your account</h2>
        <AccountRow name="Delete my account" hint="Deletes your account in all organizations. You can't undo this.">
          <Button kind="danger-plain" onClick={() => checkUnsaved(() => setDeleting(true))}>
            Delete my account
          </Button>
        </AccountRow>
        {deleting && <DeletionDialog me={me} reloadMe={reloadMe} onCancel={() => setDeleting(false)} />}
      </section>
    </>
  );
}

interface AccountRowProps {
  readonly name: string;
  readonly hint: string;
  readonly children: ComponentChildren;
}

function AccountRow({ name, hint, children }: AccountRowProps) {
  return (
    <div class="advanced">
      <div>
        <h3>{name}</h3>
        <p class="hint">{hint}</p>
      </div>
      {children}
    </div>
  );
}

/** Saves the person's data as a file. */
function Download() {
  const [incomplete, setIncomplete] = useState<string>();
  const download = useAction(async () => {
    const document = await completeExport((until) =>
      call("get", "/me/export", until === undefined ? {} : { query: { until } }),
    );
    saveJson(exportFileName(document), JSON.stringify(document, null, 2));
    setIncomplete(incompleteLists(document));
  });
  return (
    <>
      <AccountRow
        name="Download my data"
        hint="Saves a JSON file with what Leasehold stores about you. It contains no secrets."
      >
        <Button busy={download.busy} onClick={download.run}>
          Download my data
        </Button>
      </AccountRow>
      {incomplete !== undefined && <Notice kind="warning">{incomplete}</Notice>}
      <ProblemNotice problem={download.problem} />
    </>
  );
}

interface DeletionDialogProps extends OwnAccountProps {
  readonly onCancel: () => void;
}

function DeletionDialog({ me, reloadMe, onCancel }: DeletionDialogProps) {
  const remove = useDeletion(me);
  const { problem } = remove;
  const shownHere = problem?.name === "last-owner" || problem?.name === "version-mismatch";
  return (
    <Confirm
      title="Delete your account?"
      action="Delete my account"
      danger
      disabled={shownHere}
      busy={remove.busy}
      problem={shownHere ? undefined : problem}
      onConfirm={remove.run}
      onCancel={onCancel}
    >
      <ul class="consequences">
        <li>You are signed out everywhere, and your tokens stop working immediately.</li>
        <li>You leave all your organizations and lose your roles and solutions there.</li>
        <li>
          Your names and phone number are removed within hours. Audit logs keep your user ID and the names they
          recorded.
        </li>
      </ul>
      <p>
        You can&apos;t undo this. If you sign in again as <strong>{me.email}</strong>, you get a new, empty account.
      </p>
      {problem?.name === "last-owner" && (
        <OwnedOrganizations organizations={problem.organizations} onFollow={onCancel} />
      )}
      <SaveProblem
        problem={problem?.name === "version-mismatch" ? problem : undefined}
        onReload={() => {
          reloadMe();
          remove.clearProblem();
        }}
      />
    </Confirm>
  );
}

interface OwnedOrganizationsProps {
  readonly organizations: readonly OrganizationRef[];
  readonly onFollow: () => void;
}

/** The organizations that need another Owner first, with links to what the person can do. */
function OwnedOrganizations({ organizations, onFollow }: OwnedOrganizationsProps) {
  return (
    <div role="alert">
      <Notice kind="danger">
        <p>You are the last active Owner of these organizations. Make someone else an Owner, or delete them:</p>
        <ul class="consequences">
          {organizations.map(({ id, name }) => (
            <li key={id}>
              <bdi>{name}</bdi>:{" "}
              <Link to={`/${id}/users`} label={`Users of ${name}`} onFollow={onFollow}>
                Users
              </Link>
              ,{" "}
              <Link to={`/${id}/settings`} label={`Settings of ${name}`} onFollow={onFollow}>
                Settings
              </Link>
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

/** Returns the action that deletes the account and signs the person out. */
function useDeletion(me: Profile) {
  // Whether an earlier attempt may have deleted the account without the console getting the response.
  const unanswered = useRef(false);
  return useAction(async () => {
    try {
      await call("delete", "/me", { version: me.version });
    } catch (thrown) {
      if (thrown instanceof Problem) {
        if (thrown.status === 401 && unanswered.current) {
          endSession(
            "Your account has probably been deleted: Leasehold did not answer, and then your session had ended. " +
              "If it has, you get a new, empty account when you sign in.",
          );
        }
        unanswered.current ||= thrown.status === 0 || thrown.status >= 500;
      }
      throw thrown;
    }
    await signOutDeleted();
  });
}
