import { useId } from "preact/hooks";
import { call } from "../api/client";
import { useLoad } from "../api/load";
import type { Role } from "../api/types";
import { capitalize } from "../words/names";
import { ProblemNotice } from "./notice";

interface RoleChoiceProps {
  readonly value: Role;
  /** Returns why a role cannot be chosen, or undefined if it can. */
  readonly refusal: (role: Role) => string | undefined;
  readonly onChange: (role: Role) => void;
  readonly legend: string;
  /** A role to leave out. */
  readonly omit?: Role;
}

/** A choice of roles with their descriptions. */
export function RoleChoice({ value, refusal, onChange, legend, omit }: RoleChoiceProps) {
  const name = useId();
  const matrix = useLoad("roles", (signal) => call("get", "/roles", { signal }));
  if (matrix.problem) return <ProblemNotice problem={matrix.problem} onRetry={matrix.reload} />;
  return (
    <fieldset class="choices" aria-busy={matrix.loading}>
      <legend class="visually-hidden">{legend}</legend>
      {!matrix.data &&
        [0, 1, 2, 3, ...(omit ? [] : [4])].map((i) => (
          <div key={i} class="choice">
            <i class="skeleton-line short" />
          </div>
        ))}
      {matrix.data?.roles
        .filter(({ role }) => role !== omit)
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
                  {description}
                  {reason && ` · ${reason}`}
                </small>
              </span>
            </label>
          );
        })}
    </fieldset>
  );
}
