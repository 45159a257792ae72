import { useEffect, useState } from "preact/hooks";
import { call } from "../api/client";
import { useAction } from "../api/action";
import { Confirm } from "../parts/dialog";
import { countdown, moment } from "../words/time";
import { watch, type Watch } from "./idle";
import type { Session } from "./session";
import { endEverywhere, signOut } from "./sign-out";

// Shared by the tabs of this browser: whoever works in one of them is not idle in the others.
const SEEN = "leasehold.seen";
const NOTE_EVERY = 10_000;
const signs = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

function lastSeen(): number {
  return Number(localStorage.getItem(SEEN) ?? 0);
}

function note(): void {
  localStorage.setItem(SEEN, String(Date.now()));
}

/** Signs out after a time without a sign of life, and says so before. */
export function IdleWatch({ session }: { readonly session: Session }) {
  const [state, setState] = useState<Watch>({ kind: "calm" });
  const calm = state.kind === "calm";
  useEffect(note, []);
  useEffect(() => {
    const alive = () => {
      if (calm && Date.now() - lastSeen() > NOTE_EVERY) note();
    };
    for (const sign of signs) addEventListener(sign, alive, { passive: true });
    return () => {
      for (const sign of signs) removeEventListener(sign, alive);
    };
  }, [calm]);
  useEffect(() => {
    const look = () => {
      const seen = watch(Date.now(), lastSeen(), Date.parse(session.expiresAt));
      setState((old) => (old.kind === "calm" && seen.kind === "calm" ? old : seen));
      if (seen.kind === "over") void endEverywhere(seen.reason);
    };
    const timer = setInterval(look, 1000);
    return () => clearInterval(timer);
  }, [session]);
  const [told, setTold] = useState(false);
  const stay = useAction(async () => {
    note();
    setState({ kind: "calm" });
    // A use of the session, so that its lease moves too.
    await call("get", "/me", {});
  });
  if (state.kind === "idle") {
    return (
      <Confirm
        title="Are you still there?"
        action="Stay signed in"
        cancel="Sign out"
        busy={stay.busy}
        problem={stay.problem}
        onConfirm={stay.run}
        onCancel={() => void signOut()}
        onDismiss={stay.run}
      >
        <p>
          You will be signed out in <strong role="timer">{countdown(state.left)}</strong> because nothing has happened
          here for a while.
        </p>
      </Confirm>
    );
  }
  if (state.kind === "expiring" && !told) {
    return (
      <Confirm
        title="Your sign-in ends soon"
        action="Continue"
        cancel="Sign out now"
        busy={false}
        problem={undefined}
        onConfirm={() => setTold(true)}
        onCancel={() => void signOut()}
        onDismiss={() => setTold(true)}
      >
        <p>
          A sign-in lasts twelve hours at most. Yours ends at {moment(session.expiresAt)}; save what you are working on,
          then sign in again.
        </p>
      </Confirm>
    );
  }
  return null;
}
