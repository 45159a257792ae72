import type { LiveTokens } from "../api/live-tokens";
import type { Membership, Profile } from "../api/types";
import { can, hasAccess } from "../words/names";

/** Returns the membership in the organization to open if the address names none, or undefined if none gives access. */
export function startOrganization(me: Profile): Membership | undefined {
  const open = me.memberships.filter(hasAccess);
  const find = (id: string | undefined) => open.find((m) => m.organization.id === id);
  return (
    find(me.currentOrganization?.id) ??
    find(me.defaultOrganization?.id) ??
    open.find((m) => can(m, "management:login")) ??
    open[0]
  );
}

/** Returns the path of the first page: an organization, or else an invitation to one, or else the person's profile. */
export function startPath(me: Profile): string {
  const start = startOrganization(me) ?? me.memberships.find((m) => m.invitation && m.role !== "deny");
  return start ? `/${start.organization.id}` : "/profile";
}

/**
 * Returns the path of the first page of an organization: the person's tokens if they have any there, otherwise what their role
 * is for. It is undefined until the tokens have loaded.
 */
export function landingPath(membership: Membership, { tokens, problem }: Pick<LiveTokens, "tokens" | "problem">) {
  const { id } = membership.organization;
  if (can(membership, "tokens:own")) {
    if (!tokens && !problem) return undefined;
    if (tokens?.some(({ organization }) => organization.id === id)) return `/${id}/profile/tokens`;
  }
  return `/${id}/${can(membership, "members:view") ? "users" : "profile"}`;
}
/** Returns the path of the person's profile. In an organization without access, it belongs to no organization. */
export function profilePath(membership: Membership | undefined): string {
  return membership && hasAccess(membership) ? `/${membership.organization.id}/profile` : "/profile";
}
