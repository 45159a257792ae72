import type { Profile } from "./types";

/** A profile as a change answered it, with the invitations that were known before. */
export function withInvitations(me: Profile, before: Profile): Profile {
  const known = new Set(me.memberships.map((m) => m.organization.id));
  const invited = before.memberships.filter((m) => m.status === "invited" && !known.has(m.organization.id));
  return { ...me, memberships: [...me.memberships, ...invited] };
}
