import type { TokenPolicy } from "../api/types";
import { count } from "./names";
import { sentence } from "./sentence";

const alternatives = new Intl.ListFormat("en-GB", { type: "disjunction" });
const lists = new Intl.ListFormat("en-GB", { type: "conjunction" });

/** Returns how an organization's token policy limits new tokens, as a sentence, or undefined if it does not. */
export function policyWords(policy: TokenPolicy, organization: string): string | undefined {
  if (!policy.tokensAllowed)
    return sentence`The token policy of ${organization} doesn't allow personal access tokens. Ask an Owner.`;
  const limits = [
    policy.longestLifeDays === undefined ? "" : `work for at most ${count(policy.longestLifeDays, "day")}`,
    policy.managingAllowed ? "" : "can't manage people or the organization",
    policy.networks.length === 0 ? "" : `can be used only from ${alternatives.format(policy.networks)}`,
  ].filter(Boolean);
  return limits.length === 0 ? undefined : sentence`In ${organization}, tokens ${lists.format(limits)}.`;
}
