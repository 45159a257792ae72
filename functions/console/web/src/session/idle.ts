import { lapses } from "./end-reason";

/** Milliseconds of inactivity after which a tab signs out. */
export const IDLE_LIMIT = 30 * 60_000;
/** Milliseconds before the sign-out during which a warning is shown. */
export const WARNING = 2 * 60_000;

/** The activity state of a tab. `left` is the time until sign-out, in milliseconds. */
export type IdleState =
  | { readonly kind: "active" }
  | { readonly kind: "idle"; readonly left: number }
  | { readonly kind: "expiring"; readonly left: number }
  | { readonly kind: "ended"; readonly reason: string };

/** Returns the state at `now`, given the last activity and the session's expiry, all in milliseconds. */
export function idleState(now: number, lastActivity: number, expiresAt: number): IdleState {
  const idleLeft = lastActivity + IDLE_LIMIT - now;
  const left = expiresAt - now;
  if (left <= 0) return { kind: "ended", reason: lapses.expired };
  if (idleLeft <= 0) return { kind: "ended", reason: lapses.inactive };
  if (idleLeft <= WARNING && idleLeft < left) return { kind: "idle", left: idleLeft };
  if (left <= WARNING) return { kind: "expiring", left };
  return { kind: "active" };
}
