import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Profile } from "../../api/types";
import { useConsole } from "../../console-context";
import { Field } from "../../parts/field";
import { SaveActions } from "../../parts/save-actions";
import { SaveProblem } from "../../parts/save-problem";
import { showToast } from "../../parts/toast";
import { useUnsaved } from "../../router/navigation";

interface Values {
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly phone: string;
}

const names = ["firstName", "lastName", "displayName", "phone"] as const;

/** A form for the person's own names and phone number. */
export function PersonalDetails() {
  const { me, setMe, reloadMe } = useConsole();
  const stored = valuesOf(me);
  const [values, setValues] = useState(stored);
  const changed = names.filter((name) => values[name].trim() !== stored[name]);
  const saved = useUnsaved(changed.length > 0);
  const save = useAction(async () => {
    const body = Object.fromEntries(changed.map((name) => [name, values[name].trim()]));
    const next = await call("patch", "/me", { body, version: me.version });
    saved();
    setMe(next);
    setValues(valuesOf(next)); // the API normalizes some values, such as phone numbers
    showToast("Your profile has been saved.");
  });
  const field = (
    name: keyof Values,
    label: string,
    options: { hint?: string; type?: "tel"; autocomplete: string; placeholder?: string },
  ) => (
    <Field
      label={label}
      value={values[name]}
      onInput={(value) => setValues((old) => ({ ...old, [name]: value }))}
      problem={save.problem?.field(name)}
      {...options}
    />
  );
  const shownAtField = names.some((name) => save.problem?.field(name));
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed.length > 0) save.run();
      }}
    >
      <h2>Personal details</h2>
      <div class="form-grid">
        {field("firstName", "First name", { autocomplete: "given-name" })}
        {field("lastName", "Last name", { autocomplete: "family-name" })}
        {field("displayName", "Display name", {
          autocomplete: "nickname",
          hint: "Shown to others. Leave blank to use your first and last name.",
        })}
        {field("phone", "Phone", {
          type: "tel",
          autocomplete: "tel",
          placeholder: "+41 44 668 18 00",
          hint: "Include the country code, e.g. +41 44 668 18 00.",
        })}
        <ReadOnlyEmail email={me.email} />
      </div>
      {!shownAtField && (
        <SaveProblem
          problem={save.problem}
          onReload={() => {
            saved();
            reloadMe();
            save.clearProblem();
          }}
        />
      )}
      <SaveActions
        save="Save changes"
        undo="Undo changes"
        busy={save.busy}
        changed={changed.length > 0}
        onUndo={() => {
          setValues(stored);
          save.clearProblem();
        }}
      />
    </form>
  );
}

function ReadOnlyEmail({ email }: { readonly email: string }) {
  return (
    <div class="field">
      <label for="email">Email</label>
      <input id="email" value={email} readOnly aria-describedby="email-hint" />
      <p id="email-hint" class="hint">
        Managed by your identity provider.
      </p>
    </div>
  );
}

/** Returns the stored details as one text. The form begins anew when they change, but not when the rest of the profile does. */
export function storedDetails(me: Profile): string {
  return JSON.stringify(valuesOf(me));
}

function valuesOf({ firstName, lastName, displayName, phone = "" }: Profile): Values {
  return { firstName, lastName, displayName, phone };
}
