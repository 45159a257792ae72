import type { components, operations } from "./schema.gen";

type Schemas = components["schemas"];

/** A person's own profile, with the open invitations among the memberships. */
export type Profile = Omit<Schemas["Profile"], "memberships"> & { readonly memberships: readonly Membership[] };
export type ProfileUpdate = Schemas["ProfileUpdate"];
/** A person's membership, with the invitation that they have not answered yet. */
export type Membership = Schemas["ProfileMembership"] & { readonly invitation?: ReceivedInvitation };
export type ReceivedInvitation = Schemas["ReceivedInvitation"];
export type Organization = Schemas["Organization"];
export type OrganizationRef = Schemas["OrganizationRef"];
export type Member = Schemas["Member"];
export type MemberTokens = Schemas["MemberTokens"];
export type Role = Schemas["Role"];
export type InvitationState = Schemas["InvitationState"];
export type MembershipStatus = Schemas["MembershipStatus"];
export type PermissionKind = Schemas["PermissionKind"];
export type Permission = Schemas["Permission"];
export type RoleDescription = Schemas["RoleDescription"];
export type Token = Schemas["Token"];
export type TokenPolicy = Schemas["TokenPolicy"];
export type TokenPolicyUpdate = Schemas["TokenPolicyUpdate"];
export type RoleMatrix = Schemas["RoleMatrix"];
export type UseOrigin = Schemas["UseOrigin"];
export type NewToken = Schemas["ServiceAccountTokenCreate"];
export type TokenExtended = Schemas["TokenExtended"];
export type ServiceAccount = Schemas["ServiceAccount"];
export type TokenCreated = Schemas["TokenCreated"];
export type Solution = Schemas["Solution"];
export type SolutionRole = Schemas["SolutionRole"];
export type MemberSolution = Schemas["MemberSolution"];
export type AssignmentExpected = Schemas["AssignmentExpected"];
export type Assignment = Schemas["Assignment"];
export type AuditAction = Schemas["AuditAction"];
export type AuditEntry = Schemas["AuditEntry"];
export type SignIn = Schemas["SignIn"];
export type ProfileExport = Schemas["ProfileExport"];
export type OwnSession = Schemas["OwnSession"];
export type SessionCreated = Schemas["SessionCreated"];

type FilterOf<O extends keyof operations> = operations[O] extends { parameters: { query?: infer Q } }
  ? Readonly<Omit<NonNullable<Q>, "limit" | "cursor" | "count">>
  : never;

export type MemberFilter = FilterOf<"member-list">;
export type AuditFilter = FilterOf<"audit-list">;

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
  /** How far back the audit log has been read, if the page says so. */
  readonly searchedBackTo?: string;
}
