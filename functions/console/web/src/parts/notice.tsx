import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Problem } from "../api/problem";
import { Button } from "./button";
import { localTimes } from "../words/time";
import { Icon } from "./icon";
import { clearToasts } from "./toast";

interface NoticeProps {
  readonly kind: "info" | "good" | "warning" | "danger";
  readonly children: ComponentChildren;
  readonly action?: ComponentChildren;
}

const icons = { info: "info", good: "check", warning: "warning", danger: "warning" } as const;

/** A highlighted message. */
export function Notice({ kind, children, action }: NoticeProps) {
  return (
    <div class={`notice ${kind}`}>
      <Icon name={icons[kind]} />
      <div>{children}</div>
      {action}
    </div>
  );
}

interface ProblemNoticeProps {
  readonly problem: Problem | undefined;
  readonly onRetry?: (() => void) | undefined;
  readonly retry?: string;
}

/** The API's message, announced at once; empty without a problem. */
export function ProblemNotice({ problem, onRetry, retry = "Try again" }: ProblemNoticeProps) {
  useEffect(() => {
    // The message of an earlier success next to a failure would look like the answer to the same change.
    if (problem) clearToasts();
  }, [problem]);
  return (
    <div role="alert">
      {problem && (
        <Notice kind="danger" action={onRetry && <Button onClick={onRetry}>{retry}</Button>}>
          {localTimes(problem.message)}
        </Notice>
      )}
    </div>
  );
}

interface LoadFailureProps {
  readonly problem: Problem;
  /** What to say if what was asked for does not exist, instead of the API's sentence. */
  readonly missing?: string | undefined;
  readonly onRetry: () => void;
}

/** A message in place of a view that could not be loaded. */
export function LoadFailure({ problem, missing, onRetry }: LoadFailureProps) {
  const message =
    problem.status === 404 && missing !== undefined
      ? missing
      : problem.name === "offline" && !navigator.onLine
        ? "You're offline. This loads by itself when you're back online."
        : localTimes(problem.message);
  return (
    <div class="empty" role="alert">
      <Icon name="warning" />
      <h2>{problem.status === 404 ? "Not found" : problem.status === 403 ? "No access" : problem.title}</h2>
      <p>{message}</p>
      {problem.status !== 404 && problem.status !== 403 && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

interface EmptyProps {
  readonly icon: "users" | "solutions" | "token" | "audit" | "search" | "organization";
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
}

/** A message in place of an empty list. */
export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}
