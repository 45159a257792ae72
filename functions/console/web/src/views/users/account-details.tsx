import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { SaveActions } from "../../parts/save-actions";
import { SaveProblem } from "../../parts/save-problem";
import { showToast } from "../../parts/toast";
import { useUnsaved } from "../../router/navigation";
import { AccountFields, type AccountValues } from "./account-fields";
import { sentence } from "../../words/sentence";

interface AccountDetailsProps {
  readonly account: Member;
  readonly onChanged: (account: Member) => void;
  readonly onReload: () => void;
}

/** The name and the contact of a service account, which can be changed. */
export function AccountDetails({ account, onChanged, onReload }: AccountDetailsProps) {
  const { org } = useConsole();
  const [edits, setEdits] = useState<Partial<AccountValues>>({});
  const values: AccountValues = { name: account.displayName, contactEmail: account.email, ...edits };
  const body = {
    ...(values.name.trim() === account.displayName ? {} : { name: values.name }),
    ...(values.contactEmail.trim() === account.email ? {} : { contactEmail: values.contactEmail.trim() }),
  };
  const changed = Object.keys(body).length > 0;
  const saved = useUnsaved(changed);
  const save = useAction(async () => {
    const { name, contactEmail, version } = await call("patch", "/organizations/{org}/service-accounts/{account}", {
      path: { org, account: account.id },
      body,
      version: account.version,
    });
    saved();
    setEdits((now) => editsSince(values, now));
    showToast(sentence`${name} has been saved.`);
    onChanged({ ...account, displayName: name, email: contactEmail, version });
  });
  const undo = () => {
    setEdits({});
    save.clearProblem();
  };
  const shownAtField = save.problem?.field("name") ?? save.problem?.field("contactEmail");
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) save.run();
      }}
    >
      <h2>Service account</h2>
      <div class="form-grid">
        <AccountFields values={values} onChange={setEdits} problem={save.problem} />
      </div>
      {!shownAtField && (
        <SaveProblem
          problem={save.problem}
          onReload={() => {
            saved();
            undo();
            onReload();
          }}
        />
      )}
      <SaveActions
        save="Save"
        busy={save.busy}
        changed={changed}
        incomplete={values.name.trim() === "" || values.contactEmail.trim() === ""}
        onUndo={undo}
      />
    </form>
  );
}

/** Returns what was typed while `sent` was being saved. */
function editsSince(sent: AccountValues, { name, contactEmail }: Partial<AccountValues>): Partial<AccountValues> {
  return {
    ...(name === undefined || name === sent.name ? {} : { name }),
    ...(contactEmail === undefined || contactEmail === sent.contactEmail ? {} : { contactEmail }),
  };
}
