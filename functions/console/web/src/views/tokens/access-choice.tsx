import { useId } from "preact/hooks";
import type { Loaded } from "../../api/load";
import type { Permission, RoleMatrix } from "../../api/types";
import { Checkbox } from "../../parts/field";
import { ProblemNotice } from "../../parts/notice";
import { defaultScopes, isManaging, scopeDescription, type Access } from "../../words/scopes";
import { useTokenOwner } from "./token-owner";

interface AccessChoiceProps {
  readonly roles: Loaded<RoleMatrix>;
  /** The permissions of the token's owner in the organization. */
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
export function AccessChoice(props: AccessChoiceProps) {
  const { roles, permissions, managingAllowed, access, custom, onChange, problem } = props;
  const { words } = useTokenOwner();
  const name = useId();
  const choices: readonly (readonly [Access, title: string, hint: string])[] = [
    ["read-only", "Read only", words.readOnly],
    ["default", "Default", words.byDefault],
    ["custom", "Custom", "Choose each permission yourself."],
  ];
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
      {access !== "default" && <ProblemNotice problem={roles.problem} onRetry={roles.reload} />}
      {access === "custom" && roles.data && (
        <CustomScopes
          matrix={roles.data}
          permissions={permissions}
          managingAllowed={managingAllowed}
          chosen={custom ?? defaultScopes(permissions, roles.data)}
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
  readonly matrix: RoleMatrix;
  readonly permissions: readonly Permission[];
  readonly managingAllowed: boolean;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** A checkbox for each permission of the role and each scope of another API. Those that manage people come apart. */
function CustomScopes({ matrix, permissions, managingAllowed, chosen, onChange }: CustomScopesProps) {
  const { words } = useTokenOwner();
  const managing = permissions.filter((p) => isManaging(p, matrix));
  const { apiScopes } = matrix;
  const boxes = (scopes: readonly string[], disabled = false) =>
    scopes.map((scope) => (
      <Checkbox
        key={scope}
        label={scopeDescription(scope, matrix) ?? <code>{scope}</code>}
        checked={chosen.includes(scope) && !disabled}
        disabled={disabled}
        onChange={(on) => onChange(on ? [...chosen, scope] : chosen.filter((other) => other !== scope))}
      />
    ));
  return (
    <div class="scope-groups">
      <fieldset class="picker">
        <legend>Permissions</legend>
        {boxes(defaultScopes(permissions, matrix))}
        <p class="hint">
          Some permissions include others. For example, a token that creates solutions can view its own.
        </p>
      </fieldset>
      {managing.length > 0 && (
        <fieldset class="picker managing">
          <legend>{words.managing}</legend>
          {boxes(managing, !managingAllowed)}
          <p class="hint">
            {managingAllowed ? words.managingRisk : "The organization's token policy doesn't allow this."}
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
