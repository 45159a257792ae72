import { endsSoon, leaseLeft } from "../words/time";

interface LeaseBarProps {
  readonly leaseExpiresAt: string;
  readonly now: number;
  /** The time in milliseconds that the whole bar represents; two weeks by default. */
  readonly span?: number;
}

/** The time left of a lease as a bar. The text next to it says the same, so assistive technology skips the bar. */
export function LeaseBar({ leaseExpiresAt, now, span }: LeaseBarProps) {
  const left = leaseLeft(leaseExpiresAt, now, span);
  return (
    <span class={`lease-bar ${endsSoon(leaseExpiresAt, now) ? "soon" : ""}`} aria-hidden="true">
      <i style={{ width: `${Math.max(3, left * 100)}%` }} />
    </span>
  );
}
