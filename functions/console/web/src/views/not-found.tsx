import { useConsole, usePerson } from "../console-context";
import { Heading } from "../parts/heading";
import { Link } from "../router/link";
import { OrganizationChips } from "../shell/organization-chips";
import { capitalize } from "../words/names";

/** The page for an address that does not exist. */
export function NotFound({ back }: { readonly back: string }) {
  const { org, membership } = usePerson();
  return (
    <>
      <Heading
        breadcrumbs={membership ? [[membership.organization.name, `/${org ?? ""}`]] : []}
        title="Page not found"
      />
      <section class="card">
        <p>The address may be mistyped, or the page may have been removed.</p>
        <div class="row">
          <Link to={back} class="button primary">
            Go to the start page
          </Link>
        </div>
      </section>
    </>
  );
}

/** The page for a view that the person's role does not allow. */
export function NotForYourRole() {
  const { me, org, membership } = useConsole();
  return (
    <>
      <Heading breadcrumbs={[[membership.organization.name, `/${org}`]]} title="You don't have access to this page" />
      <section class="card">
        <p>
          Your role in <bdi>{membership.organization.name}</bdi> is <strong>{capitalize(membership.role)}</strong>. Ask
          an Owner or Admin for access, or go to <Link to={`/${org}/profile`}>your profile</Link>.
        </p>
        {me.memberships.length > 1 && <OrganizationChips memberships={me.memberships} current={org} />}
      </section>
    </>
  );
}
