import { useConsole } from "../../console-context";
import { OrganizationChips } from "../../shell/organization-chips";

/** The person's organizations, with the number of solutions assigned to them in each. */
export function OwnOrganizations() {
  const { me, org } = useConsole();
  return (
    <section class="card">
      <h2>All organizations</h2>
      <p class="hint">Choose an organization to switch to it.</p>
      <OrganizationChips memberships={me.memberships.filter((m) => !m.invitation)} current={org} />
    </section>
  );
}
