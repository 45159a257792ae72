import { useLayoutEffect, useState } from "preact/hooks";

const panes = new Map<symbol, string>();
let page = "";

function show(): void {
  document.title = [...[...panes.values()].reverse(), page].join(" · ");
}

/** Sets the title of the page, which the title of the document ends with. */
export function usePageTitle(title: string): void {
  useLayoutEffect(() => {
    page = title;
    show();
  }, [title]);
}

/** Puts the title of a pane before that of the page, until the pane closes. Without a title, nothing changes. */
export function usePaneTitle(title: string | undefined): void {
  const [pane] = useState(Symbol);
  useLayoutEffect(() => {
    if (title === undefined) return undefined;
    panes.set(pane, title);
    show();
    return () => {
      panes.delete(pane);
      show();
    };
  }, [pane, title]);
}
