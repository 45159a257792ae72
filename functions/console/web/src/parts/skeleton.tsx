interface SkeletonRowsProps {
  readonly rows?: number;
  /** Whether the rows will have a head. */
  readonly head?: boolean;
}

/** Grey lines where a table is about to be, as high as its rows and its head. */
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

/** Grey lines where a form or a detail is about to be. */
export function SkeletonCard({ lines = 4 }: { readonly lines?: number }) {
  return (
    <div class="card skeleton-card" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <i key={i} class={`skeleton-line ${i % 2 ? "long" : "short"}`} />
      ))}
    </div>
  );
}
