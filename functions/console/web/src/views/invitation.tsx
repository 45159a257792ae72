import { useAction } from "../api/action";
import { call } from "../api/client";
import { useRoles } from "../api/roles";
import type { ReceivedInvitation } from "../api/types";
import { usePerson } from "../console-context";
import { Button } from "../parts/button";
import { Fact } from "../parts/field";
import { Heading } from "../parts/heading";
import { ProblemNotice } from "../parts/notice";
import { showToast } from "../parts/toast";
import { navigate } from "../router/navigation";
import { startPath } from "../shell/landing";
import { invitationSentence } from "../words/invitation";
import { capitalize } from "../words/names";
import { sentence } from "../words/sentence";
import { moment } from "../words/time";
import { AccountLine } from "./account-line";

/** The page on which the person accepts or declines an invitation. The link in the email leads to it. */
export function Invitation({ invitation }: { readonly invitation: ReceivedInvitation }) {
  const { me, setMe, reloadMe } = usePerson();
  const { id: org, name } = invitation.organization;
  const others = me.memberships.filter((m) => m.organization.id !== org);
  const accept = useAction(async () => {
    await call("post", "/me/invitations/{org}/accept", { path: { org } });
    showToast(sentence`You joined ${name}.`);
    // The person is a member now, even if the next visit will start elsewhere.
    await call("put", "/me/current-organization", { body: { organizationId: org } }).then(setMe, reloadMe);
  });
  const decline = useAction(
    async () => {
      await call("delete", "/me/invitations/{org}", { path: { org } });
      showToast(sentence`You declined the invitation to ${name}.`);
      reloadMe();
    },
    // The profile that is shown has the invitation until it has been read again.
    () => navigate(startPath({ ...me, memberships: others }), { replace: true }),
  );
  return (
    <>
      <Heading breadcrumbs={[]} title={sentence`Join ${name}`} lead={invitationSentence(invitation)} />
      <section class="card">
        <InvitationFacts invitation={invitation} />
        <div class="row">
          <Button kind="primary" busy={accept.busy} disabled={decline.busy} onClick={accept.run}>
            Accept
          </Button>
          <Button busy={decline.busy} disabled={accept.busy} onClick={decline.run}>
            Decline
          </Button>
        </div>
        <ProblemNotice problem={accept.problem ?? decline.problem} />
        <p class="hint">
          If you accept, <bdi>{name}</bdi> sees the names and the phone number in your profile. You can leave at any
          time.
        </p>
        <AccountLine email={me.email} />
      </section>
    </>
  );
}

/** Who invites the person, to which organization, and into which role. */
function InvitationFacts({ invitation }: { readonly invitation: ReceivedInvitation }) {
  const { invitedBy, role, expiresAt, organization } = invitation;
  const description = useRoles().data?.roles.find((r) => r.role === role)?.description;
  return (
    <dl class="facts">
      <Fact label="Organization">
        <bdi>{organization.name}</bdi>
      </Fact>
      {invitedBy && (
        <Fact label="Invited by">
          <span class="stack">
            <bdi>{invitedBy.displayName}</bdi>
            <small>
              <bdi>{invitedBy.email}</bdi>
            </small>
          </span>
        </Fact>
      )}
      <Fact label="Your role">
        <strong>{capitalize(role)}</strong>
        {description && `: ${description}`}
      </Fact>
      <Fact label="Expires">{moment(expiresAt)}</Fact>
    </dl>
  );
}
