import { expect, it } from "vitest";
import type { TokenPolicy } from "../api/types";
import { policyWords } from "./policy";

const free: TokenPolicy = { tokensAllowed: true, managingAllowed: true, networks: [] };

it.each([
  [free, undefined],
  [{ ...free, tokensAllowed: false }, "The token policy of Acme doesn't allow personal access tokens. Ask an Owner."],
  [{ ...free, longestLifeDays: 1 }, "In Acme, tokens work for at most 1 day."],
  [
    { ...free, longestLifeDays: 90, managingAllowed: false },
    "In Acme, tokens work for at most 90 days and can't manage people or the organization.",
  ],
  [
    { ...free, longestLifeDays: 30, managingAllowed: false, networks: ["203.0.113.0/24", "2001:db8::/32"] },
    "In Acme, tokens work for at most 30 days, can't manage people or the organization and can be used only from 203.0.113.0/24 or 2001:db8::/32.",
  ],
])("%j limits new tokens: %s", (policy, words) => expect(policyWords(policy, "Acme")).toBe(words));
