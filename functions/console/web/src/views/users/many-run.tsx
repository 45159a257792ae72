import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { readMe } from "../../api/me";
import type { ManyResult } from "../../api/run-many";
import { runMany } from "../../api/run-many";
import { useConsole } from "../../console-context";
import { Button } from "../../parts/button";
import { Pane } from "../../parts/dialog";
import { Notice } from "../../parts/notice";
import { can, count } from "../../words/names";
import { localTimes } from "../../words/time";

/** How many rows of a list are shown before the person asks for all. */
const MAX_SHOWN = 5;

/** A person in a list, and a remark about them. */
export interface ListedPerson {
  readonly key: string;
  readonly name: string;
  readonly remark?: string | undefined;
}

interface PeopleListProps {
  readonly label: string;
  readonly people: readonly ListedPerson[];
  /** How many to show before the person asks for all. */
  readonly shown?: number;
}

/** A list of people with its label, of which the first ones are shown; nothing if it is empty. */
export function PeopleList({ label, people, shown = MAX_SHOWN }: PeopleListProps) {
  const [all, setAll] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  if (people.length === 0) return null;
  const rest = all ? 0 : people.length - shown;
  return (
    <section class="people-list" aria-label={label}>
      <h3>
        {label} <span class="faint">{people.length.toLocaleString("en-GB")}</span>
      </h3>
      <ul ref={list} tabIndex={-1}>
        {(rest > 0 ? people.slice(0, shown) : people).map(({ key, name, remark }) => (
          <li key={key}>
            <bdi>{name}</bdi>
            {remark && <small>{localTimes(remark)}</small>}
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <button
          type="button"
          class="text-button"
          onClick={() => {
            setAll(true);
            list.current?.focus();
          }}
        >
          Show {rest.toLocaleString("en-GB")} more
        </button>
      )}
    </section>
  );
}

interface ManyRunPaneProps<T> {
  readonly title: string;
  /** What the run changes. */
  readonly items: readonly T[];
  /** Returns the person that an item is about. */
  readonly person: (item: T) => ListedPerson;
  /** What to say before the run, above its button. */
  readonly children: ComponentChildren;
  readonly button: string;
  readonly danger?: boolean;
  /** Whether the run can't start yet. */
  readonly disabled?: boolean;
  /** The label of the list of those that are done. */
  readonly done: string;
  /** Changes one of the items. `again` is true if an earlier attempt failed. It returns what else to say about it. */
  readonly change: (item: T, again: boolean) => Promise<string | undefined>;
  /** Called after each run that may have changed something. */
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/**
 * A pane that changes many things: first what is going to happen, then the progress, then what became of each. It stays open
 * until the run has ended or the person has stopped it.
 */
export function ManyRunPane<T>({
  title,
  items,
  person,
  children,
  button,
  danger = false,
  disabled = false,
  done,
  change,
  onChanged,
  onClose,
}: ManyRunPaneProps<T>) {
  const run = useManyRun(change, (item) => person(item).key, onChanged);
  const { results, progress } = run;
  return (
    <Pane
      title={title}
      busy={run.busy}
      onClose={onClose}
      footer={
        <>
          {!run.busy && <Button onClick={onClose}>{results.length > 0 ? "Close" : "Cancel"}</Button>}
          {!run.busy && results.length === 0 ? (
            <Button
              kind={danger ? "danger" : "primary"}
              disabled={disabled || items.length === 0}
              onClick={() => run.start(items, false)}
            >
              {button}
            </Button>
          ) : (
            <RunButtons run={run} />
          )}
        </>
      }
    >
      {run.busy && <Progress {...progress} />}
      {!run.busy && results.length === 0 && children}
      {!run.busy && results.length > 0 && <Results {...run} person={person} done={done} />}
    </Pane>
  );
}

/** The button that stops a run, or the one that repeats what failed. */
export function RunButtons<T>({ run }: { readonly run: ManyRunState<T> }) {
  const failed = run.results.filter(({ outcome }) => outcome !== "done").map(({ item }) => item);
  if (run.busy)
    return (
      <Button disabled={run.stopping} onClick={run.stop}>
        {run.stopping ? "Stopping…" : "Stop"}
      </Button>
    );
  if (failed.length === 0) return null;
  return (
    <Button kind="primary" onClick={() => run.start(failed, true)}>
      Try the failed ones again
    </Button>
  );
}

/** A run, and what came of it. */
interface ManyRunState<T> {
  readonly busy: boolean;
  readonly stopping: boolean;
  readonly progress: { readonly finished: number; readonly total: number };
  /** What became of each, of all runs so far. */
  readonly results: readonly ManyResult<T>[];
  /** Why the last run stopped by itself. */
  readonly stopped: string | undefined;
  readonly start: (items: readonly T[], again: boolean) => void;
  readonly stop: () => void;
}

/**
 * Runs a change to many things (see runMany), and keeps what became of each. `keyOf` identifies an item. A view in which a run
 * is busy must not close.
 */
export function useManyRun<T>(
  change: (item: T, again: boolean) => Promise<string | undefined>,
  keyOf: (item: T) => string,
  onChanged: () => void,
): ManyRunState<T> {
  const { org } = useConsole();
  const [progress, setProgress] = useState({ finished: 0, total: 0 });
  const [results, setResults] = useState<readonly ManyResult<T>[]>([]);
  const [stopped, setStopped] = useState<string>();
  const [stopping, setStopping] = useState(false);
  const abort = useRef(new AbortController());
  useEffect(() => () => abort.current.abort(), []);
  const action = useAction(async (items: readonly T[], again: boolean) => {
    const current = new AbortController();
    abort.current = current;
    setStopping(false);
    setProgress({ finished: 0, total: items.length });
    const outcome = await runMany(items, {
      change: (item) => change(item, again),
      isAllowed: async () => {
        const me = await readMe(new AbortController().signal);
        return can(
          me.memberships.find(({ organization, status }) => organization.id === org && status === "active"),
          "members:manage",
        );
      },
      signal: current.signal,
      onProgress: (finished) => setProgress({ finished, total: items.length }),
    });
    const latest = new Map(outcome.results.map((result) => [keyOf(result.item), result]));
    setResults((old) => (old.length > 0 ? old.map((r) => latest.get(keyOf(r.item)) ?? r) : outcome.results));
    setStopped(outcome.stopped?.message);
    onChanged();
  });
  return {
    busy: action.busy,
    stopping,
    progress,
    results,
    stopped,
    start: action.run,
    stop: () => {
      setStopping(true);
      abort.current.abort();
    },
  };
}

/** How far a run has come. */
export function Progress({ finished, total }: { readonly finished: number; readonly total: number }) {
  const words = `${finished.toLocaleString("en-GB")} of ${total.toLocaleString("en-GB")}`;
  return (
    <div class="progress">
      <progress max={total} value={finished} aria-label="Progress" />
      <p>{words}</p>
    </div>
  );
}

interface ResultsProps<T> {
  readonly results: readonly ManyResult<T>[];
  readonly stopped: string | undefined;
  readonly person: (item: T) => ListedPerson;
  readonly done: string;
}

/** What became of each, the failures first. */
export function Results<T>({ results, stopped, person, done }: ResultsProps<T>) {
  const of = (outcome: ManyResult<T>["outcome"]) =>
    results
      .filter((result) => result.outcome === outcome)
      .map(({ item, detail }): ListedPerson => ({ ...person(item), remark: detail }));
  const refused = of("refused");
  const left = of("left");
  const finished = of("done");
  return (
    <>
      <div role="status">
        <Notice kind={refused.length + left.length > 0 ? "warning" : "good"}>
          {outcomeWords(finished.length, refused.length, left.length)}
        </Notice>
      </div>
      <div role="alert">{stopped && <Notice kind="danger">The rest was not tried. {localTimes(stopped)}</Notice>}</div>
      <PeopleList label="Failed" people={refused} shown={refused.length} />
      <PeopleList label="Not tried" people={left} />
      <PeopleList label={done} people={finished} />
    </>
  );
}

/** Returns what became of many, such as "38 done, 2 failed." */
export function outcomeWords(done: number, refused: number, left: number): string {
  const parts = [
    `${done.toLocaleString("en-GB")} done`,
    ...(refused > 0 ? [count(refused, "failure")] : []),
    ...(left > 0 ? [`${left.toLocaleString("en-GB")} not tried`] : []),
  ];
  return `${parts.join(", ")}.`;
}
