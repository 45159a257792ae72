import { useAllSolutions } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { useConsole } from "../../console-context";
import { Link } from "../../router/link";
import { auditSentence, solutionOf, type SentencePart, type SolutionNames } from "../../words/audit";

/** Returns the names of the organization's solutions by ID. Audit events about people contain only IDs. */
export function useSolutionNames(): SolutionNames {
  const { org } = useConsole();
  const solutions = useAllSolutions(org);
  return solutions.data && new Map(solutions.data.map((s) => [s.id, s.name]));
}

interface AuditSentenceProps {
  readonly entry: AuditEntry;
  readonly solutionNames: SolutionNames;
}

/** The sentence about an event. People and solutions are links as long as they exist. */
export function AuditSentence({ entry, solutionNames }: AuditSentenceProps) {
  return (
    <Parts
      parts={auditSentence(entry, solutionNames)}
      path={(part) => (part.names ? pathOf(entry, part.names, solutionNames) : undefined)}
    />
  );
}

interface PartsProps {
  readonly parts: readonly SentencePart[];
  /** Returns where a part leads, if anywhere. */
  readonly path?: (part: SentencePart) => string | undefined;
}

/** The parts of a sentence with spaces between them. Names are isolated and emphasized. */
export function Parts({ parts, path }: PartsProps) {
  const { org } = useConsole();
  return <>{parts.map((part, i) => [i > 0 && " ", <PartOf key={i} part={part} org={org} path={path?.(part)} />])}</>;
}

interface PartProps {
  readonly part: SentencePart;
  readonly org: string;
  readonly path: string | undefined;
}

function PartOf({ part: { text, names }, org, path }: PartProps) {
  if (!names) return <>{text}</>;
  const name = (
    <strong>
      <bdi>{text}</bdi>
    </strong>
  );
  return path === undefined ? name : <Link to={`/${org}${path}`}>{name}</Link>;
}

/** Returns the path in the organization of what a part of a sentence names, or undefined if it has no page or no longer exists. */
export function pathOf(
  entry: AuditEntry,
  part: NonNullable<SentencePart["names"]>,
  solutionNames: SolutionNames,
): string | undefined {
  const { actor, target } = entry;
  switch (part) {
    case "actor":
      // The log has the names of members only.
      return actor.userId && actor.displayName ? `/users/${actor.userId}` : undefined;
    case "solution":
      return solutionPath(solutionOf(entry), solutionNames);
    case "target":
      if (target.type === "solution") return solutionPath(target.id, solutionNames);
      return target.type === "user" && target.member ? `/users/${target.id}` : undefined;
  }
}

function solutionPath(id: string | undefined, solutionNames: SolutionNames): string | undefined {
  return id !== undefined && solutionNames?.has(id) ? `/solutions/${id}` : undefined;
}
