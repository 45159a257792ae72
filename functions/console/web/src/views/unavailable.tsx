import { useConsole, usePerson } from "../console-context";
import { Heading } from "../parts/heading";
import { Link } from "../router/link";
import { OrganizationChips } from "../shell/organization-chips";
import { profilePath } from "../shell/landing";
import { sentence } from "../words/sentence";
import { AccountLine } from "./account-line";
import { DeletionNotice } from "./deleted";

/** The page for an organization that the person does not belong to, or that is deleted and that they can't restore. */
export function NoSuchOrganization({ org }: { readonly org: string }) {
  const { me, membership } = usePerson();
  return (
    <>
      <Heading breadcrumbs={[]} title="You don't have access to this organization" />
      <section class="card">
        <DeletionNotice org={org} />
        <p>
          The link may be for another account. You may also have been removed, your invitation may have expired or been
          canceled, or the organization may have been deleted.
        </p>
        <AccountLine email={me.email} />
        {me.memberships.length > 0 ? (
          <>
            <p>Your organizations:</p>
            <OrganizationChips memberships={me.memberships} current={undefined} />
          </>
        ) : (
          <p>
            <Link to={profilePath(membership)}>Go to your profile</Link>
          </p>
        )}
      </section>
    </>
  );
}

/** The page for an organization in which the person is disabled or denied. */
export function NoAccess() {
  const { me, org, membership } = useConsole();
  const { name } = membership.organization;
  const others = me.memberships.filter((m) => m.organization.id !== org && !m.invitation);
  return (
    <>
      <Heading breadcrumbs={[]} title={name} />
      <section class="card">
        <h2>{sentence`You don't have access to ${name}`}</h2>
        <p>
          {membership.status === "disabled"
            ? sentence`An Owner or Admin of ${name} disabled your access.`
            : sentence`Your role in ${name} is Deny. An Owner or Admin there can change it.`}
        </p>
        <AccountLine email={me.email} />
        {others.length > 0 && (
          <>
            <p>Your other organizations:</p>
            <OrganizationChips memberships={others} current={undefined} />
          </>
        )}
      </section>
    </>
  );
}
