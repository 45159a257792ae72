import { useId, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import type { Token, TokenCreated } from "../../api/types";
import { Confirm } from "../../parts/dialog";
import { tokenPrefix } from "../../words/names";
import { useTokenOwner } from "./token-owner";

const overlaps: readonly (readonly [seconds: number, label: string, hint: string])[] = [
  [0, "Not at all", "It stops working immediately."],
  [3600, "1 hour", "If you replace the secret right away."],
  [86_400, "1 day", "Enough to replace the secret in most setups."],
  [604_800, "7 days", "If the secret is used in many places."],
];
const DEFAULT_OVERLAP = 86_400;

interface RotateTokenProps {
  readonly token: Token;
  /** Called with the new token and its secret. */
  readonly onRotated: (token: TokenCreated) => void;
  readonly onCancel: () => void;
}

/** Replaces a token with a new one, after asking how long the old one keeps working. */
export function RotateToken({ token, onRotated, onCancel }: RotateTokenProps) {
  const { operations } = useTokenOwner();
  const [overlap, setOverlap] = useState(DEFAULT_OVERLAP);
  const name = useId();
  const rotate = useAction(() => operations.rotate(token.id, overlap), onRotated);
  return (
    <Confirm
      title="Rotate this token?"
      action="Rotate token"
      busy={rotate.busy}
      problem={rotate.problem}
      onConfirm={rotate.run}
      onCancel={onCancel}
    >
      <p>
        You get a new token with the same description, permissions and networks. It replaces{" "}
        <strong>{token.description}</strong> <code>{tokenPrefix(token)}</code>.
      </p>
      <fieldset class="picker">
        <legend>How long should the old token keep working?</legend>
        <div class="choices">
          {overlaps.map(([seconds, label, hint]) => (
            <label key={seconds} class="choice">
              <input type="radio" name={name} checked={seconds === overlap} onChange={() => setOverlap(seconds)} />
              <span>
                <strong>{label}</strong>
                <small>{hint}</small>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <p>If anyone uses the old token after that, the new one is revoked too, because the secret may have leaked.</p>
    </Confirm>
  );
}
