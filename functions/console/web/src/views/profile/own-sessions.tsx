import { useRef, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { useSessions } from "../../api/queries";
import { Problem } from "../../api/problem";
import type { OwnSession } from "../../api/types";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { ReloadFailure } from "../../parts/loaded";
import { LoadFailure, ProblemNotice } from "../../parts/notice";
import { RelativeTime } from "../../parts/relative-time";
import { SkeletonCard } from "../../parts/skeleton";
import { showToast } from "../../parts/toast";
import { moment } from "../../words/time";
import { clientOf, inOrder } from "./session-rules";
import { sentence } from "../../words/sentence";

/** The person's sessions, which they can end. */
export function OwnSessions() {
  const list = useSessions();
  // Rows can end at the same time, so each is hidden by its ID instead of by replacing the list.
  const [ended, setEnded] = useState<ReadonlySet<string>>(new Set());
  const heading = useRef<HTMLHeadingElement>(null);
  const onEnded = (ids: readonly string[]) => {
    // The button that had the focus disappears.
    heading.current?.focus();
    setEnded((old) => new Set([...old, ...ids]));
  };
  if (!list.data) {
    return list.problem ? (
      <section class="card" aria-label="Where you are signed in">
        <LoadFailure problem={list.problem} onRetry={list.reload} />
      </section>
    ) : (
      <SkeletonCard lines={4} />
    );
  }
  const sessions = inOrder(list.data.items.filter(({ id }) => !ended.has(id)));
  const others = sessions.filter((s) => !s.current);
  return (
    <section class="card flush" aria-labelledby="sessions-heading">
      <div class="card-head">
        <div>
          <h2 id="sessions-heading" ref={heading} tabIndex={-1}>
            Where you are signed in
          </h2>
          <p class="hint">
            Each browser tab has its own session.{others.length === 0 && " You are signed in only in this tab."}
          </p>
        </div>
        <EndOthers others={others} onEnded={onEnded} />
      </div>
      <ReloadFailure problem={list.problem} onRetry={list.reload} />
      <SessionTable sessions={sessions} onEnded={onEnded} />
    </section>
  );
}

interface EndOthersProps {
  readonly others: readonly OwnSession[];
  readonly onEnded: (ids: readonly string[]) => void;
}

function EndOthers({ others, onEnded }: EndOthersProps) {
  const end = useAction(async () => {
    await call("delete", "/me/sessions", {});
    showToast("All other sessions have ended.");
    return others.map(({ id }) => id);
  }, onEnded);
  if (others.length === 0) return null;
  return (
    <div class="stack">
      <Button kind="danger-plain" busy={end.busy} onClick={end.run}>
        End all other sessions
      </Button>
      <ProblemNotice problem={end.problem} />
    </div>
  );
}

interface SessionTableProps {
  readonly sessions: readonly OwnSession[];
  readonly onEnded: (ids: readonly string[]) => void;
}

function SessionTable({ sessions, onEnded }: SessionTableProps) {
  return (
    <table class="table">
      <caption class="visually-hidden">Sessions</caption>
      <thead>
        <tr>
          <th scope="col">Client</th>
          <th scope="col">IP address</th>
          <th scope="col">Signed in</th>
          <th scope="col">Last used</th>
          <th scope="col">
            <span class="visually-hidden">Action</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <tr key={session.id}>
            <td class="main-cell">{clientOf(session)}</td>
            <td data-label="IP address">{session.sourceIp ?? <span class="faint">Unknown</span>}</td>
            <td data-label="Signed in">
              <time dateTime={session.createdAt}>{moment(session.createdAt)}</time>
            </td>
            <td data-label="Last used">
              <LastUsed session={session} />
            </td>
            <td class="end">
              {session.current ? (
                <Badge tone="good">This tab</Badge>
              ) : (
                <EndSession session={session} onEnded={() => onEnded([session.id])} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LastUsed({ session }: { readonly session: OwnSession }) {
  if (session.current) return <>Now</>;
  return session.lastUsedAt ? <RelativeTime time={session.lastUsedAt} /> : <span class="faint">Never</span>;
}

interface EndSessionProps {
  readonly session: OwnSession;
  readonly onEnded: () => void;
}

function EndSession({ session, onEnded }: EndSessionProps) {
  const end = useAction(async () => {
    await call("delete", "/me/sessions/{session}", { path: { session: session.id } }).catch(ignoreEnded);
    showToast(sentence`The session of ${clientOf(session)} has ended.`);
  }, onEnded);
  return (
    <>
      <button
        type="button"
        class="text-button danger"
        aria-busy={end.busy || undefined}
        aria-label={`End session of ${clientOf(session)} since ${moment(session.createdAt)}`}
        onClick={end.run}
      >
        End session
      </button>
      <span role="alert" class="field-problem">
        {end.problem?.message}
      </span>
    </>
  );
}

/** Ignores that a session is gone: it has ended since the list was loaded. */
function ignoreEnded(thrown: unknown): undefined {
  if (!(thrown instanceof Problem) || thrown.status !== 404) throw thrown;
  return undefined;
}
