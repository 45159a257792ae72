import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { Avatar } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { showToast } from "../../parts/toast";
import { navigate, checkUnsaved } from "../../router/navigation";
import { capitalize } from "../../words/names";
import { ResendButton } from "./resend-button";

interface MemberActionsProps {
  readonly member: Member;
  readonly onChanged: (member: Member) => void;
  readonly onTokensRevoked: () => void;
}

interface MemberAction {
  readonly name: string;
  /** The text of the row. */
  readonly hint: string;
  /** The consequence, as the confirmation shows it after the person's name. */
  readonly consequence: string;
  readonly danger: boolean;
  readonly run: () => Promise<void>;
  /** The address to open if the person still is where they began the action. */
  readonly opens?: string;
}

/** The actions that revoke or restore a member's access. */
export function MemberActions({ member, onChanged, onTokensRevoked }: MemberActionsProps) {
  const { membership } = useConsole();
  const actions = useMemberActions({ member, onChanged, onTokensRevoked });
  const [chosen, setChosen] = useState<MemberAction>();
  return (
    <section class="card danger-zone">
      <h2>Advanced actions</h2>
      <p class="hint">Check that this is the right {member.serviceAccount ? "service account" : "person"}.</p>
      <PersonLine member={member} />
      {member.status === "invited" && (
        <ActionRow name="Invitation" hint="Send the email again; its time starts anew.">
          <span class="status-cell">
            <ResendButton member={member} onSent={onChanged} />
          </span>
        </ActionRow>
      )}
      {actions.map((memberAction) => (
        <ActionRow key={memberAction.name} name={memberAction.name} hint={memberAction.hint}>
          <Button
            kind={memberAction.danger ? "danger-plain" : "plain"}
            onClick={() => checkUnsaved(() => setChosen(memberAction))}
          >
            {memberAction.name}
          </Button>
        </ActionRow>
      ))}
      {chosen && (
        <MemberActionDialog
          memberAction={chosen}
          member={member}
          organization={membership.organization.name}
          onDone={() => setChosen(undefined)}
        />
      )}
    </section>
  );
}

function useMemberActions({ member, onChanged, onTokensRevoked }: MemberActionsProps): readonly MemberAction[] {
  const { org, membership } = useConsole();
  const path = { org, user: member.id };
  const organization = membership.organization.name;
  const noun = member.serviceAccount ? "service account" : "user";
  const disable: MemberAction = {
    name: `Disable ${noun}`,
    hint: "No access and no working tokens until enabled again. The role is kept.",
    danger: true,
    consequence: member.serviceAccount
      ? "and its tokens stop working immediately. You can enable it again."
      : `loses access to ${organization} at once, tokens included. Role and solutions are kept, and you can enable them again.`,
    run: async () => {
      onChanged(await call("post", "/organizations/{org}/members/{user}/disable", { path }));
      showToast(`${member.displayName} is disabled.`);
    },
  };
  const enable: MemberAction = {
    name: `Enable ${noun}`,
    hint: "Access as before, with the same role.",
    danger: false,
    consequence: `gets access to ${organization} again, as ${capitalize(member.role)}. Tokens that have not expired work again.`,
    run: async () => {
      onChanged(await call("post", "/organizations/{org}/members/{user}/enable", { path }));
      showToast(`${member.displayName} is enabled.`);
    },
  };
  const revoke: MemberAction = {
    name: "Revoke tokens",
    hint: member.serviceAccount ? "All of its tokens." : "All personal access tokens in this organization, unseen.",
    danger: true,
    consequence: member.serviceAccount
      ? "keeps its role, but all of its tokens stop working immediately. You can't undo this."
      : `keeps the access to ${organization}, but every token made for it stops working for good.`,
    run: async () => {
      await call("delete", "/organizations/{org}/members/{user}/tokens", { path });
      showToast(`The tokens of ${member.displayName} are revoked.`);
      onTokensRevoked();
    },
  };
  const remove: MemberAction = {
    name: member.serviceAccount ? "Remove service account" : "Remove from organization",
    hint: member.serviceAccount
      ? "The account, its solutions and its tokens are removed."
      : "Role, solutions and tokens here are gone for good.",
    danger: true,
    consequence: member.serviceAccount
      ? `and its tokens are removed from ${organization}. Everything that uses them stops working immediately. You can't undo this.`
      : `loses the role, the solutions and the tokens in ${organization} for good. To come back takes a new invitation.`,
    run: async () => {
      await call("delete", "/organizations/{org}/members/{user}", { path });
      showToast(`${member.displayName} is removed from ${organization}.`);
    },
    opens: member.serviceAccount ? `/${org}/users/service-accounts` : `/${org}/users`,
  };
  if (member.status === "invited") return [{ ...remove, hint: "The invitation no longer works." }];
  return [...(member.status === "disabled" ? [enable] : [revoke, disable]), remove];
}

interface MemberActionDialogProps {
  readonly memberAction: MemberAction;
  readonly member: Member;
  readonly organization: string;
  readonly onDone: () => void;
}

function MemberActionDialog({ memberAction, member, organization, onDone }: MemberActionDialogProps) {
  const action = useAction(memberAction.run, () => {
    onDone();
    if (memberAction.opens !== undefined) navigate(memberAction.opens);
  });
  return (
    <Confirm
      title={`${memberAction.name}: ${member.displayName}?`}
      action={memberAction.name}
      danger={memberAction.danger}
      busy={action.busy}
      problem={action.problem}
      onConfirm={action.run}
      onCancel={onDone}
    >
      <p>
        Check that this is the right {member.serviceAccount ? "service account" : "person"} in {organization}:
      </p>
      <PersonLine member={member} />
      <p>
        <strong>{member.displayName}</strong> {memberAction.consequence}
      </p>
    </Confirm>
  );
}

function PersonLine({ member }: { readonly member: Member }) {
  return (
    <div class="person boxed">
      <Avatar name={member.displayName} id={member.id} />
      <span class="stack">
        <strong>{member.displayName}</strong>
        <small>
          {member.serviceAccount ? "Service account" : member.email} · {capitalize(member.role)}
        </small>
      </span>
    </div>
  );
}

function ActionRow({
  name,
  hint,
  children,
}: {
  readonly name: string;
  readonly hint: string;
  readonly children: ComponentChildren;
}) {
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
