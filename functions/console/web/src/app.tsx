import { useState } from "preact/hooks";
import { call } from "./api/client";
import { useLoad } from "./api/load";
import { Toasts } from "./parts/toast";
import { place } from "./router/navigation";
import { parseRoute } from "./router/route";
import { IdleWatch } from "./session/idle-watch";
import { standing, type Session } from "./session/session";
import { departing } from "./session/sign-out";
import { UnsavedDialog } from "./shell/unsaved";
import { useSignal } from "./signal";
import { Entry } from "./entry";
import { Boot, BootFailure } from "./views/boot";
import { Returning } from "./views/returning";
import { SignedOut, SigningOut } from "./views/signed-out";

/** The console: whoever is not signed in signs in first, wherever the address leads. */
export function App() {
  const { session, ended } = useSignal(standing);
  const { path } = useSignal(place);
  const leaving = useSignal(departing);
  const [refused, setRefused] = useState<string>();
  const route = parseRoute(path);
  return (
    <>
      {route.view === "signed-in" ? (
        <Returning onRefused={setRefused} />
      ) : leaving ? (
        <SigningOut />
      ) : session ? (
        <SignedIn key={session.token} session={session} />
      ) : (
        <SignedOut reason={ended ?? refused} after={route.view === "signed-out"} />
      )}
      <UnsavedDialog />
      <Toasts />
    </>
  );
}

function SignedIn({ session }: { readonly session: Session }) {
  const { path } = useSignal(place);
  const me = useLoad("me", (signal) => call("get", "/me", { signal }));
  if (!me.data) return me.problem ? <BootFailure problem={me.problem} onRetry={me.reload} /> : <Boot />;
  return (
    <>
      <Entry route={parseRoute(path)} me={me.data} setMe={me.set} reloadMe={me.reload} />
      <IdleWatch session={session} />
    </>
  );
}
