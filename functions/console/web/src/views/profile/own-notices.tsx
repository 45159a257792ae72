import { useState } from "preact/hooks";
import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { useConsole } from "../../console-context";
import { SaveProblem } from "../../parts/save-problem";
import { showToast } from "../../parts/toast";

const kinds = [
  ["lapse", "Before an unused token expires", "An email three days before a token expires unused."],
  ["expiry", "Before a token's expiry date", "Emails 14 days and 3 days before the expiry date."],
] as const;

/** The choice of the emails about one's own personal access tokens. */
export function OwnNotices() {
  const { me, setMe, reloadMe } = useConsole();
  // What the person chose shows at once, and until the answer says otherwise.
  const [chosen, setChosen] = useState<{ readonly kind: "lapse" | "expiry"; readonly on: boolean }>();
  const change = useAction(async (kind: "lapse" | "expiry", on: boolean) => {
    setChosen({ kind, on });
    setMe(await call("patch", "/me", { body: { notices: { [kind]: on } }, version: me.version }));
    showToast(on ? "You will receive these emails." : "You won't receive these emails.");
  });
  return (
    <section class="card">
      <h2>Emails about your tokens</h2>
      {kinds.map(([kind, label, hint]) => (
        <div class="field" key={kind}>
          <label class="checkbox">
            <input
              type="checkbox"
              checked={change.busy && chosen?.kind === kind ? chosen.on : me.notices[kind]}
              disabled={change.busy}
              aria-describedby={`notices-${kind}`}
              onChange={(event) => change.run(kind, event.currentTarget.checked)}
            />
            {label}
          </label>
          <p class="hint" id={`notices-${kind}`}>
            {hint}
          </p>
        </div>
      ))}
      <SaveProblem
        problem={change.problem}
        onReload={() => {
          change.clearProblem();
          reloadMe();
        }}
      />
    </section>
  );
}
