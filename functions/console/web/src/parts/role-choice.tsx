import { useEffect, useId, useRef } from "preact/hooks";
import { useRoles } from "../api/roles";
import type { Role } from "../api/types";
import { capitalize, roles } from "../words/names";
import { ProblemNotice } from "./notice";

interface RoleChoiceProps {
  /** The chosen role, if one is chosen. */
  readonly value: Role | undefined;
  /** Returns why a role cannot be chosen, or undefined if it can. */
  readonly refusal: (role: Role) => string | undefined;
  readonly onChange: (role: Role) => void;
  readonly legend: string;
  /** Whether the focus starts on the chosen role. */
  readonly autofocus?: boolean;
  /** The roles to choose from; all of them by default. */
  readonly offered?: readonly Role[];
  /** Descriptions in place of those of the matrix, which are about people. */
  readonly descriptions?: Partial<Readonly<Record<Role, string>>>;
}

/** A choice of roles with their descriptions. */
export function RoleChoice({
  value,
  refusal,
  onChange,
  legend,
  autofocus = false,
  offered = roles,
  descriptions = {},
}: RoleChoiceProps) {
  const name = useId();
  const matrix = useRoles();
  const choices = useRef<HTMLFieldSetElement>(null);
  const loaded = matrix.data !== undefined;
  useEffect(() => {
    if (autofocus && loaded) choices.current?.querySelector<HTMLElement>(":checked")?.focus();
  }, [autofocus, loaded]);
  if (matrix.problem && !matrix.data) return <ProblemNotice problem={matrix.problem} onRetry={matrix.reload} />;
  return (
    <fieldset ref={choices} class="choices" aria-busy={matrix.loading}>
      <legend class="visually-hidden">{legend}</legend>
      {!matrix.data &&
        offered.map((role) => (
          <div key={role} class="choice">
            <i class="skeleton-line short" />
          </div>
        ))}
      {matrix.data?.roles
        .filter(({ role }) => offered.includes(role))
        .map(({ role, description }) => {
          const reason = refusal(role);
          return (
            <label key={role} class={`choice ${reason === undefined || role === value ? "" : "unavailable"}`}>
              <input
                type="radio"
                name={name}
                checked={role === value}
                disabled={reason !== undefined}
                onChange={() => onChange(role)}
              />
              <span>
                <strong>{capitalize(role)}</strong>
                <small>
                  {descriptions[role] ?? description}
                  {reason && ` · ${reason}`}
                </small>
              </span>
            </label>
          );
        })}
    </fieldset>
  );
}
