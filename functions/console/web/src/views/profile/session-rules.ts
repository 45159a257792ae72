import type { OwnSession } from "../../api/types";

/** Returns the sessions in the order in which they are shown: this tab's first, then by last use, latest first. */
export function inOrder(sessions: readonly OwnSession[]): OwnSession[] {
  const lastUse = ({ lastUsedAt, createdAt }: OwnSession) => Date.parse(lastUsedAt ?? createdAt);
  return [...sessions].sort((a, b) => Number(b.current) - Number(a.current) || lastUse(b) - lastUse(a));
}

/** Returns the program that signed in, such as "Firefox on Linux". */
export function clientOf({ client }: Pick<OwnSession, "client">): string {
  return client ?? "Unknown client";
}
