import type { SessionCreated } from "../api/types";

/** The response to a sign-in of Grace Hopper, with the members that the console reads. */
export const created = {
  secret: "lhs_secret",
  session: { expiresAt: "2026-12-07T12:00:00Z" },
  user: { email: "grace@example.com" },
} as SessionCreated;
