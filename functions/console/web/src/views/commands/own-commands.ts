import type { ConsoleState } from "../../console-context";
import { checkUnsaved, navigate, openOverlay } from "../../router/navigation";
import { signOut } from "../../session/sign-out";
import { destinations, mayOpen } from "../../shell/destinations";
import { offerRestore } from "../../shell/restore-dialog";
import { offerSwitch } from "../../shell/switch-dialog";
import { setTheme } from "../../shell/theme";
import type { Permission } from "../../api/types";
import type { IconName } from "../../parts/icon";
import { isDeleted } from "../../words/deletion";
import { hasAccess } from "../../words/names";
import type { Command, Group } from "./commands";

/** A command that opens an address. */
interface Opening {
  readonly text: string;
  readonly icon: IconName;
  /** The path within the organization. */
  readonly path: string;
  /** The permission that it requires. Without one, access to the organization is enough. */
  readonly permission?: Permission;
}

const views: readonly Opening[] = [
  { text: "My solutions", icon: "solutions", path: "profile/solutions" },
  { text: "Service accounts", icon: "token", path: "users/service-accounts", permission: "members:manage" },
];

const actions: readonly Opening[] = [
  { text: "Invite user", icon: "plus", path: "users/invite", permission: "members:manage" },
  { text: "New token", icon: "plus", path: "profile/tokens/new", permission: "tokens:own" },
  { text: "New solution", icon: "plus", path: "solutions/new", permission: "solutions:create" },
  { text: "New service account", icon: "plus", path: "users/service-accounts/new", permission: "members:manage" },
];

const organizationSettings = ["Organization name", "Token policy", "Organization ID", "Delete organization"];

const ownSettings = [
  "Personal details",
  "Default organization",
  "Emails about your tokens",
  "Sessions",
  "Download your data",
  "Leave organization",
  "Delete account",
];

/** Returns the commands that need no search: views, actions, settings, the person's tokens, and other organizations. */
export function ownCommands(state: ConsoleState): readonly Command[] {
  const { org, membership, tokens } = state;
  const opening = (group: Group, openings: readonly Opening[], detail?: string) =>
    openings
      .filter((o) => mayOpen(membership, o))
      .map(({ text, icon, path }): Command => ({
        id: `${group} ${text}`,
        group,
        text,
        detail,
        icon,
        run: () => navigate(`/${org}/${path}`),
      }));
  const managed = organizationSettings.map((text): Opening => ({
    text,
    icon: "settings",
    path: "settings",
    permission: "organization:manage",
  }));
  const own = ownSettings.map((text): Opening => ({ text, icon: "user", path: "profile" }));
  return [
    ...opening("Views", [...destinations(membership), ...views]),
    ...opening("Actions", actions),
    ...everywhere(),
    ...opening("Settings", managed, "Settings"),
    ...opening("Settings", own, "My profile"),
    ...(tokens.tokens ?? []).map((token): Command => ({
      id: token.id,
      group: "Your tokens",
      text: token.description,
      detail: token.organization.name,
      icon: "token",
      run: () => navigate(`/${org}/profile/tokens/${token.id}`),
    })),
    ...organizations(state),
  ];
}

/** Returns the actions that do not depend on the organization. */
function everywhere(): readonly Command[] {
  const action = (text: string, icon: IconName, run: () => void): Command => ({
    id: `Actions ${text}`,
    group: "Actions",
    text,
    icon,
    run,
  });
  return [
    action("New organization", "plus", () => checkUnsaved(() => openOverlay("organization"))),
    action("Keyboard shortcuts", "keyboard", () => openOverlay("keys")),
    action("Use the light theme", "light", () => setTheme("light")),
    action("Use the dark theme", "dark", () => setTheme("dark")),
    action("Use the system's theme", "settings", () => setTheme("system")),
    action("Sign out", "leave", () => checkUnsaved(() => void signOut())),
  ];
}

/** Returns a command for each other organization that the person can switch to, join or restore. */
function organizations({ me, org }: ConsoleState): readonly Command[] {
  return me.memberships
    .filter((m) => m.organization.id !== org && (hasAccess(m) || m.status === "invited" || isDeleted(m)))
    .map((m) => ({
      id: m.organization.id,
      group: "Organizations",
      text: m.organization.name,
      detail: isDeleted(m) ? "Deleted" : m.status === "invited" ? "Invitation" : undefined,
      icon: "organization",
      run: () => (isDeleted(m) ? offerRestore(m) : offerSwitch(m)),
    }));
}
