import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/** Calls `leave` when something outside of an element is clicked or gets the focus, as long as `active`. */
export function useOutside(element: RefObject<HTMLElement | null>, active: boolean, leave: () => void): void {
  useEffect(() => {
    if (!active) return undefined;
    const onOutside = (event: Event) => {
      if (!element.current?.contains(event.target as Node)) leave();
    };
    document.addEventListener("pointerdown", onOutside);
    document.addEventListener("focusin", onOutside);
    return () => {
      document.removeEventListener("pointerdown", onOutside);
      document.removeEventListener("focusin", onOutside);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- it only closes what is open, so a function of an earlier render does
  }, [active]);
}
