import { useAction } from "../../api/action";
import { call } from "../../api/client";
import type { OrganizationRef } from "../../api/types";
import { useConsole } from "../../console-context";
import { Select } from "../../parts/field";
import { Notice, ProblemNotice } from "../../parts/notice";
import { showToast } from "../../parts/toast";
import { offerUndo } from "../../parts/undo";
import { hasAccess } from "../../words/names";
import { sentence } from "../../words/sentence";

/** Makes an organization the default again, unless the profile has changed since `version`. */
async function restoreDefault(version: number, { id, name }: OrganizationRef): Promise<string> {
  await call("put", "/me/default-organization", { body: { organizationId: id }, version });
  return sentence`${name} is your default organization again.`;
}

/** The choice of the organization that opens after signing in. */
export function DefaultOrganization() {
  const { me, setMe } = useConsole();
  const choices = me.memberships.filter(hasAccess);
  const current = me.defaultOrganization;
  const change = useAction(async (id: string) => {
    const next = await call("put", "/me/default-organization", { body: { organizationId: id } });
    setMe(next);
    const text = sentence`${next.defaultOrganization?.name ?? "It"} is now your default organization.`;
    // An organization that the person has no access to can't be the default again.
    if (!current || current.healed) showToast(text);
    else offerUndo(text, () => restoreDefault(next.version, current));
  });
  const options = choices.map((m) => [m.organization.id, m.organization.name] as const);
  return (
    <section class="card">
      <h2>Default organization</h2>
      {current?.healed && (
        <Notice kind="warning">
          You no longer have access to your default organization. You&apos;ll start in <bdi>{current.name}</bdi>.
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
          hint="Where you start after signing in."
        />
      </div>
      <ProblemNotice problem={change.problem} />
    </section>
  );
}
