import { describe, expect, it } from "vitest";
import type { Membership, Profile, Token } from "../api/types";
import { landingPath, profilePath, startPath } from "./landing";

const membership = (id: string, more: Partial<Membership> = {}): Membership => ({
  organization: { id, name: id },
  role: "creator",
  status: "active",
  permissions: ["management:login", "members:view", "tokens:own"],
  solutionCount: 0,
  ...more,
});
const user: Partial<Membership> = { role: "user", permissions: ["profile:self"] };
const invited = (id: string, role: Membership["role"] = "user") => {
  const organization = { id, name: id };
  const invitation = { organization, role, invitedAt: "2026-12-01T12:00:00Z", expiresAt: "2026-12-08T12:00:00Z" };
  return membership(id, { role, status: "invited", permissions: [], invitation });
};
const me = (memberships: readonly Membership[], more: Partial<Profile> = {}) => ({ memberships, ...more }) as Profile;
const tokenIn = (id: string) => ({ organization: { id, name: id } }) as Token;

describe("where a person starts", () => {
  it("is the current organization", () => {
    const current = { id: "org_b", name: "org_b" };
    expect(startPath(me([membership("org_a"), membership("org_b", user)], { currentOrganization: current }))).toBe(
      "/org_b",
    );
  });
  it("is never an organization without access", () => {
    const current = { id: "org_b", name: "org_b" };
    const denied = membership("org_b", { role: "deny", permissions: [] });
    expect(startPath(me([denied, membership("org_a", user)], { currentOrganization: current }))).toBe("/org_a");
  });
  it("is an invitation if there is nothing else", () => {
    expect(startPath(me([membership("org_a", { status: "disabled" }), invited("org_b")]))).toBe("/org_b");
  });
  it("is the organization rather than an invitation", () => {
    expect(startPath(me([invited("org_b"), membership("org_a", user)]))).toBe("/org_a");
  });
  it("is the profile of a person who belongs to nothing", () => {
    expect(startPath(me([]))).toBe("/profile");
    expect(startPath(me([invited("org_a", "deny")]))).toBe("/profile");
  });
});

describe("where a person lands in an organization", () => {
  const loaded = (...ids: string[]) => ({ tokens: ids.map(tokenIn), problem: undefined });
  it("is their tokens there", () =>
    expect(landingPath(membership("org_a"), loaded("org_b", "org_a"))).toBe("/org_a/profile/tokens"));
  it("is the list of users if all tokens are elsewhere", () =>
    expect(landingPath(membership("org_a"), loaded("org_b"))).toBe("/org_a/users"));
  it("is not known until the tokens have loaded", () =>
    expect(landingPath(membership("org_a"), { tokens: undefined, problem: undefined })).toBeUndefined());
  it("is the profile of a User, who needs no tokens for it", () =>
    expect(landingPath(membership("org_a", user), { tokens: undefined, problem: undefined })).toBe("/org_a/profile"));
});

it("the profile belongs to no organization where there is no access", () => {
  expect(profilePath(membership("org_a"))).toBe("/org_a/profile");
  expect(profilePath(membership("org_a", { role: "deny" }))).toBe("/profile");
  expect(profilePath(undefined)).toBe("/profile");
});
