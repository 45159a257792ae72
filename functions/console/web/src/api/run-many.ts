import { inPool } from "./pool";
import { asProblem, type Problem } from "./problem";

/** The number of requests of a change to many things that run at a time. */
const MAX_REQUESTS = 4;

/** What became of one of many. */
export interface ManyResult<T> {
  readonly item: T;
  readonly outcome: "done" | "refused" | "left";
  /** Something to know about what was done, or why it was refused. */
  readonly detail?: string;
}

/** How a change to many things runs. */
export interface ManyRun<T> {
  /** Changes one of them, and returns what the person should know of it besides. */
  readonly change: (item: T) => Promise<string | undefined>;
  /** Asks, after a refusal for want of permission, whether the person may still do this at all. */
  readonly isAllowed: () => Promise<boolean>;
  /** Stops the run between two of them once it is aborted. */
  readonly signal: AbortSignal;
  /** Called with the number of those that are done or refused, after each. */
  readonly onProgress: (finished: number) => void;
}

/** The results, in the order of the items, and why the run stopped by itself, if it did. */
export interface ManyOutcome<T> {
  readonly results: readonly ManyResult<T>[];
  readonly stopped: Problem | undefined;
}

/**
 * Changes many things, one request for each. A refusal of one does not stop the others. The run stops if it is aborted, if
 * the person is signed out, if Leasehold does not answer, and if the person has lost the permission. The items that it has
 * not come to are left as they are.
 */
export async function runMany<T>(items: readonly T[], run: ManyRun<T>): Promise<ManyOutcome<T>> {
  let stopped: Problem | undefined;
  let finished = 0;
  const results = await inPool(items, MAX_REQUESTS, async (item): Promise<ManyResult<T>> => {
    if (run.signal.aborted || stopped) return { item, outcome: "left" };
    try {
      const detail = await run.change(item);
      return { item, outcome: "done", ...(detail === undefined ? {} : { detail }) };
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (await stopsAll(problem, run)) stopped ??= problem;
      return { item, outcome: "refused", detail: problem.message };
    } finally {
      finished += 1;
      run.onProgress(finished);
    }
  });
  return { results, stopped };
}

/** Reports whether the others would be refused for the same reason. */
async function stopsAll(
  { status, name }: Problem,
  { isAllowed }: Pick<ManyRun<unknown>, "isAllowed">,
): Promise<boolean> {
  if (status === 0 || status === 401) return true;
  if (status !== 403 || name === "insufficient-scope") return false;
  try {
    return !(await isAllowed());
  } catch {
    return true; // It is not known that the person may go on.
  }
}
