import type { AuditEntry } from "../../api/types";
import { useConsole } from "../../console-context";
import { Icon } from "../../parts/icon";
import { Link } from "../../router/link";
import { auditSentence, manySentence, type SolutionNames } from "../../words/audit";
import { isolated } from "../../words/sentence";
import { exactMoment, moment, momentRange } from "../../words/time";
import { AuditSentence, Parts } from "./audit-sentence";
import { fold, type Row } from "./folding";

interface AuditRowsProps {
  readonly entries: readonly AuditEntry[];
  readonly solutionNames: SolutionNames;
  /** The query of the list, which the address of an event keeps. */
  readonly search: string;
  readonly folds: boolean;
  readonly loading: boolean;
}

/** The events of a page, latest first. Neighbors of one kind are one row that opens to them. */
export function AuditRows({ entries, folds, loading, ...shared }: AuditRowsProps) {
  const rows: readonly Row[] = folds ? fold(entries) : entries.map((entry) => [entry] as const);
  return (
    <ol class="entries" aria-busy={loading}>
      {rows.map((row) =>
        row.length === 1 ? (
          <EventRow key={row[0].id} entry={row[0]} {...shared} />
        ) : (
          <FoldedRow key={row[0].id} row={row} {...shared} />
        ),
      )}
    </ol>
  );
}

interface EventRowProps {
  readonly entry: AuditEntry;
  readonly solutionNames: SolutionNames;
  readonly search: string;
}

function EventRow({ entry, solutionNames, search }: EventRowProps) {
  const { org } = useConsole();
  const words = auditSentence(entry, solutionNames)
    .map(({ text, names }) => (names ? isolated(text) : text))
    .join(" ");
  return (
    <li class="entry">
      <span class="entry-text">
        <AuditSentence entry={entry} solutionNames={solutionNames} />
      </span>
      <Link class="row-link faint" to={`/${org}/audit/${entry.id}${search}`}>
        <span class="visually-hidden">Details: {words}, </span>
        <time dateTime={entry.at} title={exactMoment(entry.at)}>
          {moment(entry.at)}
        </time>
      </Link>
    </li>
  );
}

interface FoldedRowProps {
  readonly row: Row;
  readonly solutionNames: SolutionNames;
  readonly search: string;
}

function FoldedRow({ row, ...shared }: FoldedRowProps) {
  const [latest] = row;
  const earliest = row.at(-1) ?? latest;
  return (
    <li>
      <details class="fold">
        <summary class="entry">
          <span class="entry-text">
            <Parts parts={manySentence(latest, row.length)} />
          </span>
          <span class="faint">
            {momentRange(earliest.at, latest.at)} <Icon name="down" />
          </span>
        </summary>
        <ol class="entries">
          {row.map((entry) => (
            <EventRow key={entry.id} entry={entry} {...shared} />
          ))}
        </ol>
      </details>
    </li>
  );
}
