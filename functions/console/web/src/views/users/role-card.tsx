import { useState } from "preact/hooks";
import { useAction, type Action } from "../../api/action";
import { call } from "../../api/client";
import type { Member, Role } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Confirm, FormPane } from "../../parts/dialog";
import { RoleChoice } from "../../parts/role-choice";
import { SaveProblem } from "../../parts/save-problem";
import { showToast } from "../../parts/toast";
import { useUnsaved } from "../../router/navigation";
import {
  accountRoles,
  accountRoleWords,
  article,
  can,
  roleRefusal,
  roles,
  canManage,
  capitalize,
} from "../../words/names";

interface RoleProps {
  readonly member: Member;
  readonly onChanged: (member: Member) => void;
  readonly onReload: () => void;
}

function useRoleChange({ member, onChanged }: RoleProps): Action<[Role]> {
  const { org } = useConsole();
  return useAction(async (role: Role) => {
    const changed = await call("put", "/organizations/{org}/members/{user}/role", {
      path: { org, user: member.id },
      body: { role },
      version: member.version,
    });
    showToast(`${member.displayName} is ${article(role)} ${capitalize(role)} now.`);
    onChanged(changed);
  });
}

interface ReadOnlyRoleProps {
  readonly member: Pick<Member, "role" | "serviceAccount">;
  /** Whether an Admin can't change the role either. */
  readonly onlyOwner?: boolean;
}

/** The roles with the member's own selected, read-only. */
export function ReadOnlyRole({ member, onlyOwner = false }: ReadOnlyRoleProps) {
  return (
    <section class="card">
      <h2>Organization role</h2>
      <p class="hint">{onlyOwner ? "Only an Owner can change it." : "Only an Owner or Admin can change it."}</p>
      <RoleChoice
        legend="Organization role"
        value={member.role}
        {...choicesFor(member)}
        refusal={() => ""}
        onChange={() => undefined}
      />
    </section>
  );
}

/** Returns the roles to choose from. A version that doesn't know service accounts may have stored another one. */
function choicesFor({ role, serviceAccount }: Pick<Member, "role" | "serviceAccount">) {
  if (!serviceAccount) return {};
  return { offered: roles.filter((r) => r === role || accountRoles.includes(r)), descriptions: accountRoleWords };
}

/** A member's role, with the choice of another one if the viewer may change it. */
export function RoleCard(props: RoleProps) {
  const { member, onReload } = props;
  const { me, membership } = useConsole();
  const [role, setRole] = useState(member.role);
  const [confirming, setConfirming] = useState(false);
  const self = member.id === me.id;
  const change = useRoleChange(props);
  useUnsaved(role !== member.role);
  if (!canManage(membership, member))
    return <ReadOnlyRole member={member} onlyOwner={can(membership, "members:manage")} />;
  const name = self ? "you" : member.displayName;
  return (
    <section class="card">
      <h2>Organization role</h2>
      <RoleChoice
        legend="Organization role"
        value={role}
        {...choicesFor(member)}
        refusal={(r) => (r === member.role ? undefined : roleRefusal(membership, self, member, r))}
        onChange={setRole}
      />
      {role !== member.role && (
        <div class="card-actions">
          <Button kind="primary" onClick={() => setConfirming(true)}>
            Change role
          </Button>
          <Button kind="quiet" onClick={() => setRole(member.role)}>
            Undo
          </Button>
        </div>
      )}
      {confirming && (
        <Confirm
          title={`Make ${name} ${article(role)} ${capitalize(role)}?`}
          action="Change role"
          danger={role === "deny" || self}
          busy={change.busy}
          problem={undefined}
          onConfirm={() => change.run(role)}
          onCancel={() => setConfirming(false)}
        >
          <p>
            <strong>{member.displayName}</strong> ({member.serviceAccount ? "service account" : member.email}) is{" "}
            {article(member.role)} {capitalize(member.role)}
            of {membership.organization.name}. The change takes effect at once.
          </p>
          {self && <p>You cannot take this back yourself.</p>}
          <SaveProblem
            problem={change.problem}
            onReload={() => {
              setConfirming(false);
              change.clearProblem();
              onReload();
            }}
          />
        </Confirm>
      )}
    </section>
  );
}

/** A pane that changes a member's role, opened from the list. */
export function RolePane(props: RoleProps & { readonly onClose: () => void }) {
  const { member, onReload, onClose } = props;
  const { me, membership } = useConsole();
  const [role, setRole] = useState(member.role);
  const change = useRoleChange(props);
  return (
    <FormPane
      title="Change role"
      busy={change.busy}
      onClose={onClose}
      submit={
        <Button kind="primary" disabled={role === member.role} busy={change.busy} onClick={() => change.run(role)}>
          {role === member.role ? "Change role" : `Make ${article(role)} ${capitalize(role)}`}
        </Button>
      }
    >
      <p class="lead">
        <strong>{member.displayName}</strong> ({member.serviceAccount ? "service account" : member.email}) in{" "}
        {membership.organization.name}. The change takes effect at once.
      </p>
      <RoleChoice
        legend={`Role of ${member.displayName}`}
        value={role}
        {...choicesFor(member)}
        refusal={(r) => (r === member.role ? undefined : roleRefusal(membership, member.id === me.id, member, r))}
        onChange={setRole}
      />
      <SaveProblem problem={change.problem} onReload={onReload} />
    </FormPane>
  );
}
