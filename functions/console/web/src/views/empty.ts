import { forExtra, lazy } from "./lazy";

// What is shown in place of empty lists. A first view seldom has one, so their words come later.

/** In place of the list of users. */
export const NoMembers = lazy("no members", async () => (await import("./empty-lists")).NoMembers, forExtra);
/** In place of the list of solutions. */
export const NoSolutions = lazy("no solutions", async () => (await import("./empty-lists")).NoSolutions, forExtra);
/** In place of the list of a member's solutions. */
export const NoAssignments = lazy(
  "no assignments",
  async () => (await import("./empty-lists")).NoAssignments,
  forExtra,
);
/** In place of the list of a solution's people. */
export const NobodyAssigned = lazy(
  "nobody assigned",
  async () => (await import("./empty-lists")).NobodyAssigned,
  forExtra,
);
/** In place of a list of tokens. */
export const NoTokens = lazy("no tokens", async () => (await import("./empty-lists")).NoTokens, forExtra);
