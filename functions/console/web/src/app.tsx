import { useEffect, useState } from "preact/hooks";
import { withInvitations } from "./api/invitations";
import { refusals } from "./api/me";
import { newest } from "./api/newest";
import { useMe } from "./api/queries";
import { ErrorBoundary } from "./parts/error-boundary";
import { Toasts } from "./parts/toast";
import { currentLocation } from "./router/navigation";
import { parseRoute } from "./router/route";
import { IdleDialog } from "./shell/idle-dialog";
import { sessionState, type Session } from "./session/session";
import { away, signingOut } from "./session/sign-out";
import { UnsavedDialog } from "./shell/unsaved-dialog";
import { useSignal } from "./signal";
import { Console } from "./console";
import { Boot, BootFailure } from "./views/boot";
import { SignInCallback } from "./views/sign-in-callback";
import { SignedOut, SigningOut } from "./views/signed-out";

/** The console, with an error page in place of what fails. It is empty while the page has been left. */
export function App() {
  const isAway = useSignal(away);
  if (isAway) return <Boot />;
  return (
    <>
      <ErrorBoundary whole>
        <Page />
      </ErrorBoundary>
      <UnsavedDialog />
      <Toasts />
    </>
  );
}

/** The page of the address. People who are not signed in sign in first, whatever the address. */
function Page() {
  const { session, ended } = useSignal(sessionState);
  const { path } = useSignal(currentLocation);
  const isSigningOut = useSignal(signingOut);
  const [refusal, setRefusal] = useState<string>();
  const route = parseRoute(path);
  if (route.view === "signed-in") return <SignInCallback onRefused={setRefusal} />;
  if (isSigningOut) return <SigningOut />;
  if (session) return <SignedInConsole key={session.token} session={session} />;
  return <SignedOut reason={ended ?? refusal} after={route.view === "signed-out"} />;
}

function SignedInConsole({ session }: { readonly session: Session }) {
  const { path } = useSignal(currentLocation);
  const me = useMe();
  const { reload } = me;
  useEffect(() => refusals.subscribe(reload), [reload]);
  if (!me.data) return me.problem ? <BootFailure problem={me.problem} onRetry={me.reload} /> : <Boot />;
  const { update } = me;
  return (
    <>
      <Console
        route={parseRoute(path)}
        me={me.data}
        problem={me.problem}
        setMe={(next) => update((shown) => newest(shown, withInvitations(next, shown)))}
        reloadMe={me.reload}
      />
      <IdleDialog session={session} />
    </>
  );
}
