import { useEffect, useState } from "preact/hooks";
import { withInvitations } from "./api/invitations";
import { useLoad } from "./api/load";
import { readMe, refusals } from "./api/me";
import { Toasts } from "./parts/toast";
import { currentLocation } from "./router/navigation";
import { parseRoute } from "./router/route";
import { IdleDialog } from "./shell/idle-dialog";
import { sessionState, type Session } from "./session/session";
import { signingOut } from "./session/sign-out";
import { UnsavedDialog } from "./shell/unsaved-dialog";
import { useSignal } from "./signal";
import { Console } from "./console";
import { Boot, BootFailure } from "./views/boot";
import { SignInCallback } from "./views/sign-in-callback";
import { SignedOut, SigningOut } from "./views/signed-out";

/** The console. People who are not signed in sign in first, whatever the address. */
export function App() {
  const { session, ended } = useSignal(sessionState);
  const { path } = useSignal(currentLocation);
  const isSigningOut = useSignal(signingOut);
  const [refusal, setRefusal] = useState<string>();
  const route = parseRoute(path);
  return (
    <>
      {route.view === "signed-in" ? (
        <SignInCallback onRefused={setRefusal} />
      ) : isSigningOut ? (
        <SigningOut />
      ) : session ? (
        <SignedInConsole key={session.token} session={session} />
      ) : (
        <SignedOut reason={ended ?? refusal} after={route.view === "signed-out"} />
      )}
      <UnsavedDialog />
      <Toasts />
    </>
  );
}

function SignedInConsole({ session }: { readonly session: Session }) {
  const { path } = useSignal(currentLocation);
  const me = useLoad("me", readMe);
  const { reload } = me;
  useEffect(() => refusals.subscribe(reload), [reload]);
  if (!me.data) return me.problem ? <BootFailure problem={me.problem} onRetry={me.reload} /> : <Boot />;
  const before = me.data;
  return (
    <>
      <Console
        route={parseRoute(path)}
        me={before}
        setMe={(next) => me.set(withInvitations(next, before))}
        reloadMe={me.reload}
      />
      <IdleDialog session={session} />
    </>
  );
}
