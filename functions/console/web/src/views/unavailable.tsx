import { useAction } from "../api/action";
import { call } from "../api/client";
import type { Profile } from "../api/types";
import { useConsole } from "../console-context";
import { Button } from "../parts/button";
import { Heading } from "../parts/heading";
import { Mark } from "../parts/icon";
import { ProblemNotice } from "../parts/notice";
import { showToast } from "../parts/toast";
import { Link } from "../router/link";
import { navigate } from "../router/navigation";
import { OrganizationChips } from "../shell/organization-chips";
import { offerSwitch } from "../shell/switch-dialog";
import { capitalize } from "../words/names";
import { DeletionNotice } from "./deleted";
import { sentence } from "../words/sentence";

/** The page for an address that does not exist. */
export function NotFound({ back }: { readonly back: string }) {
  return (
    <main class="centered-page">
      <div class="card sign-in">
        <Mark />
        <h1 tabIndex={-1}>There is no such page</h1>
        <p>The address may be mistyped, or what it led to is gone.</p>
        <Link to={back} class="button primary">
          Go to the console
        </Link>
      </div>
    </main>
  );
}

interface NoSuchOrganizationProps {
  readonly me: Profile;
  readonly org: string;
}

/** The page for an organization that the person does not belong to, or that is deleted and that they can't restore. */
export function NoSuchOrganization({ me, org }: NoSuchOrganizationProps) {
  return (
    <main class="centered-page">
      <div class="card sign-in">
        <Mark />
        <h1 tabIndex={-1}>You have no access to this organization</h1>
        <DeletionNotice org={org} />
        <p>
          The link may be for someone else, you may have been removed, or the organization may have been deleted. These
          are your organizations:
        </p>
        <OrganizationChips memberships={me.memberships} current={undefined} />
      </div>
    </main>
  );
}

/** The page for an organization that the person belongs to without having access. */
export function NoAccess() {
  const { me, org, membership, reloadMe } = useConsole();
  const { name } = membership.organization;
  const decline = useAction(async () => {
    await call("delete", "/me/invitations/{org}", { path: { org } });
    showToast(sentence`You declined the invitation to ${name}.`);
    navigate("/");
    reloadMe();
  });
  const invited = membership.status === "invited";
  const others = me.memberships.filter((m) => m.organization.id !== org);
  return (
    <>
      <Heading breadcrumbs={[]} title={name} />
      <section class="card">
        <h2>{invited ? `You are invited to ${name}` : `You have no access to ${name} at present`}</h2>
        <p>{reason(membership.status, name)}</p>
        {invited && (
          <div class="row">
            <Button kind="primary" onClick={() => offerSwitch(membership)}>
              Accept the invitation
            </Button>
            <Button busy={decline.busy} onClick={decline.run}>
              Decline
            </Button>
          </div>
        )}
        <ProblemNotice problem={decline.problem} />
        {others.length > 0 && <p>These are your other organizations; choose one to work in.</p>}
        <OrganizationChips memberships={others} current={undefined} />
      </section>
    </>
  );
}

function reason(status: string, name: string): string {
  switch (status) {
    case "invited":
      return "You have not accepted yet.";
    case "disabled":
      return `An Owner or Admin of ${name} has disabled your access.`;
    default:
      return `Your role in ${name} is Deny. An Owner or Admin there can change it.`;
  }
}

/** The page for a view that the person's role does not allow. */
export function NotForYourRole() {
  const { me, org, membership } = useConsole();
  return (
    <>
      <Heading breadcrumbs={[[membership.organization.name, `/${org}`]]} title="Not for your role" />
      <section class="card">
        <p>
          Your role in {membership.organization.name} is <strong>{capitalize(membership.role)}</strong>, which does not
          open this page. Go to <Link to={`/${org}/profile`}>your own profile</Link>
          {me.memberships.length > 1 && ", or switch to another organization"}.
        </p>
        {me.memberships.length > 1 && <OrganizationChips memberships={me.memberships} current={org} />}
      </section>
    </>
  );
}
