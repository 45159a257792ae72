import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Member } from "../../api/types";
import { useHere } from "../../context";
import { Avatar } from "../../parts/badge";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { say } from "../../parts/toast";
import { navigate, whenSaved } from "../../router/navigation";
import { title } from "../../words/names";
import { ResendButton } from "./resend";

interface AdvancedProps {
  readonly member: Member;
  readonly onChanged: (member: Member) => void;
}

interface Deed {
  readonly name: string;
  /** What the row says it is for. */
  readonly hint: string;
  /** What happens, as the confirmation says it. */
  readonly consequence: string;
  readonly danger: boolean;
  readonly act: () => Promise<void>;
}

/** What cuts a person's access, or gives it back. */
export function Advanced({ member, onChanged }: AdvancedProps) {
  const { membership } = useHere();
  const deeds = useDeeds(member, onChanged);
  const [chosen, setChosen] = useState<Deed>();
  return (
    <section class="card danger-zone">
      <h2>Advanced actions</h2>
      <p class="hint">Make sure it is the correct user before you do any of this.</p>
      <PersonLine member={member} />
      {member.status === "invited" && (
        <Row name="Invitation" hint="Send the email again; its time starts anew.">
          <span class="status-cell">
            <ResendButton member={member} onSent={onChanged} />
          </span>
        </Row>
      )}
      {deeds.map((deed) => (
        <Row key={deed.name} name={deed.name} hint={deed.hint}>
          <Button kind={deed.danger ? "danger-plain" : "plain"} onClick={() => whenSaved(() => setChosen(deed))}>
            {deed.name}
          </Button>
        </Row>
      ))}
      {chosen && (
        <DeedDialog
          deed={chosen}
          member={member}
          organization={membership.organization.name}
          onDone={() => setChosen(undefined)}
        />
      )}
    </section>
  );
}

function useDeeds(member: Member, onChanged: (member: Member) => void): readonly Deed[] {
  const { org, membership } = useHere();
  const path = { org, user: member.id };
  const organization = membership.organization.name;
  const disable: Deed = {
    name: "Disable user",
    hint: "No access and no working tokens until enabled again. The role is kept.",
    danger: true,
    consequence: `loses access to ${organization} at once, tokens included. Role and solutions are kept, and you can enable them again.`,
    act: async () => {
      onChanged(await call("post", "/organizations/{org}/members/{user}/disable", { path }));
      say(`${member.displayName} is disabled.`);
    },
  };
  const enable: Deed = {
    name: "Enable user",
    hint: "Access as before, with the same role.",
    danger: false,
    consequence: `gets access to ${organization} again, as ${title(member.role)}. Tokens whose lease still runs work again.`,
    act: async () => {
      onChanged(await call("post", "/organizations/{org}/members/{user}/enable", { path }));
      say(`${member.displayName} is enabled.`);
    },
  };
  const revoke: Deed = {
    name: "Revoke tokens",
    hint: "All personal access tokens in this organization, unseen.",
    danger: true,
    consequence: `keeps the access to ${organization}, but every token made for it stops working for good.`,
    act: async () => {
      await call("delete", "/organizations/{org}/members/{user}/tokens", { path });
      say(`The tokens of ${member.displayName} are revoked.`);
    },
  };
  const remove: Deed = {
    name: "Remove from organization",
    hint: "Role, solutions and tokens here are gone for good.",
    danger: true,
    consequence: `loses the role, the solutions and the tokens in ${organization} for good. To come back takes a new invitation.`,
    act: async () => {
      await call("delete", "/organizations/{org}/members/{user}", { path });
      say(`${member.displayName} is removed from ${organization}.`);
      navigate(`/${org}/users`);
    },
  };
  if (member.status === "invited") return [{ ...remove, hint: "The invitation no longer works." }];
  return [...(member.status === "disabled" ? [enable] : [revoke, disable]), remove];
}

interface DeedDialogProps {
  readonly deed: Deed;
  readonly member: Member;
  readonly organization: string;
  readonly onDone: () => void;
}

function DeedDialog({ deed, member, organization, onDone }: DeedDialogProps) {
  const action = useAction(async () => {
    await deed.act();
    onDone();
  });
  return (
    <Confirm
      title={`${deed.name}: ${member.displayName}?`}
      action={deed.name}
      danger={deed.danger}
      busy={action.busy}
      problem={action.problem}
      onConfirm={action.run}
      onCancel={onDone}
    >
      <p>Make sure it is the correct user of {organization}:</p>
      <PersonLine member={member} />
      <p>
        <strong>{member.displayName}</strong> {deed.consequence}
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
          {member.email} · {title(member.role)}
        </small>
      </span>
    </div>
  );
}

function Row({
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
