import { endsSoon, leaseLeft } from "../words/time";

interface LeaseBarProps {
  readonly leaseExpiresAt: string;
  readonly now: number;
}

/**
 * The time left of a lease as a bar. The whole bar is 28 days and has a mark at 14, so that the same length always means the same
 * time. A longer lease ends in dashes. The text next to it says the same, so assistive technology skips the bar.
 */
export function LeaseBar({ leaseExpiresAt, now }: LeaseBarProps) {
  const left = leaseLeft(leaseExpiresAt, now);
  const state = left > 1 ? "beyond" : endsSoon(leaseExpiresAt, now) ? "soon" : "";
  return (
    <span class={`lease-bar ${state}`} aria-hidden="true">
      <i style={{ width: `${Math.min(100, Math.max(3, left * 100))}%` }} />
    </span>
  );
}
