import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Profile } from "../../api/types";
import { usePerson } from "../../console-context";
import { useEdits } from "../../parts/edits";
import { Field } from "../../parts/field";
import { SaveActions } from "../../parts/save-actions";
import { SaveProblem } from "../../parts/save-problem";
import { offerUndo } from "../../parts/undo";

interface Values {
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly phone: string;
}

const names = ["firstName", "lastName", "displayName", "phone"] as const;

/** A form for the person's own names and phone number. */
export function PersonalDetails() {
  const { me, setMe, reloadMe } = usePerson();
  const edits = useEdits("personal details", valuesOf(me));
  const { values, changed } = edits;
  const save = useAction(async () => {
    const body = Object.fromEntries(changed.map((name) => [name, values[name].trim()]));
    const next = await call("patch", "/me", { body, version: me.version });
    edits.saved(values);
    setMe(next);
    offerUndo("Your profile has been saved.", async () => {
      const before = valuesOf(me);
      const former = Object.fromEntries(changed.map((name) => [name, before[name]]));
      await call("patch", "/me", { body: former, version: next.version });
      return "Your profile is as it was before.";
    });
  });
  const field = (
    name: keyof Values,
    label: string,
    options: { hint?: string; type?: "tel"; autocomplete: string; placeholder?: string },
  ) => (
    <Field
      label={label}
      value={values[name]}
      onInput={(value) => edits.set({ [name]: value })}
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
            edits.undo();
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
          edits.undo();
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

function valuesOf({ firstName, lastName, displayName, phone = "" }: Profile): Values {
  return { firstName, lastName, displayName, phone };
}
