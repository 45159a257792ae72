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
import { offerUndo } from "../../parts/undo";
import { navigate, checkUnsaved } from "../../router/navigation";
import { article, capitalize } from "../../words/names";
import { ResendButton } from "./resend-button";
import { sentence } from "../../words/sentence";

interface MemberActionsProps {
  readonly member: Member;
  readonly onChanged: (member: Member) => void;
  readonly onTokensRevoked: () => void;
}

interface MemberAction {
  readonly name: string;
  /** The question of the confirmation, such as "Disable Grace Hopper?". */
  readonly question: string;
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
        <ActionRow name="Invitation" hint="Sends the email again and restarts the 7 days.">
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

function useMemberActions(props: MemberActionsProps): readonly MemberAction[] {
  const { org, membership } = useConsole();
  const { member } = props;
  const context: ActionContext = {
    ...props,
    path: { org, user: member.id },
    organization: membership.organization.name,
    noun: member.serviceAccount ? "service account" : "user",
  };
  if (member.status === "invited") return [cancelInvitation(context)];
  return [
    ...(member.status === "disabled" ? [enable(context)] : [revoke(context), disable(context)]),
    removal(context),
  ];
}

interface ActionContext extends MemberActionsProps {
  readonly path: { readonly org: string; readonly user: string };
  /** The name of the organization. */
  readonly organization: string;
  readonly noun: "service account" | "user";
}

function disable({ member, onChanged, path, organization, noun }: ActionContext): MemberAction {
  return {
    name: `Disable ${noun}`,
    question: sentence`Disable ${member.displayName}?`,
    hint: "No access and no working tokens until enabled again. The role is kept.",
    danger: true,
    consequence: member.serviceAccount
      ? "and its tokens stop working immediately. You can enable it again."
      : sentence`loses access to ${organization} immediately, and their tokens stop working. They keep their role and solutions, and you can enable them again.`,
    run: async () => {
      const changed = await call("post", "/organizations/{org}/members/{user}/disable", { path });
      onChanged(changed);
      offerUndo(sentence`${member.displayName} is now disabled.`, async () => {
        await call("post", "/organizations/{org}/members/{user}/enable", { path, version: changed.version });
        return sentence`${member.displayName} is enabled again.`;
      });
    },
  };
}

function enable({ member, onChanged, path, organization, noun }: ActionContext): MemberAction {
  return {
    name: `Enable ${noun}`,
    question: sentence`Enable ${member.displayName}?`,
    hint: "Restores access with the same role.",
    danger: false,
    consequence: sentence`gets access to ${organization} again, as ${article(member.role)} ${capitalize(member.role)}. Tokens that have not expired work again.`,
    run: async () => {
      const changed = await call("post", "/organizations/{org}/members/{user}/enable", { path });
      onChanged(changed);
      offerUndo(sentence`${member.displayName} is now enabled.`, async () => {
        await call("post", "/organizations/{org}/members/{user}/disable", { path, version: changed.version });
        return sentence`${member.displayName} is disabled again.`;
      });
    },
  };
}

function revoke({ member, onTokensRevoked, path, organization }: ActionContext): MemberAction {
  return {
    name: "Revoke tokens",
    question: sentence`Revoke the tokens of ${member.displayName}?`,
    hint: member.serviceAccount
      ? "Revokes all of its tokens."
      : "Revokes all of their tokens in this organization. You won't see the tokens.",
    danger: true,
    consequence: member.serviceAccount
      ? "keeps its role, but all of its tokens stop working permanently."
      : sentence`keeps their access to ${organization}, but all their tokens there stop working permanently.`,
    run: async () => {
      await call("delete", "/organizations/{org}/members/{user}/tokens", { path });
      showToast(sentence`Revoked the tokens of ${member.displayName}.`);
      onTokensRevoked();
    },
  };
}

function removal({ member, path, organization }: ActionContext): MemberAction {
  return {
    name: member.serviceAccount ? "Remove service account" : "Remove from organization",
    question: sentence`Remove ${member.displayName} from ${organization}?`,
    hint: member.serviceAccount
      ? "Removes the account, its solutions and its tokens."
      : "Removes their role, solutions and tokens in this organization.",
    danger: true,
    consequence: member.serviceAccount
      ? sentence`and its tokens are removed from ${organization}. Everything that uses them stops working immediately. You can't undo this.`
      : sentence`loses their role, solutions and tokens in ${organization} permanently. They'd need a new invitation to rejoin.`,
    run: async () => {
      await call("delete", "/organizations/{org}/members/{user}", { path });
      showToast(sentence`Removed ${member.displayName} from ${organization}.`);
    },
    opens: member.serviceAccount ? `/${path.org}/users/service-accounts` : `/${path.org}/users`,
  };
}

function cancelInvitation({ member, path }: ActionContext): MemberAction {
  return {
    name: "Cancel invitation",
    question: sentence`Cancel the invitation to ${member.displayName}?`,
    hint: "The link in the email stops working.",
    danger: true,
    consequence: "can no longer join with the link in the email. You can invite them again.",
    run: async () => {
      await call("delete", "/organizations/{org}/members/{user}", { path });
      showToast(sentence`Canceled the invitation to ${member.email}.`);
    },
    opens: `/${path.org}/users`,
  };
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
      title={memberAction.question}
      action={memberAction.name}
      danger={memberAction.danger}
      busy={action.busy}
      problem={action.problem}
      onConfirm={action.run}
      onCancel={onDone}
    >
      <p>
        Check that this is the right {member.serviceAccount ? "service account" : "person"} in <bdi>{organization}</bdi>
        :
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
          {member.serviceAccount ? "Service account" : <bdi>{member.email}</bdi>} · {capitalize(member.role)}
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
