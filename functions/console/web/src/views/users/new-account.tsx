import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Role } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { useTyped } from "../../parts/drafts";
import { ProblemNotice } from "../../parts/notice";
import { RoleChoice } from "../../parts/role-choice";
import { showToast } from "../../parts/toast";
import { checkUnsaved, navigate, useUnsaved } from "../../router/navigation";
import { accountRoleRefusal, accountRoles, accountRoleWords } from "../../words/names";
import { AccountFields } from "./account-fields";
import { sentence } from "../../words/sentence";

/** Creates a service account, and opens it so that it can get a token. */
export function NewAccount({ onClose }: { readonly onClose: () => void }) {
  const { me, org, membership } = useConsole();
  const [values, setValues] = useTyped(`new account of ${org}`, { name: "", contactEmail: me.email });
  const [role, setRole] = useState<Role>("creator");
  const saved = useUnsaved(values.name.trim() !== "" || values.contactEmail !== me.email || role !== "creator");
  const create = useAction(
    async () => {
      const account = await call("post", "/organizations/{org}/service-accounts", {
        path: { org },
        body: { name: values.name, role, contactEmail: values.contactEmail.trim() },
      });
      showToast(sentence`${account.name} has been created. Now add its first token.`);
      return account;
    },
    ({ id }) => {
      saved();
      navigate(`/${org}/users/${id}`);
    },
  );
  const close = () => checkUnsaved(onClose);
  const roleProblem = create.problem?.field("role");
  const shownAtField = roleProblem ?? create.problem?.field("name") ?? create.problem?.field("contactEmail");
  return (
    <FormPane
      title="New service account"
      busy={create.busy}
      onClose={close}
      submit={
        <Button kind="primary" type="submit" form="new-account" busy={create.busy}>
          Create service account
        </Button>
      }
    >
      <form
        id="new-account"
        onSubmit={(event) => {
          event.preventDefault();
          create.run();
        }}
      >
        <p class="lead">
          A service account is a member for a machine. It can't sign in, and its tokens keep working when the person who
          created them leaves.
        </p>
        <AccountFields values={values} onChange={setValues} problem={create.problem} autofocus />
        <p class="label">Role</p>
        <RoleChoice
          legend="Role"
          value={role}
          offered={accountRoles}
          descriptions={accountRoleWords}
          refusal={(r) => accountRoleRefusal(membership, r)}
          onChange={setRole}
        />
        <p class="hint">Service accounts can&apos;t invite or manage people, with any role.</p>
        {roleProblem && (
          <p class="field-problem" role="alert">
            {roleProblem}
          </p>
        )}
        {!shownAtField && <ProblemNotice problem={create.problem} />}
      </form>
    </FormPane>
  );
}
