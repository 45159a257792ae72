import type { Loaded } from "../../api/load";
import { newest } from "../../api/newest";
import { useMember } from "../../api/queries";
import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { AccountBadge, Avatar, StatusBadge } from "../../parts/badge";
import { CopyableEmail, CopyableId } from "../../parts/copy-button";
import { Fact } from "../../parts/field";
import { Heading } from "../../parts/heading";
import { LoadedData } from "../../parts/loaded";
import { SkeletonCard } from "../../parts/skeleton";
import { Tabs } from "../../parts/tabs";
import { Link } from "../../router/link";
import type { UserTab } from "../../router/route";
import { can, canManage, capitalize } from "../../words/names";
import { date, moment } from "../../words/time";
import { memberTokensWords } from "../../words/tokens";
import { NotFound } from "../not-found";
import { AccountDetails } from "./account-details";
import { AccountTokens } from "./account-tokens";
import { MemberActions } from "./member-actions";
import { MemberSolutions } from "./member-solutions";
import { RoleCard } from "./role-card";

interface UserProfileProps {
  readonly user: string;
  readonly tab: UserTab | undefined;
  /** The ID of the token shown in the pane, or "new". */
  readonly token: string | undefined;
  /** Whether the pane that assigns solutions is open. */
  readonly assigning: boolean | undefined;
}

/** Another member as this organization sees them. Those who manage a service account also see its tokens. */
export function UserProfile({ user, tab, token, assigning = false }: UserProfileProps) {
  const { org, membership } = useConsole();
  const loaded = useMember(org, user);
  const member = loaded.data;
  const base = `/${org}/users/${user}`;
  const hasTokens = member?.serviceAccount === true && canManage(membership, member);
  // The API shows nobody the tokens of another person.
  if (tab === "tokens" && member && !hasTokens) return <NotFound back={base} />;
  const current = tab ?? (hasTokens ? "tokens" : "profile");
  return (
    <>
      <MemberHeading
        user={user}
        member={member}
        tab={current === "profile" ? undefined : capitalize(current)}
        missing={loaded.problem !== undefined && !member}
      />
      <Tabs
        label="Profile"
        tabs={[
          ...(hasTokens ? [{ to: `${base}/tokens`, text: "Tokens", current: current === "tokens" }] : []),
          { to: hasTokens ? `${base}/profile` : base, text: "Profile", current: current === "profile" },
          { to: `${base}/solutions`, text: "Solutions", current: current === "solutions" },
        ]}
      />
      <LoadedData
        loaded={loaded}
        missing="This person isn't in the organization."
        skeleton={
          <div class="cards">
            <SkeletonCard lines={6} />
            <SkeletonCard lines={8} />
          </div>
        }
      >
        {(shown) =>
          current === "tokens" ? (
            <AccountTokens account={shown} open={token} onCounted={loaded.reload} />
          ) : current === "solutions" ? (
            <MemberSolutions
              base={`${base}/solutions`}
              user={user}
              name={shown.displayName}
              own={false}
              assigning={assigning}
            />
          ) : (
            <ProfileCards member={shown} loaded={loaded} />
          )
        }
      </LoadedData>
    </>
  );
}

interface MemberHeadingProps {
  readonly user: string;
  readonly member: Member | undefined;
  readonly tab: string | undefined;
  /** Whether the member could not be loaded. */
  readonly missing: boolean;
}

function MemberHeading({ user, member, tab, missing }: MemberHeadingProps) {
  const { org, membership } = useConsole();
  const isListed = member?.serviceAccount && can(membership, "members:manage");
  return (
    <Heading
      breadcrumbs={[
        [membership.organization.name, `/${org}`],
        ["Users", `/${org}/users`],
        ...(isListed ? [["Service accounts", `/${org}/users/service-accounts`] as const] : []),
      ]}
      title={member?.displayName ?? "User"}
      tab={tab}
      icon={missing ? undefined : <Avatar name={member?.displayName ?? ""} id={user} large />}
      lead={
        member ? (
          <>
            {member.serviceAccount ? <AccountBadge /> : <bdi>{member.email}</bdi>}
            <StatusBadge status={member.status} invitation={member.invitationState} />
          </>
        ) : (
          !missing && <i class="skeleton-line short" />
        )
      }
    />
  );
}

interface ProfileCardsProps {
  readonly member: Member;
  readonly loaded: Loaded<Member>;
}

function ProfileCards({ member, loaded }: ProfileCardsProps) {
  const { membership } = useConsole();
  const manages = canManage(membership, member);
  // The answer to a change has no tokens. No change but their revocation changes how many there are.
  const changed = (next: Member) =>
    loaded.update((shown) => newest(shown, shown.tokens ? { ...next, tokens: shown.tokens } : next));
  return (
    <div class="cards">
      {member.serviceAccount && manages && (
        <AccountDetails account={member} onChanged={changed} onReload={loaded.reload} />
      )}
      <Facts member={member} manages={manages} />
      <RoleCard key={member.role} member={member} onChanged={changed} onReload={loaded.reload} />
      {manages && <MemberActions member={member} onChanged={changed} onTokensRevoked={loaded.reload} />}
    </div>
  );
}

function PersonFacts({ member }: { readonly member: Member }) {
  return (
    <>
      <Fact label="First name">
        <bdi>{member.firstName || "–"}</bdi>
      </Fact>
      <Fact label="Last name">
        <bdi>{member.lastName || "–"}</bdi>
      </Fact>
      <Fact label="Display name">
        <bdi>{member.displayName}</bdi>
      </Fact>
      <Fact label="Email">
        <CopyableEmail email={member.email} />
      </Fact>
      <Fact label="Phone">{member.phone ?? "–"}</Fact>
    </>
  );
}

/** A service account is no person: it has a name, and an address for the mails about its tokens. */
function ServiceAccountFacts({ member }: { readonly member: Member }) {
  return (
    <>
      <Fact label="Name">
        <bdi>{member.displayName}</bdi>
      </Fact>
      <Fact label="Contact">{member.email ? <CopyableEmail email={member.email} /> : "–"}</Fact>
    </>
  );
}

interface FactsProps {
  readonly member: Member;
  /** Whether a form above the facts has the name and the contact of a service account. */
  readonly manages: boolean;
}

function Facts({ member, manages }: FactsProps) {
  const { org, membership } = useConsole();
  return (
    <section class="card">
      <h2>{!member.serviceAccount ? "Personal details" : manages ? "About" : "Service account"}</h2>
      <dl class="facts">
        {!member.serviceAccount ? <PersonFacts member={member} /> : !manages && <ServiceAccountFacts member={member} />}
        <Fact label="User ID">
          <CopyableId id={member.id} what="user ID" />
        </Fact>
        {member.tokens && <Fact label="Tokens">{memberTokensWords(member.tokens)}</Fact>}
        {member.joinedAt && <Fact label={member.serviceAccount ? "Created" : "Joined"}>{date(member.joinedAt)}</Fact>}
        {member.invitedAt && member.status === "invited" && <Fact label="Invited">{moment(member.invitedAt)}</Fact>}
        {member.invitationExpiresAt && (
          <Fact label={member.invitationState === "open" ? "Invitation expires" : "Invitation expired"}>
            {moment(member.invitationExpiresAt)}
          </Fact>
        )}
      </dl>
      {member.serviceAccount && !manages && (
        <p class="hint">
          {member.role === "admin" ? "Owners manage" : "Owners and Admins manage"} this service account and its tokens.
        </p>
      )}
      {can(membership, "audit:view") && (
        <p>
          <Link to={`/${org}/audit?target=${member.id}`}>View activity</Link>
        </p>
      )}
    </section>
  );
}
