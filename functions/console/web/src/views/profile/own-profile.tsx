import { useConsole } from "../../console-context";
import { Avatar, StatusBadge } from "../../parts/badge";
import { CopyableId } from "../../parts/copy-button";
import { Heading } from "../../parts/heading";
import { Tabs } from "../../parts/tabs";
import type { ProfileTab } from "../../router/route";
import { can } from "../../words/names";
import { forExtra, lazy } from "../lazy";
import { NotForYourRole } from "../not-found";
import { OwnTokens } from "../tokens/own-tokens";
import { MemberSolutions } from "../users/member-solutions";
import { OwnAdvanced } from "./own-advanced";
import { DefaultOrganization } from "./default-organization";
import { PersonalDetails } from "./personal-details";
import { OwnRole } from "./own-role";
import { OwnInvitations } from "./own-invitations";
import { OwnNotices } from "./own-notices";
import { OwnOrganizations } from "./own-organizations";
import { OwnSessions } from "./own-sessions";

// It is below everything else.
const OwnAccount = lazy("own account", async () => (await import("./own-account")).OwnAccount, forExtra);

const tabNames: Partial<Record<ProfileTab, string>> = { solutions: "Solutions", tokens: "Personal Access Tokens" };

interface OwnProfileProps {
  readonly tab: ProfileTab;
  /** The ID of the token shown in the pane, or "new". */
  readonly token: string | undefined;
  /** Whether the pane that assigns solutions is open. */
  readonly assigning: boolean | undefined;
}

/** The person's own profile, including what only they can see. */
export function OwnProfile({ tab, token, assigning = false }: OwnProfileProps) {
  const { me, org, membership } = useConsole();
  const ownTokens = can(membership, "tokens:own");
  if (tab === "tokens" && !ownTokens) return <NotForYourRole />;
  const base = `/${org}/profile`;
  return (
    <>
      <Heading
        breadcrumbs={[[membership.organization.name, `/${org}`]]}
        title="My profile"
        tab={tabNames[tab]}
        icon={<Avatar name={me.displayName} id={me.id} large />}
        lead={
          <>
            <bdi>{me.displayName}</bdi>
            <StatusBadge status={membership.status} />
            <CopyableId id={me.id} what="user ID" />
          </>
        }
      />
      <Tabs
        label="My profile"
        tabs={[
          { to: base, text: "Profile", current: tab === "profile" },
          { to: `${base}/solutions`, text: tabNames.solutions ?? "", current: tab === "solutions" },
          ...(ownTokens ? [{ to: `${base}/tokens`, text: tabNames.tokens ?? "", current: tab === "tokens" }] : []),
        ]}
      />
      {tab === "profile" && <ProfileCards />}
      {tab === "solutions" && (
        <MemberSolutions base={`${base}/solutions`} user={me.id} name={me.displayName} own assigning={assigning} />
      )}
      {tab === "tokens" && <OwnTokens open={token} />}
    </>
  );
}

function ProfileCards() {
  const { me, membership, reloadMe } = useConsole();
  const several = me.memberships.filter((m) => !m.invitation).length > 1;
  return (
    <div class="cards">
      <OwnInvitations />
      <PersonalDetails />
      {several && <DefaultOrganization />}
      <OwnRole key={membership.role} />
      {several && <OwnOrganizations />}
      {can(membership, "tokens:own") && <OwnNotices />}
      <OwnSessions />
      <OwnAdvanced />
      <OwnAccount me={me} reloadMe={reloadMe} />
    </div>
  );
}
