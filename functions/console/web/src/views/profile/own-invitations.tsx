import { usePerson } from "../../console-context";
import { Link } from "../../router/link";
import { invitationSentence } from "../../words/invitation";

/** The person's open invitations, with links to the pages that answer them; nothing without any. */
export function OwnInvitations() {
  const { me } = usePerson();
  const invitations = me.memberships.flatMap(({ invitation }) => invitation ?? []);
  if (invitations.length === 0) return null;
  return (
    <section class="card">
      <h2>Invitations</h2>
      {invitations.map((invitation) => (
        <div key={invitation.organization.id} class="advanced">
          <div>
            <h3>
              <bdi>{invitation.organization.name}</bdi>
            </h3>
            <p class="hint">{invitationSentence(invitation)}</p>
          </div>
          <Link
            to={`/${invitation.organization.id}`}
            class="button"
            label={`Accept or decline the invitation to ${invitation.organization.name}`}
          >
            Accept or decline
          </Link>
        </div>
      ))}
    </section>
  );
}
