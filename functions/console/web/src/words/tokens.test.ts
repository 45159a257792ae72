import { describe, expect, it } from "vitest";
import type { Token } from "../api/types";
import {
  canExtend,
  endingTokens,
  filterTokens,
  inOrder,
  memberTokensWords,
  originOf,
  prefixOf,
  stripWords,
  tokenEnd,
  tokenFilter,
  usedDays,
} from "./tokens";

const now = Date.parse("2026-11-27T12:00:00Z");
const after = (hours: number) => new Date(now + hours * 3_600_000).toISOString();

const token = (id: string, leaseHours: number, more: Partial<Token> = {}): Token => ({
  id,
  prefix: id,
  description: id,
  organization: { id: "org_1", name: "Acme" },
  status: "live",
  createdAt: after(-100),
  leaseExpiresAt: after(leaseHours),
  expiresAt: after(4000),
  networks: [],
  selfRotate: false,
  version: 1,
  ...more,
});

const ids = (tokens: readonly Token[]) => tokens.map(({ id }) => id);

describe("the list", () => {
  it("has the soonest end first, whichever of lease and expiry that is", () =>
    expect(ids(inOrder([token("c", 300), token("a", 20), token("b", 200, { expiresAt: after(100) })]))).toEqual([
      "a",
      "b",
      "c",
    ]));

  it("has what ended after what can be used, the latest first", () =>
    expect(
      ids(
        inOrder([
          token("old", 0, { status: "lapsed", endedAt: after(-300) }),
          token("new", 0, { status: "deleted", endedAt: after(-1) }),
          token("suspended", 90, { status: "suspended" }),
          token("live", 30),
        ]),
      ),
    ).toEqual(["live", "suspended", "new", "old"]));

  it("has one order for ends at the same time", () =>
    expect(ids(inOrder([token("b", 20), token("a", 20)]))).toEqual(["a", "b"]));
});

describe("the filters", () => {
  const tokens = [
    token("soon", 71),
    token("later", 73),
    token("expiring", 400, { expiresAt: after(10) }),
    token("rotated", 20, { replacedBy: "tok_2" }),
    token("suspended", 10, { status: "suspended" }),
    token("just ended", -0.1),
    token("ended", -1, { status: "revoked", endedAt: after(-1) }),
  ];
  it.each([
    ["all", ["soon", "later", "expiring", "rotated", "suspended", "just ended", "ended"]],
    ["ending", ["soon", "expiring", "rotated"]],
    ["suspended", ["suspended"]],
    ["ended", ["ended"]],
  ] as const)("%s", (filter, found) => expect(ids(filterTokens(tokens, filter, now))).toEqual(found));

  it("the notice leaves out what was rotated, because that end is intended", () =>
    expect(ids(endingTokens(tokens, now))).toEqual(["expiring", "soon"]));

  it("an unknown filter in the address shows all", () => {
    expect(tokenFilter("ending")).toBe("ending");
    expect(tokenFilter("nothing")).toBe("all");
    expect(tokenFilter(null)).toBe("all");
  });
});

it("the end is the earlier of lease and expiry", () => {
  expect(tokenEnd(token("a", 10))).toBe(after(10));
  expect(tokenEnd(token("a", 10, { expiresAt: after(5) }))).toBe(after(5));
});

it("a lease that ends with its token cannot be extended, nor can that of a suspended one", () => {
  expect(canExtend(token("a", 10))).toBe(true);
  expect(canExtend(token("a", 10, { expiresAt: after(10) }))).toBe(false);
  expect(canExtend(token("a", 10, { status: "suspended" }))).toBe(false);
});

it("the prefix can be read from the ID", () => expect(prefixOf("tok_51koWyzB8q3")).toBe("lhp_51koWyzB…"));

it("where a use came from is as much as is known", () => {
  expect(originOf({ address: "203.0.113.7", client: "curl/8.5.0" })).toBe("203.0.113.7, curl/8.5.0");
  expect(originOf({ client: "curl/8.5.0" })).toBe("curl/8.5.0");
  expect(originOf({})).toBeUndefined();
  expect(originOf(undefined)).toBeUndefined();
});

it("others see only how many tokens a member has, and the day of the last use", () => {
  expect(memberTokensWords({ live: 0, lastUsedOn: "2026-11-24" })).toBe("No live tokens");
  expect(memberTokensWords({ live: 1 })).toBe("1 live token, never used");
  expect(memberTokensWords({ live: 2, lastUsedOn: "2026-11-24" })).toBe(
    "2 live tokens, last used on 24 Nov 2026 (UTC)",
  );
});

describe("the days of use", () => {
  const strip = (daysUsed: string[]) => usedDays({ daysUsed, lastUsedAt: after(-1) }, now);
  it("are the last 14 and say which", () => {
    const shown = strip(["2026-11-01", "2026-11-14", "2026-11-27"]);
    expect(shown).toHaveLength(14);
    expect(stripWords(shown ?? [])).toBe("Used on 2 of the last 14 days (UTC): 14 Nov, 27 Nov");
  });
  it("can be none, if the last use is longer ago", () =>
    expect(stripWords(strip(["2026-11-01"]) ?? [])).toBe("Not used in the last 14 days"));
  it("are not known of a token whose use was not recorded by day", () => {
    expect(usedDays({ lastUsedAt: after(-1) }, now)).toBeUndefined();
    expect(usedDays({}, now)).toHaveLength(14);
  });
});
