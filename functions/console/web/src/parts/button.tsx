import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

interface ButtonProps {
  readonly children: ComponentChildren;
  /** The accessible name, if the text alone does not say what the button is about. It contains the text. */
  readonly label?: string;
  readonly kind?: "primary" | "plain" | "quiet" | "danger" | "danger-plain";
  readonly icon?: IconName;
  readonly type?: "button" | "submit";
  readonly form?: string;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly autofocus?: boolean;
  readonly onClick?: () => void;
}

/** A button. While busy it keeps its width and focus, announces the state and ignores clicks. */
export function Button({
  children,
  label,
  kind = "plain",
  icon,
  type = "button",
  form,
  busy = false,
  disabled = false,
  autofocus = false,
  onClick,
}: ButtonProps) {
  return (
    <button
      type={type}
      form={form}
      class={`button ${kind}`}
      disabled={disabled}
      autofocus={autofocus}
      aria-label={label}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : onClick}
    >
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly class?: string;
  readonly onClick: () => void;
}

/** A button with an icon only. The label is its accessible name. */
export function IconButton({ icon, label, class: className = "", onClick }: IconButtonProps) {
  return (
    <button type="button" class={`icon-button ${className}`} aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
