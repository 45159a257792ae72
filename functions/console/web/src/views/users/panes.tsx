import { lazy } from "../lazy";

// The panes of the list of users, which its first view does not need.

/** Assigns people to solutions. */
export const AssignPane = lazy("assign", async () => (await import("./assign-pane")).AssignPane);
/** Downloads the list. */
export const ExportMembers = lazy("export members", async () => (await import("./export-members")).ExportMembers);
/** Invites people. */
export const Invite = lazy("invite", async () => (await import("./invite")).Invite);
/** Does the same to many members. */
export const ManyPane = lazy("many", async () => (await import("./many-pane")).ManyPane);
