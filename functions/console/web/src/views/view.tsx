import { useEffect } from "preact/hooks";
import type { Permission } from "../api/types";
import { useConsole } from "../console-context";
import type { Route } from "../router/route";
import { can } from "../words/names";
import { forExtra, lazy, loadViews } from "./lazy";
import { NotForYourRole, NotFound } from "./not-found";
import { OwnProfile } from "./profile/own-profile";
import { Solutions } from "./solutions/solutions";
import { Users } from "./users/users";

// What nobody sees first comes after the first view.
export const NoSuchOrganization = lazy(
  "no such organization",
  async () => (await import("./unavailable")).NoSuchOrganization,
);
export const NoAccess = lazy("no access", async () => (await import("./unavailable")).NoAccess);
export const DeletedOrganization = lazy("deleted", async () => (await import("./deleted")).DeletedOrganization);
export const Account = lazy("account", async () => (await import("./profile/account")).Account);
export const Invitation = lazy("invitation", async () => (await import("./invitation")).Invitation);
const FirstSteps = lazy("first-steps", async () => (await import("./first-steps")).FirstSteps, forExtra);
const Audit = lazy("audit", async () => (await import("./audit/audit")).Audit);
const Settings = lazy("settings", async () => (await import("./settings/settings")).Settings);
const SolutionDetail = lazy("solution", async () => (await import("./solutions/solution-detail")).SolutionDetail);
const AssignedSolution = lazy(
  "assigned solution",
  async () => (await import("./solutions/assigned-solution")).AssignedSolution,
);
const ServiceAccounts = lazy("accounts", async () => (await import("./users/service-accounts")).ServiceAccounts);
const UserProfile = lazy("user", async () => (await import("./users/user-profile")).UserProfile);

/** How long after the first view the code of the others is loaded, in milliseconds. */
const PRELOAD_DELAY = 500;

const permissions: Partial<Record<Route["view"], Permission>> = {
  users: "members:view",
  user: "members:view",
  "service-accounts": "members:manage",
  solutions: "solutions:view-own",
  audit: "audit:view",
  settings: "organization:manage",
};

/** The view of the current address, if the person's role has the permission. */
export function View({ route }: { readonly route: Route }) {
  const { me, org, membership } = useConsole();
  useEffect(() => {
    const timer = setTimeout(loadViews, PRELOAD_DELAY);
    return () => clearTimeout(timer);
  }, []);
  const permission = permissions[route.view];
  if (permission && !can(membership, permission)) return <NotForYourRole />;
  switch (route.view) {
    case "profile":
      return <OwnProfile tab={route.tab} token={route.token} assigning={route.assigning} />;
    case "users":
      return (
        <>
          <Users inviting={route.inviting} changing={route.changing} acting={route.acting} />
          {can(membership, "members:manage") && <FirstSteps />}
        </>
      );
    case "user":
      // A person's own name in the list links to their own profile.
      return route.user === me.id ? (
        <OwnProfile tab={route.tab ?? "profile"} token={route.token} assigning={route.assigning} />
      ) : (
        <UserProfile
          key={route.user}
          user={route.user}
          tab={route.tab}
          token={route.token}
          assigning={route.assigning}
        />
      );
    case "service-accounts":
      return <ServiceAccounts creating={route.creating} />;
    case "solutions":
      return <Solutions creating={route.creating} />;
    case "solution":
      return can(membership, "solutions:view-own") ? (
        <SolutionDetail key={route.solution} solution={route.solution} pane={route.pane} />
      ) : (
        <AssignedSolution key={route.solution} solution={route.solution} pane={route.pane} />
      );
    case "audit":
      return <Audit entry={route.entry} />;
    case "settings":
      return <Settings />;
    default:
      return <NotFound back={`/${org}`} />;
  }
}
