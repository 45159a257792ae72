import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon";
import { sentence } from "../words/sentence";

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
  const root = useRef<HTMLSpanElement>(null);
  const copy = () => {
    copyText(text, root.current ?? document.body).then(
      () => {
        setState("copied");
        onCopied?.();
      },
      () => setState("failed"),
    );
  };
  const message = state === "copied" ? "Copied" : state === "failed" ? "Select and copy it by hand" : "";
  return (
    <span class="copy" ref={root}>
      <button
        type="button"
        class={wide ? "button plain" : "icon-button"}
        aria-label={`Copy ${what}`}
        title={sentence`Copy ${what}`}
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

/** Copies a text. Browsers have no clipboard interface on pages without TLS, so there it copies a selection next to `place`. */
async function copyText(text: string, place: HTMLElement): Promise<void> {
  // The types say that it is always there.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) return clipboard.writeText(text);
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  // In a modal dialog, nothing outside it can be selected.
  place.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without the clipboard interface
  const copied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!copied) throw new Error("the browser did not copy");
}

interface CopyableProps {
  readonly id: string;
  readonly what: string;
}

/** A full ID with a copy button. */
export function CopyableId({ id, what }: CopyableProps) {
  return (
    <span class="copyable">
      <code>{id}</code>
      <CopyButton text={id} what={what} />
    </span>
  );
}

/** An email address with a copy button. */
export function CopyableEmail({ email }: { readonly email: string }) {
  return (
    <span class="copyable">
      <bdi>{email}</bdi>
      <CopyButton text={email} what="email" />
    </span>
  );
}
