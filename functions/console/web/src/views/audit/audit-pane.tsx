import type { AuditEntry } from "../../api/types";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { CopyableId } from "../../parts/copy-button";
import { Pane } from "../../parts/dialog";
import { Fact } from "../../parts/field";
import { Link } from "../../router/link";
import { actorName, changeColumns, changes, entryTitle, type SolutionNames } from "../../words/audit";
import { exactMoment } from "../../words/time";
import { AuditSentence, pathOf } from "./audit-sentence";

const credentials: Record<AuditEntry["actor"]["kind"], string> = {
  session: "A session",
  pat: "A personal access token",
  derived: "A token derived from a personal access token",
  schedule: "The schedule",
  provider: "A logout token",
  finder: "None",
};

interface AuditPaneProps {
  readonly entry: AuditEntry;
  readonly solutionNames: SolutionNames;
  readonly onClose: () => void;
}

/** A pane with every detail of an audit event. */
export function AuditPane({ entry, solutionNames, onClose }: AuditPaneProps) {
  const { actor, source, target } = entry;
  const rows = changes(entry);
  const columns = changeColumns(rows);
  return (
    <Pane title={entryTitle(entry)} onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      <p class="lead">
        <AuditSentence entry={entry} solutionNames={solutionNames} />.
      </p>
      {rows.length > 0 && (
        <table class="table changes">
          <caption class="visually-hidden">What changed</caption>
          <thead>
            <tr>
              <th scope="col">Field</th>
              {columns.map(([column, title]) => (
                <th key={column} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.field}>
                <th scope="row">{row.field}</th>
                {columns.map(([column]) => (
                  <td key={column}>
                    <bdi>{row[column]}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl class="facts">
        <Fact label="When">
          <time dateTime={entry.at}>{exactMoment(entry.at)}</time>
        </Fact>
        <Fact label="By">
          <NameAndId
            name={actorName(entry)}
            id={actor.userId}
            path={pathOf(entry, "actor", solutionNames)}
            what="actor ID"
          />
        </Fact>
        <Fact label="With">
          <NameAndId name={credentials[actor.kind]} id={actor.credentialId} what="credential ID" />
        </Fact>
        <Fact label="On">
          <NameAndId
            name={target.name}
            id={target.id}
            path={pathOf(entry, "target", solutionNames)}
            remark={goneWords(entry, solutionNames)}
            what="target ID"
          />
        </Fact>
        {source.ip && <Fact label="IP address">{source.ip}</Fact>}
        {source.userAgent && <Fact label="Client">{source.userAgent}</Fact>}
        <Fact label="Request ID">
          <CopyableId id={source.requestId} what="request ID" />
        </Fact>
      </dl>
    </Pane>
  );
}

/** Returns a sentence if what an event is about no longer exists. An invitation that is accepted can get another user ID. */
function goneWords({ action, target, before }: AuditEntry, solutionNames: SolutionNames): string | undefined {
  if (target.type === "user" && target.member === false) {
    const isInvitation = action === "member.invite" || action.startsWith("invitation.") || before?.status === "invited";
    return isInvitation ? "This invitation is no longer open." : "No longer a member";
  }
  if (target.type === "solution" && solutionNames && !solutionNames.has(target.id)) return "This solution was deleted.";
  return undefined;
}

interface NameAndIdProps {
  readonly name: string | undefined;
  readonly id: string | undefined;
  /** The path of its page in the organization, if it has one. */
  readonly path?: string | undefined;
  readonly remark?: string | undefined;
  /** What the ID identifies, for the accessible name of the copy button. */
  readonly what: string;
}

/** A name with its ID below. */
function NameAndId({ name, id, path, remark, what }: NameAndIdProps) {
  const { org } = useConsole();
  const shown = name && <bdi>{name}</bdi>;
  return (
    <span class="stack">
      {path === undefined ? shown : <Link to={`/${org}${path}`}>{shown}</Link>}
      {remark && <small>{remark}</small>}
      {id && <CopyableId id={id} what={what} />}
    </span>
  );
}
