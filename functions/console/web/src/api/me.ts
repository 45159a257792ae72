import { signal as newSignal } from "../signal";
import { call } from "./client";
import type { Membership, Profile } from "./types";

/** Counts the refusals for want of a permission. After each, the console reads the profile again, which has the permissions. */
export const refusals = newSignal(0);

/** Reads the person's profile. Their open invitations come among the memberships, as the console offers both to enter. */
export async function readMe(signal: AbortSignal): Promise<Profile> {
  const [me, invitations] = await Promise.all([
    call("get", "/me", { signal }),
    call("get", "/me/invitations", { signal, query: { limit: 100 } }),
  ]);
  const invited = invitations.items.map((invitation): Membership => ({
    organization: invitation.organization,
    role: invitation.role,
    status: "invited",
    permissions: [],
    solutionCount: 0,
    invitation,
  }));
  return { ...me, memberships: [...me.memberships, ...invited] };
}
