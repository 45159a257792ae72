import type { ConsoleState } from "../../console-context";
import { checkUnsaved, navigate, openOverlay } from "../../router/navigation";
import { signOut } from "../../session/sign-out";
import { destinations } from "../../shell/destinations";
import { offerRestore } from "../../shell/restore-dialog";
import { offerSwitch } from "../../shell/switch-dialog";
import { setTheme } from "../../shell/theme";
import type { Permission } from "../../api/types";
import type { IconName } from "../../parts/icon";
import { isDeleted } from "../../words/deletion";
import { can, hasAccess } from "../../words/names";
import type { Command, Group } from "./commands";

/** A command that opens an address: its text, icon and path, and the permission that it requires. */
type Opening = readonly [text: string, icon: IconName, path: string, permission?: Permission];

const views: readonly Opening[] = [
  ["My solutions", "solutions", "profile/solutions"],
  ["Service accounts", "token", "users/service-accounts", "members:manage"],
];

const actions: readonly Opening[] = [
  ["Invite user", "plus", "users/invite", "members:manage"],
  ["New token", "plus", "profile/tokens/new", "tokens:own"],
  ["New solution", "plus", "solutions/new", "solutions:create"],
  ["New service account", "plus", "users/service-accounts/new", "members:manage"],
];

const settings: readonly Opening[] = [
  ["Organization name", "settings", "settings", "organization:manage"],
  ["Token policy", "settings", "settings", "organization:manage"],
  ["Organization ID", "settings", "settings", "organization:manage"],
  ["Delete organization", "settings", "settings", "organization:manage"],
  ["Personal details", "user", "profile"],
  ["Default organization", "user", "profile"],
  ["Emails about your tokens", "user", "profile"],
  ["Sessions", "user", "profile"],
  ["Download your data", "user", "profile"],
  ["Leave organization", "user", "profile"],
  ["Delete account", "user", "profile"],
];

/** Returns the commands that need no search: views, actions, settings, the person's tokens, and other organizations. */
export function ownCommands(state: ConsoleState): readonly Command[] {
  const { org, membership, tokens } = state;
  const opening =
    (group: Group, detail?: string) =>
    ([text, icon, path, permission]: Opening): Command[] =>
      (permission ? can(membership, permission) : hasAccess(membership))
        ? [{ id: `${group} ${text}`, group, text, detail, icon, run: () => navigate(`/${org}/${path}`) }]
        : [];
  return [
    ...destinations(membership)
      .map(({ text, icon, path, permission }): Opening => [text, icon, path, permission])
      .flatMap(opening("Views")),
    ...views.flatMap(opening("Views")),
    ...actions.flatMap(opening("Actions")),
    ...everywhere(),
    ...settings.flatMap((item) => opening("Settings", item[2] === "settings" ? "Settings" : "My profile")(item)),
    ...(tokens.tokens ?? []).map((token) => ({
      id: token.id,
      group: "Your tokens" as const,
      text: token.description,
      detail: token.organization.name,
      icon: "token" as const,
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
