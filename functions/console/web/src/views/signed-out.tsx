import { useEffect, useState } from "preact/hooks";
import { useAction } from "../api/action";
import { Button } from "../parts/button";
import { Mark } from "../parts/icon";
import { Notice, ProblemNotice } from "../parts/notice";
import { lastAccount } from "../session/session";
import { leaveToSignIn } from "../session/sign-in";
import { Boot } from "./boot";

/** For whoever is not signed in. A new tab of someone who is signed in in another follows without a question. */
export function SignedOut({ reason }: { readonly reason: string | undefined }) {
  const [following, setFollowing] = useState(() => reason === undefined && lastAccount() !== null);
  const returnTo = location.pathname + location.search;
  useEffect(() => {
    if (following) leaveToSignIn(returnTo, { silent: true }).catch(() => setFollowing(false));
  }, [following, returnTo]);
  return following ? <Boot /> : <SignInCard reason={reason} returnTo={returnTo} />;
}

interface SignInCardProps {
  readonly reason: string | undefined;
  readonly returnTo: string;
}

/** The way in. */
export function SignInCard({ reason, returnTo }: SignInCardProps) {
  const leave = useAction(() => leaveToSignIn(returnTo));
  useEffect(() => {
    document.title = "Sign in · Leasehold";
  }, []);
  return (
    <main class="lonely">
      <div class="card sign-in">
        <Mark />
        <h1 tabIndex={-1}>Sign in to Leasehold</h1>
        <p class="lead">People, roles and access tokens of your organizations.</p>
        <div role="status">{reason && <Notice kind="info">{reason}</Notice>}</div>
        <ProblemNotice problem={leave.problem} />
        <Button kind="primary" busy={leave.busy} onClick={leave.run}>Continue to sign-in</Button>
        <p class="hint">You sign in with your organization's identity provider. Leasehold never sees your password.</p>
      </div>
    </main>
  );
}
