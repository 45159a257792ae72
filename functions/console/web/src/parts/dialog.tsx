import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Problem } from "../api/problem";
import { isHeld, useHold } from "../router/navigation";
import { Button, IconButton } from "./button";
import { ProblemNotice } from "./notice";
import { usePaneTitle } from "./title";
import { clearToasts, Toasts, useToastPlace } from "./toast";

interface ModalProps {
  readonly title: string;
  readonly kind: "pane" | "dialog";
  readonly class?: string;
  readonly alert?: boolean;
  /** Whether a request is running whose answer the person must see. */
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly footer: ComponentChildren;
}

/**
 * A modal dialog element. The rest of the page is inert, and Escape or a click outside calls onClose. While it is busy, or
 * a form in it holds the page (useHold), it does not close and the browser does not go back, so that nobody misses the
 * answer, such as a secret that is shown once. Afterwards, the focus returns to the element that had it, or to the page's
 * heading if that element is gone.
 */
function Modal({ title, kind, class: className = "", alert = false, busy, onClose, children, footer }: ModalProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useHold(busy);
  usePaneTitle(kind === "pane" ? title : undefined);
  const place = useToastPlace();
  useLayoutEffect(() => {
    const dialog = element.current;
    const opener = document.activeElement;
    clearToasts();
    dialog?.showModal();
    return () => {
      dialog?.close();
      returnFocus(opener);
    };
  }, []);
  const close = () => {
    if (!isHeld()) onClose();
  };
  const onCancelEvent = (event: Event) => {
    event.preventDefault();
    close();
  };
  const onMouseDown = (event: MouseEvent) => {
    if (event.target === element.current) close();
  };
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a click on the backdrop arrives at the dialog; the keyboard has Escape
    <dialog
      ref={element}
      class={`${kind} ${className}`}
      role={alert ? "alertdialog" : undefined}
      aria-labelledby={heading}
      onCancel={onCancelEvent}
      onMouseDown={onMouseDown}
    >
      <div class="modal">
        <header>
          <h2 id={heading}>{title}</h2>
          {kind === "pane" && <IconButton icon="close" label="Close" onClick={close} />}
        </header>
        <Toasts place={place} />
        <div class="modal-body">{children}</div>
        <footer>{footer}</footer>
      </div>
    </dialog>
  );
}

function returnFocus(opener: Element | null): void {
  requestAnimationFrame(() => {
    const target =
      opener instanceof HTMLElement && opener !== document.body && opener.isConnected
        ? opener
        : document.querySelector("h1");
    if (document.querySelector("dialog:modal") === null || target?.closest("dialog")) target?.focus();
  });
}

interface PaneProps {
  readonly title: string;
  /** Whether a request is running. The pane does not close then. */
  readonly busy?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly footer: ComponentChildren;
}

/** A pane at the side, for details. */
export function Pane({ busy = false, ...props }: PaneProps) {
  return <Modal kind="pane" busy={busy} {...props} />;
}

interface DialogProps extends PaneProps {
  readonly class?: string;
}

/** A dialog in the middle of the page, without a question. */
export function Dialog({ busy = false, ...props }: DialogProps) {
  return <Modal kind="dialog" busy={busy} {...props} />;
}

interface FormPaneProps {
  readonly title: string;
  /** Whether the request of the form is running. The pane does not close then. */
  readonly busy: boolean;
  readonly cancelLabel?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** The button that sends the request. */
  readonly submit: ComponentChildren;
}

/** A pane at the side with a form, which can be canceled until it is sent. */
export function FormPane({ title, busy, cancelLabel = "Cancel", onClose, children, submit }: FormPaneProps) {
  return (
    <Pane
      title={title}
      busy={busy}
      onClose={onClose}
      footer={
        <>
          <Button disabled={busy} onClick={onClose}>
            {cancelLabel}
          </Button>
          {submit}
        </>
      }
    >
      {children}
    </Pane>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** The label of the confirming button, such as "Delete token". */
  readonly action: string;
  readonly danger?: boolean;
  /** Whether the action can't be confirmed yet. */
  readonly disabled?: boolean;
  /** Whether the request of the action is running. The dialog does not close then. */
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly cancelLabel?: string;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  /** Replaces onCancel for Escape and a click outside. If set, the focus starts on the confirming button. */
  readonly onDismiss?: () => void;
}

/** A dialog that confirms an action. The focus starts on the cancel button. */
export function Confirm({
  title,
  children,
  action,
  danger = false,
  disabled = false,
  busy,
  problem,
  cancelLabel = "Cancel",
  onConfirm,
  onCancel,
  onDismiss,
}: ConfirmProps) {
  return (
    <Modal
      kind="dialog"
      alert={danger}
      title={title}
      busy={busy}
      onClose={onDismiss ?? onCancel}
      footer={
        <>
          <Button disabled={busy} onClick={onCancel}>
            {cancelLabel}
          </Button>
          <Button
            kind={danger ? "danger" : "primary"}
            autofocus={onDismiss !== undefined}
            disabled={disabled || problem?.name === "last-owner"}
            busy={busy}
            onClick={onConfirm}
          >
            {action}
          </Button>
        </>
      }
    >
      {children}
      <ProblemNotice problem={problem} />
    </Modal>
  );
}
