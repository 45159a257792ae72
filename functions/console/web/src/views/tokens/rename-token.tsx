import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { Problem } from "../../api/problem";
import type { Token } from "../../api/types";
import { Button } from "../../parts/button";
import { Field } from "../../parts/field";
import { SaveProblem } from "../../parts/save-problem";
import { offerUndo } from "../../parts/undo";
import { useHold, useUnsaved } from "../../router/navigation";
import { useTokenOwner } from "./token-owner";
import { sentence } from "../../words/sentence";

interface RenameTokenProps {
  readonly token: Token;
  readonly onRenamed: (token: Token) => void;
  /** Loads the token again, because it was renamed elsewhere. */
  readonly onReload: () => void;
}

/** The description of a token, which can be changed in place. */
export function RenameToken({ token, onRenamed, onReload }: RenameTokenProps) {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  useEffect(() => {
    if (!editing && wasEditing.current) button.current?.focus();
    wasEditing.current = editing;
  }, [editing]);
  if (!editing) {
    return (
      <span class="rename">
        <bdi>{token.description}</bdi>
        <button
          ref={button}
          type="button"
          class="text-button"
          aria-label="Rename this token"
          onClick={() => setEditing(true)}
        >
          Rename
        </button>
      </span>
    );
  }
  return (
    <RenameForm
      token={token}
      onRenamed={(renamed) => {
        setEditing(false);
        onRenamed(renamed);
      }}
      onReload={() => {
        setEditing(false);
        onReload();
      }}
      onCancel={() => setEditing(false)}
    />
  );
}

interface RenameFormProps extends RenameTokenProps {
  readonly onCancel: () => void;
}

function RenameForm({ token, onRenamed, onReload, onCancel }: RenameFormProps) {
  // The version that the person saw when they began. A version that is loaded meanwhile does not count as seen.
  const [{ description: before, version }] = useState(token);
  const [description, setDescription] = useState(before);
  const changed = description.trim() !== before;
  const { operations } = useTokenOwner();
  const saved = useUnsaved(changed);
  const rename = useAction(
    async () => {
      const renamed = await operations.rename(token.id, description, version);
      offerUndo(sentence`The token is now called ${renamed.description}.`, async () => {
        await operations.rename(token.id, before, renamed.version);
        return sentence`The token is called ${before} again.`;
      });
      return renamed;
    },
    (renamed) => {
      saved();
      onRenamed(renamed);
    },
  );
  useHold(rename.busy);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const fieldProblem = rename.problem?.field("description");
  return (
    <form
      ref={form}
      class="rename-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (changed) rename.run();
        else onCancel();
      }}
    >
      <Field
        label="Description"
        hideLabel
        value={description}
        onInput={setDescription}
        maxLength={200}
        required
        problem={fieldProblem}
      />
      {!fieldProblem && <SaveProblem problem={inWords(rename.problem)} onReload={onReload} />}
      <span class="row">
        <Button type="submit" kind="primary" busy={rename.busy} disabled={description.trim() === ""}>
          Save
        </Button>
        <Button kind="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </span>
    </form>
  );
}

/** Says of a token that is gone what to do about that. */
function inWords(problem: Problem | undefined): Problem | undefined {
  if (problem?.status !== 404) return problem;
  return new Problem(problem.name, problem.status, problem.title, "This token is no longer listed. Close the pane.");
}
