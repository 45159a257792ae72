import type { Membership } from "../api/types";
import { date } from "./time";

/** How long an Owner can restore a deleted organization, in days. The API's limit. */
const RESTORABLE_DAYS = 14;

/** Reports whether the organization of a membership has been deleted. Only Owners see such memberships. */
export function isDeleted(membership: Membership): boolean {
  return membership.deletedAt !== undefined;
}

/** Returns the last day on which an organization that is deleted now can be restored, such as "11 Dec 2026". */
export function restorableUntil(now: number): string {
  return date(new Date(now + RESTORABLE_DAYS * 86_400_000).toISOString());
}

/** Returns the day on which a deleted organization will be removed, such as "11 Dec 2026". */
export function removalDay({ removedAt }: Pick<Membership, "removedAt">): string {
  return removedAt === undefined ? "a date that is not known" : date(removedAt);
}

/** Reports whether a typed text is the name of an organization, as the confirmation of its deletion requires. */
export function confirmsName(typed: string, name: string): boolean {
  return typed.trim().normalize("NFC") === name;
}

/** Returns a profile in which an organization is deleted, before the API has been asked for the profile again. */
export function withDeletion<P extends { readonly memberships: readonly Membership[] }>(
  me: P,
  { id, deletedAt, removedAt }: { readonly id: string; readonly deletedAt?: string; readonly removedAt?: string },
): P {
  if (deletedAt === undefined || removedAt === undefined) return me;
  const memberships = me.memberships.map((m): Membership =>
    m.organization.id === id ? { ...m, permissions: [], deletedAt, removedAt } : m,
  );
  return { ...me, memberships };
}
