import type { ComponentChildren } from "preact";

interface RowTextProps {
  readonly children: ComponentChildren;
  readonly class?: string;
  /** The whole text, if the row may cut it off. */
  readonly title?: string;
}

/**
 * Text in a row that is a link as a whole. It lies above the link, so that it can be selected and copied. A click on it follows
 * the link, unless it ends a selection. The keyboard has the link itself.
 */
export function RowText({ children, class: className = "", title }: RowTextProps) {
  const follow = (event: MouseEvent) => {
    const text = event.currentTarget as HTMLElement;
    if (getSelection()?.isCollapsed === false) return;
    const link = text.closest("tr")?.querySelector<HTMLElement>(".row-link");
    // Modifier keys open it in a new tab, like any link.
    const { ctrlKey, metaKey, shiftKey, altKey } = event;
    link?.dispatchEvent(
      new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey, altKey }),
    );
  };
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the row has a link
    <span class={`row-text ${className}`} title={title} onClick={follow}>
      <bdi>{children}</bdi>
    </span>
  );
}
