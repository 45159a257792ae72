import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLoad } from "../api/load";
import { queryKey } from "../api/query-key";
import { LoadFailure } from "../parts/notice";
import { SkeletonCard } from "../parts/skeleton";

const loaders: (() => Promise<unknown>)[] = [];

/**
 * Returns a view whose code is loaded when it is first shown, or before by loadViews. `name` identifies it. An outline takes its
 * place meanwhile, unless it may turn out to show nothing.
 */
export function lazy<P extends object>(
  name: string,
  load: () => Promise<ComponentType<P>>,
  { outline = true } = {},
): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  const loadOnce = async () => (known ??= await load());
  loaders.push(loadOnce);

  function Lazy(props: P) {
    const loaded = useLoad({ key: queryKey("code", name), load: async () => ({ View: await loadOnce() }) });
    const View = known ?? loaded.data?.View;
    const wasMissing = useRef(View === undefined);
    useEffect(() => {
      // The heading gets the focus when a view opens, and there was none.
      if (!View || !wasMissing.current) return;
      wasMissing.current = false;
      if (document.activeElement === document.body) document.querySelector("h1")?.focus();
    }, [View]);
    if (View) return <View {...props} />;
    if (!outline) return null;
    if (loaded.problem) return <LoadFailure problem={loaded.problem} onRetry={loaded.reload} />;
    return <SkeletonCard lines={6} />;
  }
  return Lazy;
}

/** Loads the code of all views, so that opening one takes no longer than its data, also offline. */
export function loadViews(): void {
  for (const load of loaders) void load().catch(() => undefined);
}
