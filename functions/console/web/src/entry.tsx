import { useEffect, useMemo } from "preact/hooks";
import type { Membership, Profile } from "./api/types";
import { HereContext } from "./context";
import { navigate } from "./router/navigation";
import type { Route } from "./router/route";
import { Shell } from "./shell/shell";
import { SwitchDialog } from "./shell/switching";
import { can, isOpen } from "./words/names";
import { NoManagement } from "./views/no-management";
import { NoSuchOrganization, NotOpen, NotFound } from "./views/elsewhere";
import { View } from "./views/view";

interface EntryProps {
  readonly route: Route;
  readonly me: Profile;
  readonly setMe: (me: Profile) => void;
  readonly reloadMe: () => void;
}

/** Lets a signed-in person in, as far as their roles go. */
export function Entry({ route, me, setMe, reloadMe }: EntryProps) {
  const admitted = me.memberships.some((m) => can(m, "management:login"));
  return (
    <>
      {admitted ? (
        <Inside route={route} me={me} setMe={setMe} reloadMe={reloadMe} />
      ) : (
        <NoManagement me={me} setMe={setMe} />
      )}
      <SwitchDialog setMe={setMe} />
    </>
  );
}

function Inside({ route, me, setMe, reloadMe }: EntryProps) {
  const org = "org" in route ? route.org : undefined;
  const membership = me.memberships.find((m) => m.organization.id === org);
  const here = useMemo(
    () => (membership && org ? { me, setMe, reloadMe, org, membership } : undefined),
    [me, setMe, reloadMe, org, membership],
  );
  if (route.view === "home" || route.view === "signed-out") return <Redirect to={`/${landing(me)}`} />;
  if (!here || !membership) return org ? <NoSuchOrganization me={me} /> : <NotFound back={`/${landing(me)}`} />;
  if (route.view === "organization")
    return <Redirect to={`/${route.org}/${can(membership, "members:view") ? "users" : "profile"}`} />;
  return (
    <HereContext.Provider value={here}>
      <Shell route={route}>{isOpen(membership) ? <View key={org} route={route} /> : <NotOpen />}</Shell>
    </HereContext.Provider>
  );
}

/** Where someone lands who asked for no organization in particular. */
function landing(me: Profile): string {
  const open: Membership | undefined = me.memberships.find((m) => can(m, "management:login"));
  return me.currentOrganization?.id ?? me.defaultOrganization?.id ?? open?.organization.id ?? "";
}

function Redirect({ to }: { readonly to: string }) {
  useEffect(() => navigate(to, { replace: true }), [to]);
  return null;
}
