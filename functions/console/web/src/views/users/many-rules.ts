import type { Member, Membership, Role } from "../../api/types";
import type { SelectedAction } from "../../router/route";
import { article, canManage, capitalize, people, plural, roleRefusal } from "../../words/names";
import { sentence } from "../../words/sentence";

/** What can be done to many members at once. */
export type ManyKind = Exclude<SelectedAction, "assign">;

/** An action on many members. */
export interface ManyAction {
  readonly kind: ManyKind;
  /** The new role, of an action that changes roles. */
  readonly role?: Role;
}

/** Who acts. */
export interface Viewer {
  readonly id: string;
  readonly membership: Membership;
}

/** A member that an action skips. The reason ends a sentence: "already a Creator". */
export interface Skipped {
  readonly member: Member;
  readonly reason: string;
}

/** The members that an action affects, and those that it skips. */
export interface ManyPlan {
  readonly affected: readonly Member[];
  readonly skipped: readonly Skipped[];
}

/** Returns whom of some members an action concerns, in their order. */
export function planMany(action: ManyAction, members: readonly Member[], viewer: Viewer): ManyPlan {
  const affected: Member[] = [];
  const skipped: Skipped[] = [];
  for (const member of members) {
    const reason = skipReason(action, member, viewer);
    if (reason === undefined) affected.push(member);
    else skipped.push({ member, reason });
  }
  return { affected, skipped };
}

/** Returns why an action leaves a member out, or undefined if it does not. */
export function skipReason({ kind, role }: ManyAction, member: Member, { id, membership }: Viewer): string | undefined {
  if (kind === "resend" && member.status !== "invited") return "not invited";
  if (member.id === id) return "this is you";
  if (!canManage(membership, member)) return roleRefusal(membership, false, member, member.role);
  switch (kind) {
    case "role":
      if (role === undefined) return undefined;
      return member.role === role
        ? `already ${article(role)} ${capitalize(role)}`
        : roleRefusal(membership, false, member, role);
    case "disable":
      if (member.status === "invited") return "has not joined yet";
      return member.status === "disabled" ? "already disabled" : undefined;
    case "enable":
      if (member.status === "invited") return "has not joined yet";
      return member.status === "active" ? "already enabled" : undefined;
    default:
      return undefined;
  }
}

/** The words of an action on many members. */
export interface ManyWords {
  /** The title of the pane. */
  readonly title: string;
  /** The button that starts it, such as "Disable 12 people". */
  readonly button: string;
  /** What it means for the members. */
  readonly consequence: string;
  /** What was done to one of them. */
  readonly done: string;
  readonly danger: boolean;
}

/** Returns the words of an action on some members of an organization. */
export function manyWords({ kind, role }: ManyAction, affected: readonly Member[], organization: string): ManyWords {
  const who = people(affected.length);
  switch (kind) {
    case "role":
      return {
        title: "Change role",
        button: role === undefined ? "Change role" : `Give ${who} the role ${capitalize(role)}`,
        consequence:
          role === "deny"
            ? sentence`They lose access to ${organization}, and their tokens there stop working while the role is Deny.`
            : "The change takes effect immediately.",
        done: role === undefined ? "" : `Has the role ${capitalize(role)} now`,
        danger: role === "deny",
      };
    case "resend":
      return {
        title: "Resend invitations",
        button: `Resend to ${who}`,
        consequence: "Each of them gets the email again, and has 7 more days to accept.",
        done: "Sent",
        danger: false,
      };
    case "enable":
      return {
        title: "Enable users",
        button: `Enable ${who}`,
        consequence: sentence`They get access to ${organization} again, with the roles that they had. Tokens that have not expired work again.`,
        done: "Enabled",
        danger: false,
      };
    case "disable":
      return {
        title: "Disable users",
        button: `Disable ${who}`,
        consequence: sentence`They lose access to ${organization} immediately, and their tokens stop working. They keep their roles and solutions, and you can enable them again.`,
        done: "Disabled",
        danger: true,
      };
    case "remove":
      return {
        title: "Remove from organization",
        button: `Remove ${who}`,
        consequence: removalWords(affected, organization),
        done: "Removed",
        danger: true,
      };
  }
}

function removalWords(affected: readonly Member[], organization: string): string {
  const invited = affected.filter(({ status }) => status === "invited").length;
  if (invited > 0 && invited === affected.length)
    return "The links in their emails stop working. You can invite them again.";
  const loss = sentence`They lose their roles, solutions and tokens in ${organization} permanently. They'd need a new invitation to rejoin.`;
  if (invited === 0) return loss;
  const links = plural(
    invited,
    "One of them is invited; the link in that email stops working.",
    `${invited.toLocaleString("en-GB")} of them are invited; the links in their emails stop working.`,
  );
  return `${loss} ${links}`;
}
