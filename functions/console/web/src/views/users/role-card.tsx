import { useState } from "preact/hooks";
import { useAction, type Action } from "../../api/action";
import { call } from "../../api/client";
import { useMember } from "../../api/queries";
import type { Member, Role } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Confirm, FormPane, Pane } from "../../parts/dialog";
import { LoadFailure } from "../../parts/notice";
import { RoleChoice } from "../../parts/role-choice";
import { SaveProblem } from "../../parts/save-problem";
import { SkeletonCard } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { offerUndo } from "../../parts/undo";
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
import { sentence } from "../../words/sentence";

interface RoleProps {
  readonly member: Member;
  readonly onChanged: (member: Member) => void;
  readonly onReload: () => void;
}

function useRoleChange({ member, onChanged }: RoleProps, onDone?: () => void): Action<[Role]> {
  const { me, org, reloadMe } = useConsole();
  return useAction(async (role: Role) => {
    const changed = await call("put", "/organizations/{org}/members/{user}/role", {
      path: { org, user: member.id },
      body: { role },
      version: member.version,
    });
    const text = sentence`${member.displayName} is now ${article(role)} ${capitalize(role)}.`;
    // Nobody can raise their own role.
    if (member.id === me.id) showToast(text);
    else offerUndo(text, () => restoreRole(org, member, changed.version));
    onChanged(changed);
    // The rest of the console follows the person's own role.
    if (member.id === me.id) reloadMe();
  }, onDone);
}

/** Gives a member the role back that they had, unless the member has changed since `version`. */
async function restoreRole(org: string, { id, displayName, role }: Member, version: number): Promise<string> {
  await call("put", "/organizations/{org}/members/{user}/role", { path: { org, user: id }, body: { role }, version });
  return sentence`${displayName} is ${article(role)} ${capitalize(role)} again.`;
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

interface MemberRoleChoiceProps {
  readonly member: Member;
  readonly legend: string;
  readonly autofocus?: boolean;
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}

/** The choice of a role for a member. It says which roles the viewer can't give, and why. */
function MemberRoleChoice({ member, ...choice }: MemberRoleChoiceProps) {
  const { me, membership } = useConsole();
  return (
    <RoleChoice
      {...choice}
      {...choicesFor(member)}
      refusal={(role) =>
        role === member.role ? undefined : roleRefusal(membership, member.id === me.id, member, role)
      }
    />
  );
}

/** A member's role, with the choice of another one if the viewer may change it. */
export function RoleCard(props: RoleProps) {
  const { member, onReload } = props;
  const { membership } = useConsole();
  const [role, setRole] = useState(member.role);
  const [confirming, setConfirming] = useState(false);
  const change = useRoleChange(props);
  useUnsaved(role !== member.role);
  if (!canManage(membership, member))
    return <ReadOnlyRole member={member} onlyOwner={can(membership, "members:manage")} />;
  return (
    <section class="card">
      <h2>Organization role</h2>
      <MemberRoleChoice member={member} legend="Organization role" value={role} onChange={setRole} />
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
        <RoleConfirmation
          member={member}
          role={role}
          change={change}
          onReload={onReload}
          onCancel={() => setConfirming(false)}
        />
      )}
    </section>
  );
}

interface RoleConfirmationProps {
  readonly member: Member;
  /** The role to change to. */
  readonly role: Role;
  readonly change: Action<[Role]>;
  readonly onReload: () => void;
  readonly onCancel: () => void;
}

/** Confirms the change of a role, and says what the person can't undo. */
function RoleConfirmation({ member, role, change, onReload, onCancel }: RoleConfirmationProps) {
  const { me, membership } = useConsole();
  const self = member.id === me.id;
  return (
    <Confirm
      title={sentence`Make ${self ? "yourself" : member.displayName} ${article(role)} ${capitalize(role)}?`}
      action="Change role"
      danger={role === "deny" || self}
      busy={change.busy}
      problem={undefined}
      onConfirm={() => change.run(role)}
      onCancel={onCancel}
    >
      <p>
        <MemberName member={member} /> is {article(member.role)} {capitalize(member.role)} of{" "}
        <bdi>{membership.organization.name}</bdi>. The change takes effect immediately.
      </p>
      {role === "deny" && (
        <p>
          {self ? "You lose" : "They lose"} access to <bdi>{membership.organization.name}</bdi>, and{" "}
          {self ? "your" : "their"} tokens there stop working while the role is Deny.
        </p>
      )}
      {self && <p>You can&apos;t undo this yourself, because you can&apos;t raise your own role.</p>}
      <SaveProblem
        problem={change.problem}
        onReload={() => {
          onCancel();
          change.clearProblem();
          onReload();
        }}
      />
    </Confirm>
  );
}

/** A member's name, with the email address because several members can have the same name. */
function MemberName({ member }: { readonly member: Member }) {
  return (
    <>
      <strong>{member.displayName}</strong> ({member.serviceAccount ? "service account" : <bdi>{member.email}</bdi>})
    </>
  );
}

/** A pane that changes a member's role, opened from the list. It asks first where the profile does. */
function RolePane(props: RoleProps & { readonly onClose: () => void }) {
  const { member, onReload, onClose } = props;
  const { me, membership } = useConsole();
  const [role, setRole] = useState(member.role);
  const [confirming, setConfirming] = useState(false);
  const change = useRoleChange(props, onClose);
  const mustConfirm = member.id === me.id || role === "deny";
  return (
    <FormPane
      title="Change role"
      busy={change.busy}
      onClose={onClose}
      submit={
        <Button
          kind="primary"
          disabled={role === member.role}
          busy={change.busy}
          onClick={() => (mustConfirm ? setConfirming(true) : change.run(role))}
        >
          {role === member.role ? "Change role" : `Make ${article(role)} ${capitalize(role)}`}
        </Button>
      }
    >
      <p class="lead">
        <MemberName member={member} /> in <bdi>{membership.organization.name}</bdi>. The change takes effect
        immediately.
      </p>
      <MemberRoleChoice
        member={member}
        legend={`Role of ${member.displayName}`}
        value={role}
        autofocus
        onChange={setRole}
      />
      {!confirming && <SaveProblem problem={change.problem} onReload={onReload} />}
      {confirming && (
        <RoleConfirmation
          member={member}
          role={role}
          change={change}
          onReload={onReload}
          onCancel={() => setConfirming(false)}
        />
      )}
    </FormPane>
  );
}

interface RolePaneOfProps extends Omit<RoleProps, "member"> {
  /** The ID of the member. */
  readonly user: string;
  /** The member from the list, if the list shows them. */
  readonly listed: Member | undefined;
  readonly onClose: () => void;
}

/** The pane for the member in the page's address. It loads the member, because the list may show another page. */
export function RolePaneOf({ user, listed, onReload, onClose, ...props }: RolePaneOfProps) {
  const { org } = useConsole();
  const loaded = useMember(org, user);
  const member = loaded.data ?? listed;
  if (member)
    return (
      <RolePane
        key={`${member.role} ${member.version}`}
        {...props}
        member={member}
        onReload={() => {
          loaded.reload();
          onReload();
        }}
        onClose={onClose}
      />
    );
  return (
    <Pane title="Change role" onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      {loaded.problem ? <LoadFailure problem={loaded.problem} onRetry={loaded.reload} /> : <SkeletonCard lines={6} />}
    </Pane>
  );
}
