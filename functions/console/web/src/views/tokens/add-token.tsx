import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { TokenCreated } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Pane } from "../../parts/dialog";
import { Field, Select } from "../../parts/field";
import { ProblemNotice } from "../../parts/notice";
import { markSaved, useUnsaved } from "../../router/navigation";
import { can } from "../../words/names";
import { NewSecret } from "./new-secret";

interface AddTokenProps {
  readonly onCreated: () => void;
  readonly onClose: () => void;
}

/** Creates a token, then shows its secret once. */
export function AddToken({ onCreated, onClose }: AddTokenProps) {
  const [created, setCreated] = useState<TokenCreated>();
  const done = (token: TokenCreated) => {
    setCreated(token);
    onCreated();
  };
  return created ? <NewSecret token={created} onClose={onClose} /> : <TokenForm onCreated={done} onClose={onClose} />;
}

function TokenForm({
  onCreated,
  onClose,
}: {
  readonly onCreated: (token: TokenCreated) => void;
  readonly onClose: () => void;
}) {
  const { me, org } = useConsole();
  const choices = me.memberships.filter((m) => can(m, "tokens:own"));
  const [organization, setOrganization] = useState(org);
  const [description, setDescription] = useState("");
  useUnsaved(description.trim() !== "");
  const create = useAction(async () => {
    const token = await call("post", "/me/tokens", { body: { organizationId: organization, description } });
    markSaved();
    onCreated(token);
  });
  const name = choices.find((m) => m.organization.id === organization)?.organization.name;
  return (
    <Pane
      title="Add new token"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="add-token" busy={create.busy}>
            Add
          </Button>
        </>
      }
    >
      <form
        id="add-token"
        onSubmit={(event) => {
          event.preventDefault();
          create.run();
        }}
      >
        <Field
          label="Description"
          value={description}
          onInput={setDescription}
          maxLength={200}
          autofocus
          placeholder={`Token for ${name ?? "your organization"} created on ${new Date().toISOString().slice(0, 10)}`}
          hint="Describe what will use this token, for example “Nightly export”."
          problem={create.problem?.field("description")}
        />
        {choices.length > 1 && (
          <Select
            label="Organization"
            value={organization}
            options={choices.map((m) => [m.organization.id, m.organization.name] as const)}
            onChange={setOrganization}
            hint="The token acts in this organization only, with your role there."
          />
        )}
        <dl class="facts">
          <div class="fact">
            <dt>Lease</dt>
            <dd>Two weeks. Every use extends it to two weeks after that use.</dd>
          </div>
          <div class="fact">
            <dt>Expiry</dt>
            <dd>Six months from now. It never moves.</dd>
          </div>
        </dl>
        {!create.problem?.field("description") && <ProblemNotice problem={create.problem} />}
      </form>
    </Pane>
  );
}
