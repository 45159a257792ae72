import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Solution } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { FormPane } from "../../parts/dialog";
import { useEdits } from "../../parts/edits";
import { Field } from "../../parts/field";
import { SaveProblem } from "../../parts/save-problem";
import { offerUndo } from "../../parts/undo";
import { sentence } from "../../words/sentence";

interface EditSolutionProps {
  readonly solution: Solution;
  readonly onChanged: (solution: Solution) => void;
  readonly onReload: () => void;
  readonly onClose: () => void;
}

/** Changes a solution's name and description. */
export function EditSolution({ solution, onChanged, onReload, onClose }: EditSolutionProps) {
  const { org } = useConsole();
  const edits = useEdits(solution.id, { name: solution.name, description: solution.description });
  const { name, description } = edits.values;
  const save = useAction(
    async () => {
      const changed = await call("patch", "/organizations/{org}/solutions/{solution}", {
        path: { org, solution: solution.id },
        body: { name, description },
        version: solution.version,
      });
      offerUndo(sentence`${changed.name} has been saved.`, async () => {
        const { id, ...before } = solution;
        await call("patch", "/organizations/{org}/solutions/{solution}", {
          path: { org, solution: id },
          body: { name: before.name, description: before.description },
          version: changed.version,
        });
        return sentence`${before.name} is as it was before.`;
      });
      onChanged(changed);
      return edits.values;
    },
    (sent) => {
      edits.saved(sent);
      // What was typed while the request was running has not been saved.
      if (name !== sent.name || description !== sent.description) return;
      edits.release();
      onClose();
    },
  );
  const shownAtField = save.problem?.field("name") ?? save.problem?.field("description");
  return (
    <FormPane
      title="Edit solution"
      busy={save.busy}
      onClose={onClose}
      submit={
        <Button kind="primary" type="submit" form="edit-solution" busy={save.busy}>
          Save
        </Button>
      }
    >
      <form
        id="edit-solution"
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <Field
          label="Name"
          value={name}
          onInput={(text) => edits.set({ name: text })}
          required
          autofocus
          problem={save.problem?.field("name")}
        />
        <Field
          label="Description"
          value={description}
          onInput={(text) => edits.set({ description: text })}
          maxLength={200}
          problem={save.problem?.field("description")}
        />
        {!shownAtField && (
          <SaveProblem
            problem={save.problem}
            onReload={() => {
              edits.undo();
              save.clearProblem();
              onReload();
            }}
          />
        )}
      </form>
    </FormPane>
  );
}
