import type { Problem } from "../api/problem";
import { Mark } from "../parts/icon";
import { LoadFailure } from "../parts/notice";
import { ViewOutline } from "../parts/skeleton";

/** The outline of the console while the profile loads. */
export function Boot() {
  return (
    <div class="shell">
      <div class="topbar">
        <Mark />
        <strong>Leasehold</strong>
      </div>
      <div class="sidebar">
        <div class="brand">
          <Mark />
          <strong>Leasehold</strong>
        </div>
      </div>
      <div class="boot-main">
        <ViewOutline />
      </div>
    </div>
  );
}

/** The page shown if the profile cannot be loaded. */
export function BootFailure({ problem, onRetry }: { readonly problem: Problem; readonly onRetry: () => void }) {
  return (
    <main class="centered-page">
      <LoadFailure problem={problem} onRetry={onRetry} />
    </main>
  );
}
