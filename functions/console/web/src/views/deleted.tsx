import { useOrganization } from "../api/queries";
import type { Membership } from "../api/types";
import { useConsole } from "../console-context";
import { Button } from "../parts/button";
import { Heading } from "../parts/heading";
import { Notice } from "../parts/notice";
import { OrganizationChips } from "../shell/organization-chips";
import { offerRestore } from "../shell/restore-dialog";
import { removalDay } from "../words/deletion";
import { date, localTimes } from "../words/time";

/** The page for a deleted organization, for its Owners. */
export function DeletedOrganization() {
  const { me, org, membership } = useConsole();
  const { name } = membership.organization;
  const others = me.memberships.filter((m) => m.organization.id !== org);
  return (
    <>
      <Heading breadcrumbs={[]} title={name} />
      <section class="card">
        <h2>
          <bdi>{name}</bdi> has been deleted
        </h2>
        <p>{deletionSentence(membership)} Until then, you can restore it with everything in it.</p>
        <div class="row">
          <Button kind="primary" onClick={() => offerRestore(membership)}>
            Restore organization
          </Button>
        </div>
        {others.length > 0 && <p>These are your other organizations:</p>}
        <OrganizationChips memberships={others} current={undefined} />
      </section>
    </>
  );
}

/**
 * Says that an organization has been deleted, to a member who can't restore it. Their profile does not list it, but the
 * API's refusal says so. It shows nothing to people who don't belong to the organization.
 */
export function DeletionNotice({ org }: { readonly org: string }) {
  const { problem } = useOrganization(org);
  return problem?.status === 403 ? <Notice kind="warning">{localTimes(problem.message)}</Notice> : null;
}

/** Returns when an organization was deleted and when it will be removed. */
function deletionSentence(membership: Membership): string {
  const { deletedAt } = membership;
  const deleted = deletedAt === undefined ? "It was deleted" : `It was deleted on ${date(deletedAt)}`;
  return `${deleted} and will be removed on ${removalDay(membership)}.`;
}
