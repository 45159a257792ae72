import type { ComponentChildren } from "preact";
import { consoleBase } from "../base";
import { navigate } from "./navigation";

interface LinkProps {
  /** The path after "/console". */
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly label?: string;
  readonly current?: "page" | undefined;
  readonly onFollow?: () => void;
}

/** A link inside the console. Modifier keys open it in a new tab, like any link. */
export function Link({ to, children, class: className, label, current, onFollow }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onFollow?.();
    navigate(to);
  };
  return (
    <a href={consoleBase + to} class={className} aria-label={label} aria-current={current} onClick={follow}>
      {children}
    </a>
  );
}
