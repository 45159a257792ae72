import { describe, expect, it, test } from "vitest";
import { completeExport, exportFileName, incompleteLists } from "./complete-export";
import type { ProfileExport } from "./types";

function part(ids: readonly string[], leftOut: ProfileExport["leftOut"] = [], before?: string): ProfileExport {
  return {
    exportedAt: "2026-11-27T12:00:00Z",
    profile: { id: "usr_1" },
    identities: [],
    memberships: [],
    solutionRoles: [],
    invitations: [],
    invitationMails: [],
    tokens: [],
    sessions: [],
    auditEvents: ids.map((id) => ({
      id,
      at: "2026-11-27T12:00:00Z",
      action: "session.create",
      actor: { kind: "session" },
      target: { type: "user", id: "usr_1" },
      source: {},
    })),
    leftOut,
    ...(before === undefined ? {} : { auditEventsBefore: before }),
  } as unknown as ProfileExport;
}

describe("a person's data", () => {
  it("is one document, however many requests its audit events take, and holds each event once", async () => {
    const asked: (string | undefined)[] = [];
    const document = await completeExport((until) => {
      asked.push(until);
      return Promise.resolve(
        until === undefined
          ? part(["e5", "e4"], ["tokens", "auditEvents"], "t4")
          : until === "t4"
            ? part(["e4", "e3"], ["auditEvents"], "t3")
            : part(["e3", "e2"]),
      );
    });
    expect(asked).toEqual([undefined, "t4", "t3"]);
    expect(document.auditEvents.map(({ id }) => id)).toEqual(["e5", "e4", "e3", "e2"]);
    expect(document.leftOut).toEqual(["tokens"]);
    expect(document.auditEventsBefore).toBeUndefined();
  });

  it("says that events are missing if the requests make no progress", async () => {
    const document = await completeExport(() => Promise.resolve(part(["e1"], ["auditEvents"], "t1")));
    expect(document.leftOut).toEqual(["auditEvents"]);
    expect(document.auditEventsBefore).toBe("t1");
  });
});

test("the file has the date of the export", () =>
  expect(exportFileName({ exportedAt: "2026-11-27T12:00:00Z" })).toBe("leasehold-data-2026-11-27.json"));

test("lists that are not complete are named", () => {
  expect(incompleteLists({ leftOut: [] })).toBeUndefined();
  expect(incompleteLists({ leftOut: ["tokens", "auditEvents"] })).toMatch(/: tokens, audit events\.$/);
});
