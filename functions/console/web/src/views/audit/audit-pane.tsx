import type { AuditEntry } from "../../api/types";
import { Button } from "../../parts/button";
import { CopyableId } from "../../parts/copy-button";
import { Pane } from "../../parts/dialog";
import { Fact } from "../../parts/field";
import { actionName, actorName, changes } from "../../words/audit";
import { moment } from "../../words/time";
import { AuditSentence } from "./audit-sentence";

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
  readonly solutionNames: ReadonlyMap<string, string>;
  readonly onClose: () => void;
}

/** A pane with every detail of an audit entry. */
export function AuditPane({ entry, solutionNames, onClose }: AuditPaneProps) {
  const { actor, source, target } = entry;
  const rows = changes(entry);
  return (
    <Pane title={actionName(entry.action)} onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      <p class="lead">
        <strong>{actorName(entry)}</strong> <AuditSentence entry={entry} solutionNames={solutionNames} />.
      </p>
      {rows.length > 0 && (
        <table class="table changes">
          <caption class="visually-hidden">What changed</caption>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ field, before: was, after: is }) => (
              <tr key={field}>
                <th scope="row">{field}</th>
                <td>
                  <bdi>{was}</bdi>
                </td>
                <td>
                  <bdi>{is}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl class="facts">
        <Fact label="When">{moment(entry.at)}</Fact>
        <Fact label="By">
          <NameAndId name={actorName(entry)} id={actor.userId} what="actor ID" />
        </Fact>
        <Fact label="With">
          <NameAndId name={credentials[actor.kind]} id={actor.credentialId} what="credential ID" />
        </Fact>
        <Fact label="On">
          <NameAndId name={target.name} id={target.id} what="target ID" />
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

interface NameAndIdProps {
  readonly name: string | undefined;
  readonly id: string | undefined;
  /** What the ID identifies, for the accessible name of the copy button. */
  readonly what: string;
}

/** A name with its ID below. */
function NameAndId({ name, id, what }: NameAndIdProps) {
  return (
    <span class="stack">
      {name && <bdi>{name}</bdi>}
      {id && <CopyableId id={id} what={what} />}
    </span>
  );
}
