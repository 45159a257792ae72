import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { useOrganization } from "../../api/queries";
import { useRoles } from "../../api/roles";
import type { NewToken, Permission, RoleMatrix, TokenCreated, TokenPolicy } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { draftOf, useDraft } from "../../parts/drafts";
import { Checkbox, Field, LinesField, Select } from "../../parts/field";
import { Notice, ProblemNotice } from "../../parts/notice";
import { checkUnsaved, useUnsaved } from "../../router/navigation";
import { expiryTime, type ExpiryChoice } from "../../words/expiry";
import { policyWords } from "../../words/policy";
import { defaultDescription } from "../../words/tokens";
import { defaultScopes, isManaging, lines, readOnlyScopes, type Access } from "../../words/scopes";
import { AccessChoice } from "./access-choice";
import { ExpiryField } from "./expiry-field";
import { NewSecret } from "./new-secret";
import { permissionsIn, useTokenOwner } from "./token-owner";

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

/** What the person has entered. */
interface Values {
  readonly organization: string;
  readonly description: string;
  readonly access: Access;
  /** The scopes chosen one by one, or undefined until the person has chosen any. */
  readonly custom: readonly string[] | undefined;
  readonly expiry: ExpiryChoice;
  /** The expiry date, such as "2026-12-24", if `expiry` is "date". */
  readonly expiryDate: string;
  /** One network per line. */
  readonly networks: string;
  readonly selfRotate: boolean;
}

/** The fields at which the form shows the API's problems. */
const fields = ["description", "scopes", "expiresAt", "networks"] as const;

interface TokenFormProps {
  readonly onCreated: (token: TokenCreated) => void;
  readonly onClose: () => void;
}

function TokenForm({ onCreated, onClose }: TokenFormProps) {
  const { org } = useConsole();
  const owner = useTokenOwner();
  const roles = useRoles();
  const choices = owner.memberships.filter((m) => m.permissions.includes("tokens:own"));
  // The time counts from when the form was opened, so that sending the form again is the same request.
  const [opened] = useState(Date.now);
  const draft = `new token of ${owner.key}`;
  const [values, setValues] = useState<Values>(() => ({
    organization: org,
    description: "",
    access: "default",
    custom: undefined,
    expiry: "latest",
    expiryDate: "",
    networks: "",
    selfRotate: false,
    ...draftOf(draft, { description: "", networks: "" }),
  }));
  const set = (changed: Partial<Values>) => setValues((old) => ({ ...old, ...changed }));
  // Only the texts are kept, so that the person chooses again what the token can do.
  useDraft(draft, { description: values.description, networks: values.networks });
  const permissions = permissionsIn(owner, values.organization);
  // Without the policy the API refuses what it does not allow.
  const policy = useOrganization(values.organization).data?.tokenPolicy;
  const name = choices.find((m) => m.organization.id === values.organization)?.organization.name ?? "your organization";
  const saved = useUnsaved(values.description.trim() !== "" || values.networks.trim() !== "");
  const create = useAction(
    () => {
      const scopes = chosenScopes(values, permissions, policy, roles.data);
      return owner.operations.create(values.organization, request(values, scopes, opened, policy, name));
    },
    (token) => {
      saved();
      onCreated(token);
    },
  );
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (create.problem) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [create.problem]);
  const close = () => checkUnsaved(onClose);
  const problem = (name: (typeof fields)[number]) => create.problem?.field(name);
  const limits = policy && policyWords(policy, name);
  return (
    <FormPane
      title="Add new token"
      busy={create.busy}
      onClose={close}
      submit={
        <Button
          kind="primary"
          type="submit"
          form="add-token"
          busy={create.busy}
          disabled={policy?.tokensAllowed === false || (values.access !== "default" && !roles.data)}
        >
          Add
        </Button>
      }
    >
      <form
        ref={form}
        id="add-token"
        onSubmit={(event) => {
          event.preventDefault();
          create.run();
        }}
      >
        <Field
          label="Description"
          value={values.description}
          onInput={(description) => set({ description })}
          maxLength={200}
          autofocus
          placeholder={defaultDescription(name, opened)}
          hint="Describe what will use this token, for example “Nightly export”."
          problem={problem("description")}
        />
        {choices.length > 1 && (
          <Select
            label="Organization"
            value={values.organization}
            options={choices.map((m) => [m.organization.id, m.organization.name] as const)}
            onChange={(organization) => set({ organization, custom: undefined })}
            hint="The token acts in this organization only, with your role there."
          />
        )}
        {limits !== undefined && <Notice kind={policy?.tokensAllowed ? "info" : "warning"}>{limits}</Notice>}
        <AccessChoice
          roles={roles}
          permissions={permissions}
          managingAllowed={policy?.managingAllowed !== false}
          access={values.access}
          custom={values.custom}
          onChange={(access, custom) => set({ access, custom })}
          problem={problem("scopes")}
        />
        <ExpiryField
          opened={opened}
          longestLifeDays={policy?.longestLifeDays}
          choice={values.expiry}
          onDate={values.expiryDate}
          onChange={(expiry, expiryDate) => set({ expiry, expiryDate })}
          problem={problem("expiresAt")}
        />
        <details class="advanced-fields" open={problem("networks") !== undefined || undefined}>
          <summary>Networks and rotation</summary>
          <LinesField
            label="Networks"
            value={values.networks}
            onInput={(networks) => set({ networks })}
            placeholder={"203.0.113.0/24\n2001:db8::/32"}
            hint={
              policy && policy.networks.length > 0
                ? `One per line. Leave empty to allow all networks that ${name} allows: ${policy.networks.join(", ")}.`
                : "One per line. Leave empty to allow any network."
            }
            problem={problem("networks")}
          />
          <div class="field">
            <Checkbox
              label="May rotate itself"
              checked={values.selfRotate}
              onChange={(selfRotate) => set({ selfRotate })}
            />
            <p class="hint">A job can use this token to replace it with a new one.</p>
          </div>
        </details>
        {!fields.some(problem) && <ProblemNotice problem={create.problem} />}
      </form>
    </FormPane>
  );
}

/** Returns the token to create. What is left out gets the API's default. */
function request(
  values: Values,
  scopes: readonly string[] | undefined,
  opened: number,
  policy: TokenPolicy | undefined,
  organization: string,
): NewToken {
  const networks = lines(values.networks);
  const expiresAt = expiryTime(values.expiry, values.expiryDate, opened, policy?.longestLifeDays);
  return {
    description: values.description.trim() || defaultDescription(organization, opened),
    selfRotate: values.selfRotate,
    ...(scopes ? { scopes } : {}),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(networks.length > 0 ? { networks } : {}),
  };
}

function chosenScopes(
  { access, custom }: Values,
  permissions: readonly Permission[],
  policy: TokenPolicy | undefined,
  matrix: RoleMatrix | undefined,
): readonly string[] | undefined {
  if (access === "default") return undefined;
  if (!matrix) return [];
  if (access === "read-only") return readOnlyScopes(permissions, matrix);
  const chosen = custom ?? defaultScopes(permissions, matrix);
  // The policy may have loaded after the choice. The form does not show these as chosen.
  return policy?.managingAllowed === false ? chosen.filter((scope) => !isManaging(scope, matrix)) : chosen;
}
