import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { Avatar, StatusBadge } from "../../parts/badge";
import { CopyableId } from "../../parts/copy-button";
import { Fact } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { LoadFailure } from "../../parts/notice";
import { SkeletonCard } from "../../parts/skeleton";
import { Tabs } from "../../parts/tabs";
import { Link } from "../../router/link";
import { can, canManage } from "../../words/names";
import { date, moment } from "../../words/time";
import { memberTokensWords } from "../../words/tokens";
import { MemberActions } from "./member-actions";
import { MemberSolutions } from "./member-solutions";
import { RoleCard } from "./role-card";

/** Another member's profile as this organization sees it, without their tokens. */
export function UserProfile({ user, tab }: { readonly user: string; readonly tab: "profile" | "solutions" }) {
  const { org, membership } = useConsole();
  const loaded = useLoad(`${org}/${user}`, (signal) =>
    call("get", "/organizations/{org}/members/{user}", { path: { org, user }, signal }),
  );
  const member = loaded.data;
  const base = `/${org}/users/${user}`;
  // The answer to a change has no tokens. No change but their revocation changes how many there are.
  const changed = (next: Member) => loaded.set(member?.tokens ? { ...next, tokens: member.tokens } : next);
  return (
    <>
      <Heading
        breadcrumbs={[
          [membership.organization.name, `/${org}`],
          ["Users", `/${org}/users`],
        ]}
        title={member?.displayName ?? "User"}
        icon={<Avatar name={member?.displayName ?? "?"} id={user} large />}
        lead={
          member ? (
            <>
              <span>{member.email}</span>
              <StatusBadge status={member.status} />
            </>
          ) : (
            <i class="skeleton-line short" />
          )
        }
      />
      <Tabs
        label="Profile"
        tabs={[
          { to: base, text: "Profile", current: tab === "profile" },
          { to: `${base}/solutions`, text: "Solutions", current: tab === "solutions" },
        ]}
      />
      {loaded.problem ? (
        <LoadFailure problem={loaded.problem} onRetry={loaded.reload} />
      ) : !member ? (
        <div class="cards">
          <SkeletonCard lines={6} />
          <SkeletonCard lines={8} />
        </div>
      ) : tab === "solutions" ? (
        <MemberSolutions user={user} name={member.displayName} own={false} />
      ) : (
        <div class="cards">
          <PersonalDetails member={member} />
          <RoleCard key={member.version} member={member} onChanged={changed} onReload={loaded.reload} />
          {canManage(membership, member) && (
            <MemberActions member={member} onChanged={changed} onTokensRevoked={loaded.reload} />
          )}
        </div>
      )}
    </>
  );
}

function PersonFacts({ member }: { readonly member: Member }) {
  return (
    <>
      <Fact label="First name">{member.firstName || "–"}</Fact>
      <Fact label="Last name">{member.lastName || "–"}</Fact>
      <Fact label="Display name">{member.displayName}</Fact>
      <Fact label="Email">{member.email}</Fact>
      <Fact label="Phone">{member.phone ?? "–"}</Fact>
    </>
  );
}

/** A service account is no person: it has a name, and an address for the mails about its tokens. */
function ServiceAccountFacts({ member }: { readonly member: Member }) {
  return (
    <>
      <Fact label="Name">{member.displayName}</Fact>
      <Fact label="Contact">{member.email || "–"}</Fact>
    </>
  );
}

function PersonalDetails({ member }: { readonly member: Member }) {
  const { org, membership } = useConsole();
  return (
    <section class="card">
      <h2>{member.serviceAccount ? "Service account" : "Personal details"}</h2>
      <dl class="facts">
        {member.serviceAccount ? <ServiceAccountFacts member={member} /> : <PersonFacts member={member} />}
        <Fact label="User id">
          <CopyableId id={member.id} what="user id" />
        </Fact>
        {member.tokens && <Fact label="Tokens">{memberTokensWords(member.tokens)}</Fact>}
        {member.joinedAt && <Fact label="Joined">{date(member.joinedAt)}</Fact>}
        {member.invitedAt && member.status === "invited" && <Fact label="Invited">{moment(member.invitedAt)}</Fact>}
        {member.invitationExpiresAt && <Fact label="Invitation ends">{moment(member.invitationExpiresAt)}</Fact>}
      </dl>
      {can(membership, "audit:view") && (
        <p>
          <Link to={`/${org}/audit?target=${member.id}`}>What was changed about {member.displayName}</Link>
        </p>
      )}
    </section>
  );
}
