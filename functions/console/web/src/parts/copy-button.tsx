import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icon";

interface CopyProps {
  /** The text to copy. */
  readonly text: string;
  /** The name of the text, such as "user id". */
  readonly what: string;
  readonly wide?: boolean;
  readonly onCopied?: () => void;
}

/** A button that copies a text and reports whether that worked. */
export function CopyButton({ text, what, wide = false, onCopied }: CopyProps) {
  const [state, setState] = useState<"ready" | "copied" | "failed">("ready");
  useEffect(() => {
    if (state === "ready") return undefined;
    const timer = setTimeout(() => setState("ready"), 3000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setState("copied");
        onCopied?.();
      },
      () => setState("failed"),
    );
  };
  const message = state === "copied" ? "Copied" : state === "failed" ? "Select and copy it by hand" : "";
  return (
    <span class="copy">
      <button
        type="button"
        class={wide ? "button plain" : "icon-button"}
        aria-label={`Copy ${what}`}
        title={`Copy ${what}`}
        onClick={copy}
      >
        <Icon name={state === "copied" ? "check" : "copy"} />
        {wide && <span aria-hidden="true">{state === "copied" ? "Copied" : "Copy"}</span>}
      </button>
      <span role="status" class={wide && state !== "failed" ? "visually-hidden" : "copied"}>
        {message}
      </span>
    </span>
  );
}

/** A full ID with a copy button. */
export function CopyableId({ id, what }: { readonly id: string; readonly what: string }) {
  return (
    <span class="copyable">
      <code>{id}</code>
      <CopyButton text={id} what={what} />
    </span>
  );
}
