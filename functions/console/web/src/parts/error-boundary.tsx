import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { reportError } from "../api/console-errors";
import { consoleBase } from "../base";
import { currentLocation, type ConsoleLocation } from "../router/navigation";
import { useSignal } from "../signal";
import { Button } from "./button";
import { Icon } from "./icon";

interface ErrorBoundaryProps {
  /** Whether the error page is the whole page, and not part of one. */
  readonly whole?: boolean;
  readonly children: ComponentChildren;
}

/**
 * Shows an error page in place of children that fail to render, instead of leaving the page blank. Another address gets
 * another try.
 */
export function ErrorBoundary({ whole = false, children }: ErrorBoundaryProps) {
  const shown = useSignal(currentLocation);
  const [failedAt, setFailedAt] = useState<ConsoleLocation>();
  const [report, setReport] = useState<string>();
  useErrorBoundary((thrown: unknown) => {
    console.error(thrown);
    setReport(reportError(thrown));
    // A child can learn of a new address before this component, so `shown` may be the previous one.
    setFailedAt({ ...currentLocation.value });
  });
  const isFailed = failedAt?.path === shown.path && failedAt.search === shown.search;
  useEffect(() => {
    if (failedAt && !isFailed) setFailedAt(undefined);
  }, [failedAt, isFailed]);
  if (!isFailed) return <>{children}</>;
  const page = <ErrorPage report={report} />;
  return whole ? <main class="centered-page">{page}</main> : page;
}

function ErrorPage({ report }: { readonly report: string | undefined }) {
  return (
    <div class="empty" role="alert">
      <Icon name="warning" />
      <h1 tabIndex={-1}>Something went wrong</h1>
      <p>The console ran into an error and can&apos;t show this page.</p>
      {report && (
        <p>
          If it happens again, ask for help and quote the report ID <code>{report}</code>.
        </p>
      )}
      <div class="row">
        <Button onClick={() => location.reload()}>Reload</Button>
        <a href={consoleBase} class="button">
          Go to the start page
        </a>
      </div>
    </div>
  );
}
