import { useId } from "preact/hooks";
import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { Permission } from "../../api/types";
import { Checkbox } from "../../parts/field";
import { ProblemNotice } from "../../parts/notice";
import { defaultScopes, isManaging, scopeDescription, type Access } from "../../words/scopes";

const choices: readonly (readonly [Access, title: string, hint: string])[] = [
  ["read-only", "Read only", "Can see what you can see in this organization, but can't change anything."],
  ["default", "Default", "What your role allows, except managing people and the organization."],
  ["custom", "Custom", "Choose each permission yourself."],
];

interface AccessChoiceProps {
  /** The permissions of the person's role in the organization. */
  readonly permissions: readonly Permission[];
  /** Whether the organization's policy lets tokens manage people and the organization. */
  readonly managingAllowed: boolean;
  readonly access: Access;
  /** The scopes chosen one by one, or undefined for the default ones. */
  readonly custom: readonly string[] | undefined;
  readonly onChange: (access: Access, custom: readonly string[] | undefined) => void;
  readonly problem: string | undefined;
}

/** The choice of what a new token can do. */
export function AccessChoice({ permissions, managingAllowed, access, custom, onChange, problem }: AccessChoiceProps) {
  const name = useId();
  return (
    <fieldset class="picker" aria-describedby={problem ? `${name}-problem` : undefined}>
      <legend>What the token can do</legend>
      <div class="choices">
        {choices.map(([value, title, hint]) => (
          <label key={value} class="choice">
            <input type="radio" name={name} checked={value === access} onChange={() => onChange(value, custom)} />
            <span>
              <strong>{title}</strong>
              <small>{hint}</small>
            </span>
          </label>
        ))}
      </div>
      {access === "custom" && (
        <CustomScopes
          permissions={permissions}
          managingAllowed={managingAllowed}
          chosen={custom ?? defaultScopes(permissions)}
          onChange={(scopes) => onChange("custom", scopes)}
        />
      )}
      {problem && (
        <p id={`${name}-problem`} class="field-problem" role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

interface CustomScopesProps {
  readonly permissions: readonly Permission[];
  readonly managingAllowed: boolean;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** A checkbox for each permission of the role and each scope of another API. Those that manage people come apart. */
function CustomScopes({ permissions, managingAllowed, chosen, onChange }: CustomScopesProps) {
  const matrix = useLoad("roles", (signal) => call("get", "/roles", { signal }));
  if (matrix.problem) return <ProblemNotice problem={matrix.problem} onRetry={matrix.reload} />;
  const managing = permissions.filter(isManaging);
  const apiScopes = matrix.data?.apiScopes ?? [];
  const boxes = (scopes: readonly string[], disabled = false) =>
    scopes.map((scope) => (
      <Checkbox
        key={scope}
        label={scopeDescription(scope, matrix.data) ?? <code>{scope}</code>}
        checked={chosen.includes(scope) && !disabled}
        disabled={disabled}
        onChange={(on) => onChange(on ? [...chosen, scope] : chosen.filter((other) => other !== scope))}
      />
    ));
  return (
    <div class="scope-groups" aria-busy={matrix.loading}>
      <fieldset class="picker">
        <legend>Permissions</legend>
        {boxes(defaultScopes(permissions))}
        <p class="hint">
          Some permissions include others. For example, a token that creates solutions can view its own.
        </p>
      </fieldset>
      {managing.length > 0 && (
        <fieldset class="picker managing">
          <legend>Managing people and the organization</legend>
          {boxes(managing, !managingAllowed)}
          <p class="hint">
            {managingAllowed
              ? "Anyone who gets hold of such a token can manage your organization."
              : "The organization's token policy doesn't allow this."}
          </p>
        </fieldset>
      )}
      {apiScopes.length > 0 && (
        <fieldset class="picker">
          <legend>Other APIs</legend>
          {boxes(apiScopes)}
        </fieldset>
      )}
    </div>
  );
}
