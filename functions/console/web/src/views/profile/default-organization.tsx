import { useAction } from "../../api/action";
import { call } from "../../api/client";
import { useConsole } from "../../console-context";
import { Select } from "../../parts/field";
import { Notice, ProblemNotice } from "../../parts/notice";
import { showToast } from "../../parts/toast";
import { hasAccess } from "../../words/names";

/** The choice of the organization that opens after signing in. */
export function DefaultOrganization() {
  const { me, setMe } = useConsole();
  const choices = me.memberships.filter(hasAccess);
  const current = me.defaultOrganization;
  const change = useAction(async (id: string) => {
    const next = await call("put", "/me/default-organization", { body: { organizationId: id } });
    setMe(next);
    showToast(`${next.defaultOrganization?.name ?? "It"} is your default organization now.`);
  });
  const options = choices.map((m) => [m.organization.id, m.organization.name] as const);
  return (
    <section class="card">
      <h2>Default organization</h2>
      {current?.healed && (
        <Notice kind="warning">
          The organization that you had chosen is no longer open to you, so you land in {current.name}. Choose another
          one if you like.
        </Notice>
      )}
      <div class="narrow">
        <Select
          label="Default organization"
          hideLabel
          value={current?.id ?? ""}
          disabled={change.busy}
          options={options}
          onChange={change.run}
          hint="Where you land after signing in."
        />
      </div>
      <ProblemNotice problem={change.problem} />
    </section>
  );
}
