import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

/** How far the pointer moves at most during a click, in pixels. */
const CLICK_DISTANCE = 4;

interface RowTextProps {
  readonly children: ComponentChildren;
  readonly class?: string;
  /** The whole text, if the row may cut it off. */
  readonly title?: string;
}

/**
 * Text in a row that is a link as a whole. It lies above the link, so that it can be selected and copied. A click on it follows
 * the link; dragging selects. The keyboard has the link itself.
 */
export function RowText({ children, class: className = "", title }: RowTextProps) {
  const start = useRef({ x: 0, y: 0 });
  const follow = (event: MouseEvent) => {
    const text = event.currentTarget as HTMLElement;
    const { x, y } = start.current;
    if (Math.abs(event.clientX - x) + Math.abs(event.clientY - y) > CLICK_DISTANCE) return;
    const link = text.closest("tr")?.querySelector<HTMLElement>(".row-link");
    // Modifier keys open it in a new tab, like any link.
    const { ctrlKey, metaKey, shiftKey, altKey } = event;
    link?.dispatchEvent(
      new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey, altKey }),
    );
  };
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the row has a link
    <span
      class={`row-text ${className}`}
      title={title}
      onMouseDown={(event) => (start.current = { x: event.clientX, y: event.clientY })}
      onClick={follow}
    >
      <bdi>{children}</bdi>
    </span>
  );
}
