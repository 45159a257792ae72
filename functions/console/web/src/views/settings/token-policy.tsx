import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { Organization, TokenPolicy } from "../../api/types";
import { Confirm } from "../../parts/dialog";
import { Checkbox, Field, LinesField } from "../../parts/field";
import { useEdits } from "../../parts/edits";
import { SaveActions } from "../../parts/save-actions";
import { SaveProblem } from "../../parts/save-problem";
import { showToast } from "../../parts/toast";
import { lines } from "../../words/scopes";
import { sentence } from "../../words/sentence";

interface TokenPolicyFormProps {
  readonly organization: Organization;
  readonly onChanged: (organization: Organization) => void;
  readonly onReload: () => void;
}

/** The policy as the form shows it. */
interface Values {
  readonly tokensAllowed: boolean;
  readonly managingAllowed: boolean;
  /** A number of days, or nothing for no rule. */
  readonly longestLifeDays: string;
  /** One network per line. */
  readonly networks: string;
}

/** What holds for all personal access tokens in the organization. */
export function TokenPolicyForm({ organization, onChanged, onReload }: TokenPolicyFormProps) {
  const stored = valuesOf(organization.tokenPolicy);
  const edits = useEdits(`token policy of ${organization.id}`, stored);
  const { values } = edits;
  const [confirming, setConfirming] = useState(false);
  const changed = edits.changed.length > 0;
  const save = useAction(
    async () => {
      const next = await call("patch", "/organizations/{org}", {
        path: { org: organization.id },
        body: { tokenPolicy: policyOf(values) },
        version: organization.version,
      });
      edits.saved(values);
      showToast("Token policy saved. It takes effect within 30 seconds.");
      onChanged(next);
    },
    () => setConfirming(false),
  );
  const days = save.problem?.field("tokenPolicy.longestLifeDays");
  const networks = save.problem?.field("tokenPolicy.networks");
  const undo = () => {
    edits.undo();
    save.clearProblem();
  };
  const stopsTokens = stored.tokensAllowed && !values.tokensAllowed;
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        if (!changed) return;
        if (stopsTokens) setConfirming(true);
        else save.run();
      }}
    >
      <h2>Token policy</h2>
      <p class="hint">
        These rules apply to all personal access tokens in <bdi>{organization.name}</bdi>, including existing ones.
        Changes take effect within 30 seconds.
      </p>
      <PolicyFields values={values} set={edits.set} problems={{ days, networks }} />
      {!days && !networks && !confirming && (
        <SaveProblem
          problem={save.problem}
          onReload={() => {
            undo();
            onReload();
          }}
        />
      )}
      <SaveActions save="Save policy" busy={save.busy} changed={changed} onUndo={undo} />
      {confirming && (
        <Confirm
          title={sentence`Stop all tokens in ${organization.name}?`}
          action="Stop tokens"
          danger
          busy={save.busy}
          problem={save.problem}
          onConfirm={save.run}
          onCancel={() => setConfirming(false)}
        >
          <p>
            All personal access tokens in <strong>{organization.name}</strong> stop working within 30 seconds, and so
            does everything that uses them. Tokens that have not expired by then work again when you turn this back on.
          </p>
        </Confirm>
      )}
    </form>
  );
}

interface PolicyFieldsProps {
  readonly values: Values;
  readonly set: (changed: Partial<Values>) => void;
  readonly problems: { readonly days: string | undefined; readonly networks: string | undefined };
}

function PolicyFields({ values, set, problems }: PolicyFieldsProps) {
  return (
    <>
      <div class="field">
        <Checkbox
          label="Allow personal access tokens"
          checked={values.tokensAllowed}
          onChange={(tokensAllowed) => set({ tokensAllowed })}
        />
        <p class="hint">When off, no token works here, and nobody can create one.</p>
      </div>
      <div class="field">
        <Checkbox
          label="Let tokens manage people and the organization"
          checked={values.managingAllowed}
          onChange={(managingAllowed) => set({ managingAllowed })}
        />
        <p class="hint">When off, tokens keep only their other permissions.</p>
      </div>
      <div class="narrow">
        <Field
          label="Longest life in days"
          type="number"
          min="1"
          max="184"
          value={values.longestLifeDays}
          onInput={(longestLifeDays) => set({ longestLifeDays })}
          hint="Older tokens are suspended. Leave empty for the maximum of six months."
          problem={problems.days}
        />
      </div>
      <div class="narrow">
        <LinesField
          label="Networks"
          value={values.networks}
          onInput={(networks) => set({ networks })}
          placeholder={"203.0.113.0/24\n2001:db8::/32"}
          hint="One per line. Tokens are rejected from any other network. This doesn't affect people who sign in. Leave empty to allow any network."
          problem={problems.networks}
        />
      </div>
    </>
  );
}

function valuesOf({ tokensAllowed, managingAllowed, longestLifeDays, networks }: TokenPolicy): Values {
  return {
    tokensAllowed,
    managingAllowed,
    longestLifeDays: longestLifeDays === undefined ? "" : String(longestLifeDays),
    networks: networks.join("\n"),
  };
}

function policyOf({ tokensAllowed, managingAllowed, longestLifeDays, networks }: Values): TokenPolicy {
  return {
    tokensAllowed,
    managingAllowed,
    ...(longestLifeDays === "" ? {} : { longestLifeDays: Number(longestLifeDays) }),
    networks: lines(networks),
  };
}
