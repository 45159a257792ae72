import type { IconName } from "../../parts/icon";

/** Something that the command menu finds and runs. */
export interface Command {
  /** Identifies the command in the menu. */
  readonly id: string;
  readonly group: Group;
  readonly text: string;
  /** Distinguishes commands that have the same text: an email address, for example. */
  readonly detail?: string | undefined;
  readonly icon: IconName;
  /** Runs the command after the menu has closed. */
  readonly run: () => void;
}

/** The groups in the order in which the menu shows them. */
export const groups = ["Views", "Actions", "Settings", "People", "Solutions", "Your tokens", "Organizations"] as const;
export type Group = (typeof groups)[number];

/** The number of results of one group that the menu shows at most. */
export const MAX_PER_GROUP = 6;

/** Returns a text without case and accents, to compare it. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * Returns the commands whose text or detail contains every word of a query. Those whose text begins with the query come first.
 * Without a query, all match.
 */
export function matching(commands: readonly Command[], query: string): readonly Command[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  const beginning = words.join(" ");
  const found = commands.filter(({ text, detail = "" }) => {
    const searched = folded(`${text} ${detail}`);
    return words.every((word) => searched.includes(word));
  });
  const isFirst = ({ text }: Command) => folded(text).startsWith(beginning);
  return [...found.filter(isFirst), ...found.filter((command) => !isFirst(command))];
}

/** Returns the first commands of each group, in the order of the groups. */
export function grouped(commands: readonly Command[]): readonly Command[] {
  return groups.flatMap((group) => commands.filter((command) => command.group === group).slice(0, MAX_PER_GROUP));
}
