import { sentence } from "./sentence";

/** The sentences about tokens that depend on whose tokens they are. */
export interface OwnerWords {
  /** What a token is, above the list. */
  readonly lead: string;
  /** What a token is for, in place of an empty list. */
  readonly purpose: string;
  /** Why a token is suspended. */
  readonly suspended: string;
  /** What a token that only reads can do. */
  readonly readOnly: string;
  /** What a token can do unless permissions are chosen. */
  readonly byDefault: string;
  /** Which permissions a token has only if they are chosen, and what that risks. */
  readonly managing: string;
  readonly managingRisk: string;
  /** That a token has all permissions of its owner. */
  readonly allPermissions: string;
  /** Who can rotate a token that does not rotate itself. */
  readonly rotatedBy: string;
}

/** The sentences about the person's own tokens. */
export const ownWords: OwnerWords = {
  lead: "A token acts for you in one organization. It expires after two weeks without use.",
  purpose: "With a personal access token a script can call the API in your name.",
  suspended: "A token is suspended while your role or the organization's token policy doesn't allow it.",
  readOnly: "Can see what you can see in this organization, but can't change anything.",
  byDefault: "What your role allows, except managing people and the organization.",
  managing: "Managing people and the organization",
  managingRisk: "Anyone who gets hold of such a token can manage your organization.",
  allPermissions: "All of your permissions",
  rotatedBy: "Only you can rotate it",
};

/** Returns the sentences about the tokens of a service account. */
export function accountWords(name: string, organization: string): OwnerWords {
  return {
    lead: sentence`A token acts as ${name} in ${organization}. It expires after two weeks without use.`,
    purpose: sentence`With a personal access token a script can call the API as ${name}.`,
    suspended: sentence`A token is suspended while ${name} is disabled, or the organization's token policy doesn't allow it.`,
    readOnly: sentence`Can see what ${name} can see in this organization, but can't change anything.`,
    byDefault: sentence`What the role of ${name} allows, except assigning people to solutions.`,
    managing: "Assigning people to solutions",
    managingRisk: "Anyone who gets hold of such a token can change who uses your solutions.",
    allPermissions: "All permissions of the service account",
    rotatedBy: "Only the Owners and Admins who manage the service account can rotate it",
  };
}
