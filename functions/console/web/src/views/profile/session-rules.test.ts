import { expect, test } from "vitest";
import type { OwnSession } from "../../api/types";
import { clientOf, inOrder } from "./session-rules";

const session = (id: string, at: Partial<OwnSession>): OwnSession => ({
  id,
  kind: "session",
  createdAt: "2026-11-27T08:00:00Z",
  leaseExpiresAt: "2026-11-27T10:00:00Z",
  expiresAt: "2026-11-27T20:00:00Z",
  current: false,
  ...at,
});

test("this tab's session comes first, then the one used last; a session that was never used counts from its start", () => {
  const shown = inOrder([
    session("new", { createdAt: "2026-11-27T09:00:00Z" }),
    session("old", { lastUsedAt: "2026-11-27T08:30:00Z" }),
    session("current", { lastUsedAt: "2026-11-27T08:05:00Z", current: true }),
    session("busy", { lastUsedAt: "2026-11-27T09:30:00Z" }),
  ]);
  expect(shown.map(({ id }) => id)).toEqual(["current", "busy", "new", "old"]);
});

test("a session has a name even if its client is not known", () => {
  expect(clientOf({ client: "Firefox on Linux" })).toBe("Firefox on Linux");
  expect(clientOf({})).toBe("Unknown client");
});
