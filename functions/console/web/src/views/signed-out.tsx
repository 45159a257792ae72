import { useEffect, useState } from "preact/hooks";
import { useAction } from "../api/action";
import { consoleBase } from "../base";
import { Button } from "../parts/button";
import { Mark } from "../parts/icon";
import { Notice, ProblemNotice } from "../parts/notice";
import { accountDeleted, lastAccount } from "../session/session";
import { startSignIn } from "../session/sign-in";
import { Boot } from "./boot";

interface SignedOutProps {
  readonly reason: string | undefined;
  /** Whether the person has just signed out. */
  readonly after: boolean;
}

/** The page for people who are not signed in. A new tab continues silently if another tab is signed in. */
export function SignedOut({ reason, after }: SignedOutProps) {
  const [continuing, setContinuing] = useState(() => !after && reason === undefined && lastAccount() !== null);
  const returnTo = after ? consoleBase : location.pathname + location.search;
  useEffect(() => {
    if (continuing) startSignIn(returnTo, { silent: true }).catch(() => setContinuing(false));
  }, [continuing, returnTo]);
  if (continuing) return <Boot />;
  return after ? (
    <SignedOutCard onlyHere={location.search !== ""} />
  ) : (
    <SignInCard reason={reason} returnTo={returnTo} />
  );
}

/** The page shown while the browser goes to the identity provider to sign out. */
export function SigningOut() {
  return (
    <main class="centered-page">
      <div class="card sign-in">
        <Mark />
        <div role="status">
          <h1 tabIndex={-1}>Signing you out …</h1>
        </div>
      </div>
    </main>
  );
}

/** The page after signing out. `onlyHere` means of Leasehold but not of the identity provider. */
function SignedOutCard({ onlyHere }: { readonly onlyHere: boolean }) {
  const [deleted] = useState(accountDeleted);
  useTitle(deleted ? "Account deleted" : "Signed out");
  return (
    <main class="centered-page">
      <div class="card sign-in">
        <Mark />
        <h1 tabIndex={-1}>{deleted ? "Your account has been deleted" : "You are signed out"}</h1>
        {deleted && (
          <p class="lead">
            You are signed out everywhere, and your tokens no longer work. If you sign in again, you get a new, empty
            account.
          </p>
        )}
        {onlyHere ? (
          <Notice kind="warning">
            You may still be signed in to your identity provider. On a shared computer, sign out there too.
          </Notice>
        ) : (
          <p class="lead">The next person to use this browser will have to sign in.</p>
        )}
        <SignInButton returnTo={consoleBase} text={deleted ? "Sign in" : "Sign in again"} />
      </div>
    </main>
  );
}

interface SignInCardProps {
  readonly reason: string | undefined;
  readonly returnTo: string;
}

/** The page that starts the sign-in. */
export function SignInCard({ reason, returnTo }: SignInCardProps) {
  useTitle("Sign in");
  return (
    <main class="centered-page">
      <div class="card sign-in">
        <Mark />
        <h1 tabIndex={-1}>Sign in to Leasehold</h1>
        <p class="lead">Manage people, roles and access tokens.</p>
        <div role="status">{reason && <Notice kind="info">{reason}</Notice>}</div>
        <SignInButton returnTo={returnTo} text="Sign in" />
        <p class="hint">You sign in with your organization's identity provider. Leasehold never sees your password.</p>
      </div>
    </main>
  );
}

function SignInButton({ returnTo, text }: { readonly returnTo: string; readonly text: string }) {
  const signIn = useAction(() => startSignIn(returnTo));
  return (
    <>
      <ProblemNotice problem={signIn.problem} />
      <Button kind="primary" busy={signIn.busy} onClick={signIn.run}>
        {text}
      </Button>
    </>
  );
}

function useTitle(name: string): void {
  useEffect(() => {
    document.title = `${name} · Leasehold`;
  }, [name]);
}
