import { useId } from "preact/hooks";
import { call } from "../api/client";
import { useLoad } from "../api/load";
import type { Role } from "../api/types";
import { title } from "../words/names";
import { ProblemNotice } from "./notice";

interface RoleChoiceProps {
  readonly value: Role;
  /** Why a role cannot be chosen, as a sentence; undefined when it can. */
  readonly barred: (role: Role) => string | undefined;
  readonly onChange: (role: Role) => void;
  readonly legend: string;
  /** A role that is not offered at all. */
  readonly without?: Role;
}

/** The five roles with what each is for, to choose from. */
export function RoleChoice({ value, barred, onChange, legend, without }: RoleChoiceProps) {
  const name = useId();
  const matrix = useLoad("roles", (signal) => call("get", "/roles", { signal }));
  if (matrix.problem) return <ProblemNotice problem={matrix.problem} onRetry={matrix.reload} />;
  return (
    <fieldset class="choices" aria-busy={matrix.loading}>
      <legend class="unseen">{legend}</legend>
      {!matrix.data &&
        [0, 1, 2, 3, ...(without ? [] : [4])].map((i) => (
          <div key={i} class="choice">
            <i class="bone short" />
          </div>
        ))}
      {matrix.data?.roles
        .filter(({ role }) => role !== without)
        .map(({ role, description }) => {
          const why = barred(role);
          return (
            <label key={role} class={`choice ${why === undefined || role === value ? "" : "barred"}`}>
              <input
                type="radio"
                name={name}
                checked={role === value}
                disabled={why !== undefined}
                onChange={() => onChange(role)}
              />
              <span>
                <strong>{title(role)}</strong>
                <small>
                  {description}
                  {why && ` · ${why}`}
                </small>
              </span>
            </label>
          );
        })}
    </fieldset>
  );
}
