import { Confirm } from "../parts/dialog";
import { unsavedPrompt } from "../router/navigation";
import { useSignal } from "../signal";

/** The dialog that confirms discarding unsaved changes. */
export function UnsavedDialog() {
  const prompt = useSignal(unsavedPrompt);
  if (!prompt) return null;
  const discard = () => {
    unsavedPrompt.set(undefined);
    prompt.proceed();
  };
  return (
    <Confirm
      title={prompt.title}
      action={prompt.discardLabel}
      cancelLabel={prompt.keepLabel}
      danger
      busy={false}
      problem={undefined}
      onConfirm={discard}
      onCancel={() => unsavedPrompt.set(undefined)}
    >
      <p>{prompt.text}</p>
    </Confirm>
  );
}
