import { endsSoon, leaseLeft } from "../words/time";

/** How much of a lease is left. The words beside it say the same, so it is for the eye only. */
export function LeaseBar({ leaseExpiresAt, now }: { readonly leaseExpiresAt: string; readonly now: number }) {
  const left = leaseLeft(leaseExpiresAt, now);
  return (
    <span class={`lease-bar ${endsSoon(leaseExpiresAt, now) ? "soon" : ""}`} aria-hidden="true">
      <i style={{ width: `${Math.max(3, left * 100)}%` }} />
    </span>
  );
}
