import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { useAction } from "../api/action";
import { Confirm } from "../parts/dialog";
import { browserTexts } from "../storage";
import { countdown, moment } from "../words/time";
import { idleState, type IdleState } from "../session/idle";
import type { Session } from "../session/session";
import { signOutAllTabs, signOut } from "../session/sign-out";

// Shared by all tabs of this browser: activity in one tab counts in the others.
const LAST_ACTIVITY = "leasehold.seen";
const RECORD_INTERVAL = 10_000;
const activityEvents = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

function lastActivity(): number {
  return Number(browserTexts.get(LAST_ACTIVITY) ?? 0);
}

function recordActivity(): void {
  browserTexts.set(LAST_ACTIVITY, String(Date.now()));
}

/** Signs the person out after a period of inactivity, with a warning first. */
export function IdleDialog({ session }: { readonly session: Session }) {
  const [state, setState] = useState<IdleState>({ kind: "active" });
  const active = state.kind === "active";
  useEffect(recordActivity, []);
  useEffect(() => {
    const onActivity = () => {
      if (active && Date.now() - lastActivity() > RECORD_INTERVAL) recordActivity();
    };
    for (const name of activityEvents) addEventListener(name, onActivity, { passive: true });
    return () => {
      for (const name of activityEvents) removeEventListener(name, onActivity);
    };
  }, [active]);
  useEffect(() => {
    const check = () => {
      const next = idleState(Date.now(), lastActivity(), Date.parse(session.expiresAt));
      setState((old) => (old.kind === "active" && next.kind === "active" ? old : next));
      if (next.kind === "ended") void signOutAllTabs(next.reason);
    };
    const timer = setInterval(check, 1000);
    return () => clearInterval(timer);
  }, [session]);
  const [acknowledged, setAcknowledged] = useState(false);
  const stay = useAction(async () => {
    recordActivity();
    setState({ kind: "active" });
    // Use the session, so that its lease is extended too.
    await call("get", "/me", {});
  });
  if (state.kind === "idle") {
    return (
      <Confirm
        title="Are you still there?"
        action="Stay signed in"
        cancelLabel="Sign out"
        busy={stay.busy}
        problem={stay.problem}
        onConfirm={stay.run}
        onCancel={() => void signOut()}
        onDismiss={stay.run}
      >
        <p>
          You&apos;ll be signed out in <strong role="timer">{countdown(state.left)}</strong> because of inactivity.
        </p>
      </Confirm>
    );
  }
  if (state.kind === "expiring" && !acknowledged) {
    return (
      <Confirm
        title="Your sign-in ends soon"
        action="Continue"
        cancelLabel="Sign out now"
        busy={false}
        problem={undefined}
        onConfirm={() => setAcknowledged(true)}
        onCancel={() => void signOut()}
        onDismiss={() => setAcknowledged(true)}
      >
        <p>
          A sign-in lasts at most twelve hours. Yours ends at {moment(session.expiresAt)}. Save your work, then sign in
          again.
        </p>
      </Confirm>
    );
  }
  return null;
}
