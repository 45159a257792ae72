import { useEffect, useMemo } from "preact/hooks";
import { useOwnTokens } from "./api/live-tokens";
import type { Problem } from "./api/problem";
import type { Membership, Profile } from "./api/types";
import { ConsoleContext } from "./console-context";
import { ErrorBoundary } from "./parts/error-boundary";
import { ReloadFailure } from "./parts/loaded";
import { navigate } from "./router/navigation";
import type { Route } from "./router/route";
import { Shell } from "./shell/shell";
import { RestoreDialog } from "./shell/restore-dialog";
import { SwitchDialog } from "./shell/switch-dialog";
import { isDeleted } from "./words/deletion";
import { can, hasAccess } from "./words/names";
import { DeletedOrganization } from "./views/deleted";
import { NoManagement } from "./views/no-management";
import { Overlays } from "./views/overlays";
import { NoSuchOrganization, NoAccess, NotFound } from "./views/unavailable";
import { View } from "./views/view";

interface ConsoleProps {
  readonly route: Route;
  readonly me: Profile;
  /** Why the profile could not be reloaded. */
  readonly problem: Problem | undefined;
  readonly setMe: (me: Profile) => void;
  readonly reloadMe: () => void;
}

/** The console of a signed-in person, depending on their roles. */
export function Console(props: ConsoleProps) {
  const { route, me, setMe } = props;
  const admitted = me.memberships.some((m) => can(m, "management:login"));
  return (
    <>
      {admitted ? (
        <OrganizationConsole {...props} />
      ) : (
        <NoManagement {...props} unlisted={unlistedOrganization(route, me)} />
      )}
      <SwitchDialog setMe={setMe} />
      <RestoreDialog setMe={setMe} />
    </>
  );
}

function OrganizationConsole({ route, me, problem, setMe, reloadMe }: ConsoleProps) {
  const tokens = useOwnTokens(me.memberships.filter((m) => can(m, "tokens:own")).map((m) => m.organization.id));
  const org = "org" in route ? route.org : undefined;
  const membership = me.memberships.find((m) => m.organization.id === org);
  // A page that cannot be shown keeps the frame, of the organization that the person would start in.
  const framed = membership ?? me.memberships.find((m) => m.organization.id === landingOrganization(me));
  const state = useMemo(
    () => framed && { me, setMe, reloadMe, org: framed.organization.id, membership: framed, tokens },
    [me, setMe, reloadMe, framed, tokens],
  );
  if (route.view === "home" || route.view === "signed-out") return <Redirect to={`/${landingOrganization(me)}`} />;
  if (!state) return null;
  if (!membership)
    return (
      <ConsoleContext.Provider value={state}>
        <Shell route={{ view: "unknown" }}>
          {org ? <NoSuchOrganization key={org} org={org} /> : <NotFound back={`/${state.org}`} />}
        </Shell>
        <Overlays />
      </ConsoleContext.Provider>
    );
  if (route.view === "organization")
    return <Redirect to={`/${route.org}/${can(membership, "members:view") ? "users" : "profile"}`} />;
  return (
    <ConsoleContext.Provider value={state}>
      <Shell route={route}>
        <ReloadFailure problem={problem} onRetry={reloadMe} />
        <ErrorBoundary>
          {hasAccess(membership) ? (
            <View key={org} route={route} />
          ) : isDeleted(membership) ? (
            <DeletedOrganization />
          ) : (
            <NoAccess />
          )}
        </ErrorBoundary>
      </Shell>
      <Overlays />
    </ConsoleContext.Provider>
  );
}

/** Returns the ID of the organization in the address if the person's profile does not list it. */
function unlistedOrganization(route: Route, me: Profile): string | undefined {
  const org = "org" in route ? route.org : undefined;
  return me.memberships.some((m) => m.organization.id === org) ? undefined : org;
}

/** Returns the ID of the organization to open if the address names none. */
function landingOrganization(me: Profile): string {
  const open: Membership | undefined = me.memberships.find((m) => can(m, "management:login"));
  return me.currentOrganization?.id ?? me.defaultOrganization?.id ?? open?.organization.id ?? "";
}

function Redirect({ to }: { readonly to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}
