import type { Problem } from "../api/problem";
import { ProblemNotice } from "./notice";

interface SaveProblemProps {
  readonly problem: Problem | undefined;
  readonly onReload: () => void;
}

/** What stood against a change; if someone else was faster, with the offer to see what is there now. */
export function SaveProblem({ problem, onReload }: SaveProblemProps) {
  const overtaken = problem?.name === "version-mismatch" || problem?.name === "conflict";
  return <ProblemNotice problem={problem} onRetry={overtaken ? onReload : undefined} retry="Reload" />;
}
