import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Role } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { useTyped } from "../../parts/drafts";
import { Field } from "../../parts/field";
import { ProblemNotice } from "../../parts/notice";
import { RoleChoice } from "../../parts/role-choice";
import { showToast } from "../../parts/toast";
import { useUnsaved } from "../../router/navigation";
import { roles } from "../../words/names";
import { sentence } from "../../words/sentence";

interface InviteProps {
  readonly onInvited: () => void;
  readonly onClose: () => void;
}

/** Invites a person by email. */
export function Invite({ onInvited, onClose }: InviteProps) {
  const { org, membership } = useConsole();
  const [typed, setTyped] = useTyped(`invitation to ${org}`, { email: "", firstName: "", lastName: "" });
  const { email, firstName, lastName } = typed;
  const [role, setRole] = useState<Role>("user");
  const saved = useUnsaved(email !== "" || firstName !== "" || lastName !== "");
  const invite = useAction(
    async () => {
      const invited = await call("post", "/organizations/{org}/members", {
        path: { org },
        body: { email: email.trim(), role, firstName, lastName },
      });
      showToast(invited.warnings[0]?.detail ?? sentence`Invited ${invited.email}.`);
      onInvited();
    },
    () => {
      saved();
      onClose();
    },
  );
  const fields = ["email", "firstName", "lastName"] as const;
  const shownAtField = fields.some((f) => invite.problem?.field(f));
  const refusal = (r: Role) =>
    r === "owner" && membership.role !== "owner" ? "only an Owner can invite an Owner" : undefined;
  return (
    <FormPane
      title="Invite user"
      busy={invite.busy}
      onClose={onClose}
      submit={
        <Button kind="primary" type="submit" form="invite" busy={invite.busy}>
          Send invitation
        </Button>
      }
    >
      <form
        id="invite"
        onSubmit={(event) => {
          event.preventDefault();
          invite.run();
        }}
      >
        <Field
          label="Email"
          type="email"
          value={email}
          onInput={(text) => setTyped({ email: text })}
          required
          autofocus
          maxLength={254}
          placeholder="name@example.com"
          problem={invite.problem?.field("email")}
        />
        <div class="form-grid">
          <Field
            label="First name (optional)"
            value={firstName}
            onInput={(text) => setTyped({ firstName: text })}
            problem={invite.problem?.field("firstName")}
          />
          <Field
            label="Last name (optional)"
            value={lastName}
            onInput={(text) => setTyped({ lastName: text })}
            problem={invite.problem?.field("lastName")}
          />
        </div>
        <p class="label">Role</p>
        <RoleChoice
          legend="Role"
          value={role}
          offered={roles.filter((r) => r !== "deny")}
          refusal={refusal}
          onChange={setRole}
        />
        <p class="hint">We&apos;ll email an invitation that&apos;s valid for 7 days.</p>
        {!shownAtField && <ProblemNotice problem={invite.problem} />}
      </form>
    </FormPane>
  );
}
