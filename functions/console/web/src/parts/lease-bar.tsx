import { endsSoon, leaseLeft } from "../words/time";

interface LeaseBarProps {
  readonly leaseExpiresAt: string;
  readonly now: number;
  /** Milliseconds that the whole bar stands for; two weeks if not given. */
  readonly span?: number;
}

/** How much of a lease is left. The words beside it say the same, so it is for the eye only. */
export function LeaseBar({ leaseExpiresAt, now, span }: LeaseBarProps) {
  const left = leaseLeft(leaseExpiresAt, now, span);
  return (
    <span class={`lease-bar ${endsSoon(leaseExpiresAt, now) ? "soon" : ""}`} aria-hidden="true">
      <i style={{ width: `${Math.max(3, left * 100)}%` }} />
    </span>
  );
}
