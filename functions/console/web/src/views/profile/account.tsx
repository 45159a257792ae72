import type { Membership } from "../../api/types";
import { usePerson } from "../../console-context";
import { Avatar } from "../../parts/badge";
import { Button } from "../../parts/button";
import { CopyableId } from "../../parts/copy-button";
import { Heading } from "../../parts/heading";
import { openOverlay } from "../../router/navigation";
import { OrganizationChips } from "../../shell/organization-chips";
import { isDeleted, removalDay } from "../../words/deletion";
import { sentence } from "../../words/sentence";
import { OwnAccount } from "./own-account";
import { OwnInvitations } from "./own-invitations";
import { OwnSessions } from "./own-sessions";
import { PersonalDetails } from "./personal-details";

/** The profile of a person who has access to no organization. */
export function Account() {
  const { me, reloadMe } = usePerson();
  return (
    <>
      <Heading
        breadcrumbs={[]}
        title="My profile"
        icon={<Avatar name={me.displayName} id={me.id} large />}
        lead={
          <>
            <bdi>{me.displayName}</bdi>
            <CopyableId id={me.id} what="user ID" />
          </>
        }
      />
      <div class="cards">
        <OwnInvitations />
        <NoOrganization />
        <PersonalDetails />
        <OwnSessions />
        <OwnAccount me={me} reloadMe={reloadMe} />
      </div>
    </>
  );
}

/** Why the person has no access to their organizations, and what they can do about it. */
function NoOrganization() {
  const { me } = usePerson();
  const joined = me.memberships.filter((m) => !m.invitation);
  const deleted = joined.filter(isDeleted);
  return (
    <section class="card">
      <h2>Your organizations</h2>
      {joined.length === 0 ? (
        <p>
          You don&apos;t belong to an organization yet. Ask an Owner or Admin to invite <strong>{me.email}</strong>, or
          create an organization.
        </p>
      ) : (
        <ul class="consequences">
          {joined.map((m) => (
            <li key={m.organization.id}>{membershipSentence(m)}</li>
          ))}
        </ul>
      )}
      {deleted.length > 0 && <OrganizationChips memberships={deleted} current={undefined} />}
      <div class="row">
        <Button
          kind={joined.length === 0 ? "primary" : "plain"}
          icon="plus"
          onClick={() => openOverlay("organization")}
        >
          Create an organization
        </Button>
      </div>
    </section>
  );
}

/** Returns why a membership gives no access. */
function membershipSentence(membership: Membership): string {
  const { name } = membership.organization;
  if (isDeleted(membership)) return sentence`${name} is deleted. You can restore it until ${removalDay(membership)}.`;
  if (membership.status === "disabled")
    return sentence`Your access to ${name} is disabled. An Owner or Admin there can enable it.`;
  return sentence`You don't have access to ${name}. Your role there is Deny. An Owner or Admin there can change it.`;
}
