/** A view of the console and its parameters. */
export type Route =
  | { readonly view: "home" }
  | { readonly view: "signed-in" }
  | { readonly view: "signed-out" }
  | { readonly view: "account" }
  | { readonly view: "unknown"; readonly org?: string }
  | { readonly view: "organization"; readonly org: string }
  | {
      readonly view: "users";
      readonly org: string;
      readonly inviting: boolean;
      readonly changing?: string;
      /** What the pane does to the selected members. */
      readonly acting?: SelectedAction;
    }
  | { readonly view: "service-accounts"; readonly org: string; readonly creating: boolean }
  | {
      readonly view: "user";
      readonly org: string;
      readonly user: string;
      readonly tab?: UserTab;
      readonly token?: string;
      /** Whether the pane that assigns solutions is open. */
      readonly assigning?: boolean;
    }
  | {
      readonly view: "profile";
      readonly org: string;
      readonly tab: ProfileTab;
      readonly token?: string;
      readonly assigning?: boolean;
    }
  | { readonly view: "solutions"; readonly org: string; readonly creating: boolean }
  | { readonly view: "solution"; readonly org: string; readonly solution: string; readonly pane?: "edit" | "assign" }
  | { readonly view: "audit"; readonly org: string; readonly entry?: string }
  | { readonly view: "settings"; readonly org: string };

/** A tab of a member. Without one, the address shows the tokens of a service account, and the profile of a person. */
export type UserTab = "profile" | "solutions" | "tokens";
export type ProfileTab = "profile" | "solutions" | "tokens";

/** What can be done to the selected members of a list, as the address names it. */
export type SelectedAction = (typeof selectedActions)[number];
const selectedActions = ["assign", "role", "resend", "enable", "disable", "remove"] as const;

const unknown: Route = { view: "unknown" };

/** Returns the route of a path after "/console". A page that does not exist still has the organization of its address. */
export function parseRoute(path: string): Route {
  const [org, view, ...rest] = path.split("/").filter(Boolean);
  const route = routeOf(org, view, rest);
  return route === unknown && org?.startsWith("org_") ? { view: "unknown", org } : route;
}

function routeOf(org: string | undefined, view: string | undefined, rest: string[]): Route {
  if (org === undefined) return { view: "home" };
  if ((org === "signed-in" || org === "signed-out") && view === undefined) return { view: org };
  if (org === "profile" && view === undefined) return { view: "account" };
  if (!org.startsWith("org_")) return unknown;
  switch (view) {
    case undefined:
      return { view: "organization", org };
    case "users":
      return usersRoute(org, rest);
    case "profile":
      return profileRoute(org, rest);
    case "solutions":
      return solutionsRoute(org, rest);
    case "audit":
      return auditRoute(org, rest);
    case "settings":
      return rest.length === 0 ? { view, org } : unknown;
    default:
      return unknown;
  }
}

function usersRoute(org: string, [first, tab, pane, ...rest]: string[]): Route {
  if (rest.length > 0 || (pane !== undefined && tab !== "tokens" && tab !== "solutions")) return unknown;
  if (first === undefined) return { view: "users", org, inviting: false };
  if (first === "invite" && tab === undefined) return { view: "users", org, inviting: true };
  if (first === "selected" && pane === undefined) {
    const acting = selectedActions.find((action) => action === tab);
    return acting ? { view: "users", org, inviting: false, acting } : unknown;
  }
  if (first === "service-accounts" && pane === undefined && (tab === undefined || tab === "new"))
    return { view: "service-accounts", org, creating: tab === "new" };
  if (!first.startsWith("usr_")) return unknown;
  if (tab === undefined) return { view: "user", org, user: first };
  if (tab === "role") return { view: "users", org, inviting: false, changing: first };
  if (pane !== undefined) {
    const opened = paneOf(tab, pane);
    return opened ? { view: "user", org, user: first, ...opened } : unknown;
  }
  return tab === "profile" || tab === "solutions" || tab === "tokens"
    ? { view: "user", org, user: first, tab }
    : unknown;
}

function auditRoute(org: string, [entry, ...rest]: string[]): Route {
  if (rest.length > 0) return unknown;
  if (entry === undefined) return { view: "audit", org };
  return /^[0-9a-z_]{1,64}$/.test(entry) ? { view: "audit", org, entry } : unknown;
}

function profileRoute(org: string, [tab, pane, ...rest]: string[]): Route {
  if (rest.length > 0) return unknown;
  if (tab === undefined) return { view: "profile", org, tab: "profile" };
  if (tab !== "solutions" && tab !== "tokens") return unknown;
  if (pane === undefined) return { view: "profile", org, tab };
  const opened = paneOf(tab, pane);
  return opened ? { view: "profile", org, ...opened } : unknown;
}

/** Returns the pane of a tab that the last part of an address opens, if there is one. */
function paneOf(tab: string | undefined, part: string): TabPane | undefined {
  if (tab === "solutions") return part === "assign" ? { tab, assigning: true } : undefined;
  return part === "new" || part.startsWith("tok_") ? { tab: "tokens", token: part } : undefined;
}

/** A tab of a profile with the pane that is open in it. */
type TabPane =
  { readonly tab: "tokens"; readonly token: string } | { readonly tab: "solutions"; readonly assigning: true };

function solutionsRoute(org: string, [first, pane, ...rest]: string[]): Route {
  if (rest.length > 0) return unknown;
  if (first === undefined) return { view: "solutions", org, creating: false };
  if (first === "new" && pane === undefined) return { view: "solutions", org, creating: true };
  if (!first.startsWith("sol_")) return unknown;
  if (pane === undefined) return { view: "solution", org, solution: first };
  return pane === "edit" || pane === "assign" ? { view: "solution", org, solution: first, pane } : unknown;
}

/** Returns the path of the same view in another organization, without resources of the first one. */
export function pathInOrganization(route: Route, org: string): string {
  switch (route.view) {
    case "profile":
      return route.tab === "profile" ? `/${org}/profile` : `/${org}/profile/${route.tab}`;
    case "user":
    case "service-accounts":
      return `/${org}/users`;
    case "solution":
      return `/${org}/solutions`;
    case "users":
    case "solutions":
    case "audit":
    case "settings":
      return `/${org}/${route.view}`;
    default:
      return `/${org}`;
  }
}
