import { Problem } from "../api/problem";
import { ProblemNotice } from "./notice";

const OVERTAKEN =
  "Somebody else changed this while you were at it. Reload to see what it is now; what you entered here is lost then.";

interface SaveProblemProps {
  readonly problem: Problem | undefined;
  readonly onReload: () => void;
}

/** What stood against a change; if someone else was faster, with the offer to see what is there now. */
export function SaveProblem({ problem, onReload }: SaveProblemProps) {
  const overtaken = problem?.name === "version-mismatch" || problem?.name === "conflict";
  const told =
    problem?.name === "version-mismatch"
      ? new Problem(problem.name, problem.status, problem.title, OVERTAKEN)
      : problem;
  return <ProblemNotice problem={told} onRetry={overtaken ? onReload : undefined} retry="Reload" />;
}
