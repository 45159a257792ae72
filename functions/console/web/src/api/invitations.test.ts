import { expect, test } from "vitest";
import { withInvitations } from "./invitations";
import type { Membership, Profile } from "./types";

const membership = (id: string, status: Membership["status"]): Membership => ({
  organization: { id, name: id },
  role: "user",
  status,
  permissions: [],
  solutionCount: 0,
});
const profile = (...memberships: Membership[]): Profile => ({
  id: "usr_1",
  firstName: "",
  lastName: "",
  displayName: "Ada",
  notices: { lapse: true, expiry: true },
  email: "ada@example.com",
  createdAt: "2026-01-01T00:00:00Z",
  version: 1,
  memberships,
});

test("a change keeps the invitations that are still open and drops the one that it accepted", () => {
  const before = profile(membership("org_1", "active"), membership("org_2", "invited"), membership("org_3", "invited"));
  const after = withInvitations(profile(membership("org_1", "active"), membership("org_2", "active")), before);
  expect(after.memberships.map((m) => [m.organization.id, m.status])).toEqual([
    ["org_1", "active"],
    ["org_2", "active"],
    ["org_3", "invited"],
  ]);
});
