import { Problem } from "../api/problem";
import { ProblemNotice } from "./notice";

const CHANGED_ELSEWHERE = "Someone else changed this. Reload to see the latest; your edits will be lost.";

interface SaveProblemProps {
  readonly problem: Problem | undefined;
  readonly onReload: () => void;
}

/** The problem of a change, with a reload button if somebody else has changed the resource. */
export function SaveProblem({ problem, onReload }: SaveProblemProps) {
  const outdated = problem?.name === "version-mismatch" || problem?.name === "conflict";
  const shown =
    problem?.name === "version-mismatch"
      ? new Problem(problem.name, problem.status, problem.title, CHANGED_ELSEWHERE)
      : problem;
  return <ProblemNotice problem={shown} onRetry={outdated ? onReload : undefined} retry="Reload" />;
}
