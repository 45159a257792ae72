import type { AuditEntry } from "../../api/types";
import { Button } from "../../parts/button";
import { CopyableId } from "../../parts/copy";
import { Pane } from "../../parts/dialog";
import { Fact } from "../../parts/field";
import { actionName, actorName, changes } from "../../words/audit";
import { moment } from "../../words/time";
import { Deed } from "./deed";

const kinds = { session: "signed in", pat: "with a personal access token", schedule: "on schedule" } as const;

interface AuditPaneProps {
  readonly entry: AuditEntry;
  readonly solutionNames: ReadonlyMap<string, string>;
  readonly onClose: () => void;
}

/** One change in full. */
export function AuditPane({ entry, solutionNames, onClose }: AuditPaneProps) {
  const { actor, source, target } = entry;
  const rows = changes(entry);
  return (
    <Pane title={actionName(entry.action)} onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      <p class="lead"><strong>{actorName(entry)}</strong> <Deed entry={entry} solutionNames={solutionNames} />.</p>
      {rows.length > 0 && (
        <table class="table changes">
          <caption class="unseen">What changed</caption>
          <thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
          <tbody>{rows.map(({ field, was, is }) => <tr key={field}><th scope="row">{field}</th><td>{was}</td><td>{is}</td></tr>)}</tbody>
        </table>
      )}
      <dl class="facts">
        <Fact label="When">{moment(entry.at)}</Fact>
        <Fact label="How">{kinds[actor.kind]}</Fact>
        {actor.userId && <Fact label="By"><CopyableId id={actor.userId} what="actor id" /></Fact>}
        {actor.credentialId && <Fact label="Credential"><CopyableId id={actor.credentialId} what="credential id" /></Fact>}
        <Fact label="On"><CopyableId id={target.id} what="target id" /></Fact>
        {source.ip && <Fact label="Address">{source.ip}</Fact>}
        {source.userAgent && <Fact label="Client">{source.userAgent}</Fact>}
        <Fact label="Request"><CopyableId id={source.requestId} what="request id" /></Fact>
      </dl>
    </Pane>
  );
}
