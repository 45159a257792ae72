import { useEffect } from "preact/hooks";
import { useAction } from "../api/action";
import { call } from "../api/client";
import type { Token } from "../api/types";
import { usePerson } from "../console-context";
import { Button } from "../parts/button";
import { Notice } from "../parts/notice";
import { useNow } from "../parts/relative-time";
import { showToast } from "../parts/toast";
import { Link } from "../router/link";
import { plural } from "../words/names";
import { date, relative } from "../words/time";
import { canExtend, endingTokens, tokenEnd } from "../words/tokens";
import { sentence } from "../words/sentence";

const MAX_SHOWN = 3;

/** A notice about the person's own tokens that expire within three days, each with a button to extend it. */
export function EndingTokens() {
  const { org, tokens } = usePerson();
  const ending = endingTokens(tokens.tokens ?? [], useNow());
  const { refresh } = tokens;
  // Uses renew leases while the console is open.
  useEffect(refresh, [refresh]);
  if (ending.length === 0) return null;
  return (
    <section class="ending" aria-label="Tokens that expire soon">
      <Notice kind="warning">
        <h2>{plural(ending.length, "A token expires", `${ending.length} tokens expire`)} within 3 days</h2>
        <ul>
          {ending.slice(0, MAX_SHOWN).map((token) => (
            <EndingToken key={token.id} token={token} />
          ))}
        </ul>
        {ending.length > MAX_SHOWN && (
          <Link to={`/${org}/profile/tokens?show=ending`}>Show all {ending.length} tokens</Link>
        )}
      </Notice>
    </section>
  );
}

function EndingToken({ token }: { readonly token: Token }) {
  const { me, org, tokens } = usePerson();
  const now = useNow();
  const extend = useAction(async () => {
    const extended = await call("post", "/me/tokens/{token}/extend", {
      path: { token: token.id },
      body: { leaseExpiresAt: token.leaseExpiresAt },
    });
    // The button that has the focus is about to disappear.
    document.querySelector<HTMLElement>("h1")?.focus();
    tokens.replace(extended);
    showToast(sentence`Extended ${token.description} to ${date(extended.leaseExpiresAt)}.`);
  });
  const address = `/${org}/profile/tokens/${token.id}`;
  return (
    <li>
      <span class="ending-text">
        <Link to={address}>
          <bdi>{token.description}</bdi>
        </Link>
        {me.memberships.length > 1 && sentence` (${token.organization.name})`}{" "}
        {canExtend(token) ? "expires" : "reaches its expiry date"} {relative(tokenEnd(token), now)}
        {token.lastUsedAt ? `, last used ${relative(token.lastUsedAt, now)}.` : ", never used."}
        {extend.problem && (
          <span role="alert" class="field-problem">
            {extend.problem.message}
          </span>
        )}
      </span>
      {canExtend(token) ? (
        <Button busy={extend.busy} label={`Extend ${token.description}`} onClick={extend.run}>
          Extend
        </Button>
      ) : (
        <Link to={address} class="button" label={`Rotate ${token.description}`}>
          Rotate
        </Link>
      )}
    </li>
  );
}
