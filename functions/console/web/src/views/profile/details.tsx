import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Profile } from "../../api/types";
import { useHere } from "../../context";
import { Button } from "../../parts/button";
import { Field } from "../../parts/field";
import { SaveProblem } from "../../parts/save-problem";
import { say } from "../../parts/toast";
import { saved, useUnsaved } from "../../router/navigation";

interface Values {
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  readonly phone: string;
}

const names = ["firstName", "lastName", "displayName", "phone"] as const;

/** Names and phone, to be edited by the person they belong to. */
export function Details() {
  const { me, setMe, reloadMe } = useHere();
  const stored = valuesOf(me);
  const [values, setValues] = useState(stored);
  const changed = names.filter((name) => values[name].trim() !== stored[name]);
  useUnsaved(changed.length > 0);
  const save = useAction(async () => {
    const body = Object.fromEntries(changed.map((name) => [name, values[name].trim()]));
    const next = await call("patch", "/me", { body, version: me.version });
    saved();
    setMe(next);
    setValues(valuesOf(next)); // what is kept may be written otherwise than what was typed
    say("Your profile has been saved.");
  });
  const field = (
    name: keyof Values,
    label: string,
    more: { hint?: string; type?: "tel"; autocomplete: string; placeholder?: string },
  ) => (
    <Field
      label={label}
      value={values[name]}
      onInput={(value) => setValues((old) => ({ ...old, [name]: value }))}
      problem={save.problem?.field(name)}
      {...more}
    />
  );
  const placed = names.some((name) => save.problem?.field(name));
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
          hint: "What others see. Empty, it is your first and last name.",
        })}
        {field("phone", "Phone", {
          type: "tel",
          autocomplete: "tel",
          placeholder: "+41 44 668 18 00",
          hint: "With the country code.",
        })}
        <ReadOnlyEmail email={me.email} />
      </div>
      {!placed && (
        <SaveProblem
          problem={save.problem}
          onReload={() => {
            saved();
            reloadMe();
            save.clear();
          }}
        />
      )}
      <div class="card-actions">
        <Button type="submit" kind="primary" busy={save.busy} disabled={changed.length === 0}>
          Save changes
        </Button>
        {changed.length > 0 && (
          <Button
            kind="quiet"
            onClick={() => {
              setValues(stored);
              save.clear();
            }}
          >
            Undo changes
          </Button>
        )}
      </div>
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
