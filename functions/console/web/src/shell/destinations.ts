import type { Membership, Permission } from "../api/types";
import type { IconName } from "../parts/icon";
import { can, hasAccess } from "../words/names";

/** A view that the sidebar, the keyboard shortcuts and the command menu lead to. */
export interface Destination {
  /** The path within an organization. */
  readonly path: "users" | "solutions" | "audit" | "settings" | "profile" | "profile/tokens";
  readonly text: string;
  readonly icon: IconName;
  /** The key that opens it after "g". */
  readonly key: string;
  /** The permission that it requires. Without one, access to the organization is enough. */
  readonly permission?: Permission;
}

const all: readonly Destination[] = [
  { path: "users", text: "Users", icon: "users", key: "u", permission: "members:view" },
  { path: "solutions", text: "Solutions", icon: "solutions", key: "s", permission: "solutions:view-own" },
  { path: "audit", text: "Audit", icon: "audit", key: "a", permission: "audit:view" },
  { path: "settings", text: "Settings", icon: "settings", key: "o", permission: "organization:manage" },
  { path: "profile", text: "My profile", icon: "user", key: "p" },
  { path: "profile/tokens", text: "My tokens", icon: "token", key: "t", permission: "tokens:own" },
];

/** Returns the destinations that a member may open. */
export function destinations(membership: Membership): readonly Destination[] {
  return all.filter((destination) => mayOpen(membership, destination));
}

/** Reports whether a member may open something. If it requires no permission, access to the organization is enough. */
export function mayOpen(membership: Membership, { permission }: Pick<Destination, "permission">): boolean {
  return permission ? can(membership, permission) : hasAccess(membership);
}
