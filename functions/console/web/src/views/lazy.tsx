import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLoad } from "../api/load";
import { queryKey } from "../api/query-key";
import { Pane } from "../parts/dialog";
import { LoadFailure } from "../parts/notice";
import { SkeletonCard } from "../parts/skeleton";
import { closeOverlay } from "../router/navigation";

const loaders: (() => Promise<unknown>)[] = [];

/** What is shown while code is loading or can't be loaded. */
interface Substitutes {
  readonly outline: ComponentChildren;
  readonly failed: (failure: ComponentChildren) => ComponentChildren;
}

const forView: Substitutes = { outline: <SkeletonCard lines={6} />, failed: (failure) => failure };

const forOverlay: Substitutes = {
  outline: null,
  failed: (failure) => (
    <Pane title="Not loaded" onClose={() => closeOverlay()} footer={null}>
      {failure}
    </Pane>
  ),
};

/** For what may turn out to show nothing. */
export const forExtra: Substitutes = { outline: null, failed: () => null };

/** Returns what opens over a page, whose code is loaded like that of a view. */
export function lazyOverlay<P extends object>(name: string, load: () => Promise<ComponentType<P>>): ComponentType<P> {
  return lazy(name, load, forOverlay);
}

/** Returns a view whose code is loaded when it is first shown, or before by loadViews. `name` identifies it. */
export function lazy<P extends object>(
  name: string,
  load: () => Promise<ComponentType<P>>,
  { outline, failed } = forView,
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
    if (loaded.problem) return <>{failed(<LoadFailure problem={loaded.problem} onRetry={loaded.reload} />)}</>;
    return <>{outline}</>;
  }
  return Lazy;
}

/** Loads the code of all views, so that opening one takes no longer than its data, also offline. */
export function loadViews(): void {
  for (const load of loaders) void load().catch(() => undefined);
}
