import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Solution } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Pane } from "../../parts/dialog";
import { Field } from "../../parts/field";
import { SaveProblem } from "../../parts/save-problem";
import { showToast } from "../../parts/toast";
import { useUnsaved } from "../../router/navigation";
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
  const [name, setName] = useState(solution.name);
  const [description, setDescription] = useState(solution.description);
  const saved = useUnsaved(name !== solution.name || description !== solution.description);
  const save = useAction(async () => {
    const changed = await call("patch", "/organizations/{org}/solutions/{solution}", {
      path: { org, solution: solution.id },
      body: { name, description },
      version: solution.version,
    });
    saved();
    showToast(sentence`${changed.name} has been saved.`);
    onClose();
    onChanged(changed);
  });
  const shownAtField = save.problem?.field("name") ?? save.problem?.field("description");
  return (
    <Pane
      title="Edit solution"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="edit-solution" busy={save.busy}>
            Save
          </Button>
        </>
      }
    >
      <form
        id="edit-solution"
        onSubmit={(event) => {
          event.preventDefault();
          save.run();
        }}
      >
        <Field label="Name" value={name} onInput={setName} required autofocus problem={save.problem?.field("name")} />
        <Field
          label="Description"
          value={description}
          onInput={setDescription}
          maxLength={200}
          problem={save.problem?.field("description")}
        />
        {!shownAtField && <SaveProblem problem={save.problem} onReload={onReload} />}
      </form>
    </Pane>
  );
}
