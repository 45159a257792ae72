import { useState } from "preact/hooks";
import { useAction, type Action } from "../../api/action";
import { call } from "../../api/client";
import type { Member, Role } from "../../api/types";
import { useHere } from "../../context";
import { Button } from "../../parts/button";
import { Confirm, Pane } from "../../parts/dialog";
import { RoleChoice } from "../../parts/role-choice";
import { SaveProblem } from "../../parts/save-problem";
import { say } from "../../parts/toast";
import { useUnsaved } from "../../router/navigation";
import { article, barredRole, mayTouch, title } from "../../words/names";

interface RoleProps {
  readonly member: Member;
  readonly onChanged: (member: Member) => void;
  readonly onReload: () => void;
}

function useRoleChange({ member, onChanged }: RoleProps): Action<[Role]> {
  const { org } = useHere();
  return useAction(async (role: Role) => {
    const changed = await call("put", "/organizations/{org}/members/{user}/role", {
      path: { org, user: member.id },
      body: { role },
      version: member.version,
    });
    say(`${member.displayName} is ${article(role)} ${title(role)} now.`);
    onChanged(changed);
  });
}

/** A role to look at only. */
export function RoleFact({ role }: { readonly role: Role }) {
  return (
    <section class="card">
      <h2>Organization role</h2>
      <p class="hint">Only an Owner or Admin can change it.</p>
      <RoleChoice legend="Organization role" value={role} barred={() => ""} onChange={() => undefined} />
    </section>
  );
}

/** A member's role, with the five to choose from where the person who looks may choose. */
export function RoleCard(props: RoleProps) {
  const { member, onReload } = props;
  const { me, membership } = useHere();
  const [role, setRole] = useState(member.role);
  const [asking, setAsking] = useState(false);
  const self = member.id === me.id;
  const change = useRoleChange(props);
  useUnsaved(role !== member.role);
  if (!mayTouch(membership, member)) return <RoleFact role={member.role} />;
  const who = self ? "you" : member.displayName;
  return (
    <section class="card">
      <h2>Organization role</h2>
      <RoleChoice
        legend="Organization role"
        value={role}
        barred={(r) => (r === member.role ? undefined : barredRole(membership, self, member, r))}
        onChange={setRole}
      />
      {role !== member.role && (
        <div class="card-actions">
          <Button kind="primary" onClick={() => setAsking(true)}>
            Change role
          </Button>
          <Button kind="quiet" onClick={() => setRole(member.role)}>
            Undo
          </Button>
        </div>
      )}
      {asking && (
        <Confirm
          title={`Make ${who} ${article(role)} ${title(role)}?`}
          action="Change role"
          danger={role === "deny" || self}
          busy={change.busy}
          problem={undefined}
          onConfirm={() => change.run(role)}
          onCancel={() => setAsking(false)}
        >
          <p>
            <strong>{member.displayName}</strong> ({member.email}) is {article(member.role)} {title(member.role)} of{" "}
            {membership.organization.name}. The change takes effect at once.
          </p>
          {self && <p>You cannot take this back yourself.</p>}
          <SaveProblem
            problem={change.problem}
            onReload={() => {
              setAsking(false);
              onReload();
            }}
          />
        </Confirm>
      )}
    </section>
  );
}

/** A member's role to choose, opened from the list. */
export function RolePane(props: RoleProps & { readonly onClose: () => void }) {
  const { member, onReload, onClose } = props;
  const { me, membership } = useHere();
  const [role, setRole] = useState(member.role);
  const change = useRoleChange(props);
  return (
    <Pane
      title="Change role"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={role === member.role} busy={change.busy} onClick={() => change.run(role)}>
            {role === member.role ? "Change role" : `Make ${article(role)} ${title(role)}`}
          </Button>
        </>
      }
    >
      <p class="lead">
        <strong>{member.displayName}</strong> ({member.email}) in {membership.organization.name}. The change takes
        effect at once.
      </p>
      <RoleChoice
        legend={`Role of ${member.displayName}`}
        value={role}
        barred={(r) => (r === member.role ? undefined : barredRole(membership, member.id === me.id, member, r))}
        onChange={setRole}
      />
      <SaveProblem problem={change.problem} onReload={onReload} />
    </Pane>
  );
}
