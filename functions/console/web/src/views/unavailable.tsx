import { useAction } from "../api/action";
import { call } from "../api/client";
import { useConsole } from "../console-context";
import { Button } from "../parts/button";
import { Heading } from "../parts/heading";
import { ProblemNotice } from "../parts/notice";
import { showToast } from "../parts/toast";
import { Link } from "../router/link";
import { checkUnsaved, navigate } from "../router/navigation";
import { switchAccount } from "../session/sign-out";
import { OrganizationChips } from "../shell/organization-chips";
import { offerSwitch } from "../shell/switch-dialog";
import { capitalize } from "../words/names";
import { DeletionNotice } from "./deleted";
import { sentence } from "../words/sentence";

/** The page for an address that does not exist. */
export function NotFound({ back }: { readonly back: string }) {
  const { org, membership } = useConsole();
  return (
    <>
      <Heading breadcrumbs={[[membership.organization.name, `/${org}`]]} title="Page not found" />
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

/** The page for an organization that the person does not belong to, or that is deleted and that they can't restore. */
export function NoSuchOrganization({ org }: { readonly org: string }) {
  const { me } = useConsole();
  return (
    <>
      <Heading breadcrumbs={[]} title="You don't have access to this organization" />
      <section class="card">
        <DeletionNotice org={org} />
        <p>
          The link may be for another account. You may also have been removed, your invitation may have been canceled,
          or the organization may have been deleted.
        </p>
        <Account email={me.email} />
        <p>Your organizations:</p>
        <OrganizationChips memberships={me.memberships} current={undefined} />
      </section>
    </>
  );
}

/** Which account is signed in, with a way to use another one for the same address. */
export function Account({ email }: { readonly email: string }) {
  return (
    <div class="account-line">
      <p>
        You&apos;re signed in as <strong>{email}</strong>.
      </p>
      <Button onClick={() => checkUnsaved(() => void switchAccount())}>Use another account</Button>
    </div>
  );
}

/** The page for an organization that the person belongs to without having access. */
export function NoAccess() {
  const { me, org, membership, reloadMe } = useConsole();
  const { name } = membership.organization;
  const decline = useAction(
    async () => {
      await call("delete", "/me/invitations/{org}", { path: { org } });
      showToast(sentence`You declined the invitation to ${name}.`);
      reloadMe();
    },
    () => navigate("/"),
  );
  const invited = membership.status === "invited";
  const others = me.memberships.filter((m) => m.organization.id !== org);
  return (
    <>
      <Heading breadcrumbs={[]} title={name} />
      <section class="card">
        <h2>{invited ? sentence`You're invited to ${name}` : sentence`You don't have access to ${name}`}</h2>
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
        <Account email={me.email} />
        {others.length > 0 && <p>Your other organizations:</p>}
        <OrganizationChips memberships={others} current={undefined} />
      </section>
    </>
  );
}

function reason(status: string, name: string): string {
  switch (status) {
    case "invited":
      return "Accept the invitation to join.";
    case "disabled":
      return sentence`An Owner or Admin of ${name} disabled your access.`;
    default:
      return sentence`Your role in ${name} is Deny. An Owner or Admin there can change it.`;
  }
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
