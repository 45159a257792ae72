import { eachPage } from "../../api/each-page";
import type { ListQuery } from "../../api/queries";
import type { Member } from "../../api/types";
import { csvHead, csvLine } from "../../words/csv";
import { capitalize } from "../../words/names";

const columns: readonly (readonly [title: string, cell: (member: Member) => string | number | undefined])[] = [
  ["Display name", (m) => m.displayName],
  ["First name", (m) => m.firstName],
  ["Last name", (m) => m.lastName],
  ["Email", (m) => m.email],
  ["Phone", (m) => m.phone],
  ["Role", (m) => capitalize(m.role)],
  ["Status", (m) => capitalize(m.status)],
  ["Invitation", (m) => m.invitationState && capitalize(m.invitationState)],
  ["Solutions", (m) => m.solutionCount],
  ["Joined", (m) => m.joinedAt],
  ["Last seen (UTC)", (m) => m.lastSeenOn],
  ["Invited", (m) => m.invitedAt],
  ["Invitation expires", (m) => m.invitationExpiresAt],
  ["Service account", (m) => (m.serviceAccount ? "Yes" : "No")],
  ["User ID", (m) => m.id],
];

/**
 * Returns a CSV file of all members of a list, in parts of one page each. Times are in UTC (RFC 3339). onProgress gets the
 * number of members so far, after each page.
 */
export async function memberFile(
  list: ListQuery<Member>,
  signal: AbortSignal,
  onProgress: (members: number) => void,
): Promise<readonly string[]> {
  const parts = [csvHead(columns.map(([title]) => title))];
  let members = 0;
  await eachPage(
    (page) => list.load(page, signal),
    (items) => {
      parts.push(items.map((member) => csvLine(columns.map(([, cell]) => String(cell(member) ?? "")))).join(""));
      members += items.length;
      onProgress(members);
      return true;
    },
  );
  return parts;
}

/** Returns the name of a file of an organization's members, such as "aurora-freight-users-2026-11-27.csv". */
export function memberFileName(organization: string, now: Date): string {
  const name = organization
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
    .replaceAll(/^-|-$/g, "");
  return `${name === "" ? "organization" : name}-users-${now.toISOString().slice(0, 10)}.csv`;
}
