interface SkeletonRowsProps {
  readonly rows?: number;
  /** Whether the table will have a header row. */
  readonly head?: boolean;
}

/** The outline of a table that is loading, with rows of the same height. */
export function SkeletonRows({ rows = 6, head = false }: SkeletonRowsProps) {
  return (
    <div class="skeleton-rows" role="status" aria-label="Loading">
      {head && <div class="skeleton-head" />}
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="skeleton-row">
          <i class="skeleton-line short" />
          <i class="skeleton-line long" />
          <i class="skeleton-line short" />
        </div>
      ))}
    </div>
  );
}

/** The outline of a form or card that is loading. */
export function SkeletonCard({ lines = 4 }: { readonly lines?: number }) {
  return (
    <div class="card skeleton-card" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <i key={i} class={`skeleton-line ${i % 2 ? "long" : "short"}`} />
      ))}
    </div>
  );
}

/** The outline of a view that is about to be shown, with its heading. */
export function ViewOutline() {
  return (
    <div class="view-outline" role="status" aria-label="Loading">
      <i class="skeleton-line title" />
      <div class="card skeleton-card">
        <i class="skeleton-line long" />
        <i class="skeleton-line short" />
        <i class="skeleton-line long" />
      </div>
    </div>
  );
}
