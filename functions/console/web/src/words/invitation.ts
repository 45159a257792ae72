import type { ReceivedInvitation } from "../api/types";
import { article, capitalize } from "./names";
import { sentence } from "./sentence";

/** Returns who invited the person and as what: "Lea invited you as a Creator." */
export function invitationSentence({ invitedBy, role }: Pick<ReceivedInvitation, "invitedBy" | "role">): string {
  const invited = `${article(role)} ${capitalize(role)}`;
  return invitedBy
    ? sentence`${invitedBy.displayName} (${invitedBy.email}) invited you as ${invited}.`
    : sentence`You are invited as ${invited}.`;
}
