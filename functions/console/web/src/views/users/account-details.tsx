import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { useEdits } from "../../parts/edits";
import { SaveActions } from "../../parts/save-actions";
import { SaveProblem } from "../../parts/save-problem";
import { offerUndo } from "../../parts/undo";
import { AccountFields } from "./account-fields";
import { sentence } from "../../words/sentence";

interface AccountDetailsProps {
  readonly account: Member;
  readonly onChanged: (account: Member) => void;
  readonly onReload: () => void;
}

/** The name and the contact of a service account, which can be changed. */
export function AccountDetails({ account, onChanged, onReload }: AccountDetailsProps) {
  const { org } = useConsole();
  const edits = useEdits(account.id, { name: account.displayName, contactEmail: account.email });
  const { values } = edits;
  const changed = edits.changed.length > 0;
  const save = useAction(async () => {
    const { name, contactEmail, version } = await call("patch", "/organizations/{org}/service-accounts/{account}", {
      path: { org, account: account.id },
      body: Object.fromEntries(edits.changed.map((field) => [field, values[field].trim()])),
      version: account.version,
    });
    edits.saved(values);
    offerUndo(sentence`${name} has been saved.`, async () => {
      const before = { name: account.displayName, contactEmail: account.email };
      await call("patch", "/organizations/{org}/service-accounts/{account}", {
        path: { org, account: account.id },
        body: Object.fromEntries(edits.changed.map((field) => [field, before[field]])),
        version,
      });
      return sentence`${before.name} is as it was before.`;
    });
    onChanged({ ...account, displayName: name, email: contactEmail, version });
  });
  const undo = () => {
    edits.undo();
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
        <AccountFields values={values} onChange={edits.set} problem={save.problem} />
      </div>
      {!shownAtField && (
        <SaveProblem
          problem={save.problem}
          onReload={() => {
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
