import { useEffect, useMemo } from "preact/hooks";
import { useOwnTokens } from "./api/live-tokens";
import type { Problem } from "./api/problem";
import type { Membership, Profile } from "./api/types";
import { ConsoleContext, usePerson, type PersonState } from "./console-context";
import { ErrorBoundary } from "./parts/error-boundary";
import { ReloadFailure } from "./parts/loaded";
import { SkeletonCard } from "./parts/skeleton";
import { navigate } from "./router/navigation";
import { landingPath, startPath, startOrganization } from "./shell/landing";
import type { Route } from "./router/route";
import { Shell } from "./shell/shell";
import { RestoreDialog } from "./shell/restore-dialog";
import { SwitchDialog } from "./shell/switch-dialog";
import { isDeleted } from "./words/deletion";
import { can, hasAccess } from "./words/names";
import { NotFound } from "./views/not-found";
import { Overlays } from "./views/overlays";
import { Account, DeletedOrganization, Invitation, NoAccess, NoSuchOrganization, View } from "./views/view";

interface ConsoleProps {
  readonly route: Route;
  readonly me: Profile;
  /** Why the profile could not be reloaded. */
  readonly problem: Problem | undefined;
  readonly setMe: (me: Profile) => void;
  readonly reloadMe: () => void;
}

/** The console of a signed-in person. Each page has its frame, also for people who belong to no organization. */
export function Console({ route, me, problem, setMe, reloadMe }: ConsoleProps) {
  const tokens = useOwnTokens(me.memberships.filter((m) => can(m, "tokens:own")).map((m) => m.organization.id));
  const org = "org" in route ? route.org : undefined;
  const membership = me.memberships.find((m) => m.organization.id === org);
  // A page that cannot be shown keeps the frame, of the organization that the person would start in.
  const framed = membership ?? startOrganization(me);
  const state = useMemo<PersonState>(
    () => ({ me, setMe, reloadMe, org: framed?.organization.id, membership: framed, tokens }),
    [me, setMe, reloadMe, framed, tokens],
  );
  const target = redirection(route, membership, state);
  if (target !== undefined) return <Redirect to={target} />;
  const isKnown = membership !== undefined || route.view === "account";
  return (
    <ConsoleContext.Provider value={state}>
      <Shell route={isKnown ? route : { view: "unknown" }}>
        <ReloadFailure problem={problem} onRetry={reloadMe} />
        <ErrorBoundary>
          <Page key={org} route={route} membership={membership} />
        </ErrorBoundary>
      </Shell>
      <SwitchDialog setMe={setMe} />
      <RestoreDialog setMe={setMe} />
      <Overlays />
    </ConsoleContext.Provider>
  );
}

/** Returns the path to open instead of an address that only says where to start, or undefined for any other address. */
function redirection(
  route: Route,
  membership: Membership | undefined,
  { me, tokens }: PersonState,
): string | undefined {
  switch (route.view) {
    case "home":
    case "signed-out":
      return startPath(me);
    case "account": {
      const start = startOrganization(me);
      return start && `/${start.organization.id}/profile`;
    }
    case "organization":
      return membership && hasAccess(membership) ? landingPath(membership, tokens) : undefined;
    default:
      return undefined;
  }
}

interface PageProps {
  readonly route: Route;
  /** The person's membership in the organization of the address. */
  readonly membership: Membership | undefined;
}

/** The page of the address, which depends on what the person is in its organization. */
function Page({ route, membership }: PageProps) {
  const { org } = usePerson();
  if (route.view === "account") return <Account />;
  if (!membership) {
    const missing = "org" in route ? route.org : undefined;
    return missing === undefined ? (
      <NotFound back={org === undefined ? "/" : `/${org}`} />
    ) : (
      <NoSuchOrganization org={missing} />
    );
  }
  if (membership.invitation) return <Invitation invitation={membership.invitation} />;
  if (isDeleted(membership)) return <DeletedOrganization />;
  if (!hasAccess(membership)) return <NoAccess />;
  // Where the person lands depends on their tokens, which are about to be there.
  return route.view === "organization" ? <SkeletonCard lines={6} /> : <View route={route} />;
}

function Redirect({ to }: { readonly to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}
