import { useHere } from "../../context";
import { OrganizationChips } from "../../shell/organization-chips";

/** All organizations of the person, with what they are assigned to there. */
export function OwnOrganizations() {
  const { me, org } = useHere();
  return (
    <section class="card">
      <h2>All organizations</h2>
      <p class="hint">With the number of solutions you are assigned to. Choose one to switch to it.</p>
      <OrganizationChips memberships={me.memberships} current={org} />
    </section>
  );
}
