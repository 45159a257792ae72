import { useAllSolutions } from "../../api/queries";
import type { AuditEntry } from "../../api/types";
import { useConsole } from "../../console-context";
import { auditSentence } from "../../words/audit";

/** Returns the names of the organization's solutions by ID. Audit entries about people contain only IDs. */
export function useSolutionNames(): ReadonlyMap<string, string> {
  const { org } = useConsole();
  const solutions = useAllSolutions(org);
  return new Map(solutions.data?.map((s) => [s.id, s.name]));
}

interface AuditSentenceProps {
  readonly entry: AuditEntry;
  readonly solutionNames: ReadonlyMap<string, string>;
}

/** The sentence of an audit entry after the actor's name. */
export function AuditSentence({ entry, solutionNames }: AuditSentenceProps) {
  return (
    <>
      {auditSentence(entry, solutionNames).map(({ text, strong }, i) => [
        i > 0 && " ",
        strong ? <strong>{text}</strong> : text,
      ])}
    </>
  );
}
