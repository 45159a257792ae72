import type { Problem } from "../api/problem";
import type { Membership, Profile } from "../api/types";
import { Button } from "../parts/button";
import { Mark } from "../parts/icon";
import { ReloadFailure } from "../parts/loaded";
import { usePageTitle } from "../parts/title";
import { openOverlay, useOverlay } from "../router/navigation";
import { signOut } from "../session/sign-out";
import { NewOrganization } from "./overlays";
import { OrganizationChips } from "../shell/organization-chips";
import { isDeleted, removalDay } from "../words/deletion";
import { article, hasAccess, capitalize } from "../words/names";
import { DeletionNotice } from "./deleted";
import { Account } from "./unavailable";
import { OwnAccount } from "./profile/own-account";
import { sentence } from "../words/sentence";

interface NoManagementProps {
  readonly me: Profile;
  /** Why the profile could not be reloaded. */
  readonly problem: Problem | undefined;
  readonly setMe: (me: Profile) => void;
  readonly reloadMe: () => void;
  /** The ID of the organization in the address if the profile does not list it. */
  readonly unlisted: string | undefined;
}

/** The page for people who are signed in but manage no organization. */
export function NoManagement({ me, problem, setMe, reloadMe, unlisted }: NoManagementProps) {
  const overlay = useOverlay();
  const offered = me.memberships.filter((m) => m.status === "invited" || isDeleted(m));
  const allClosed = me.memberships.every((m) => m.status === "disabled" || isDeleted(m));
  const usesSolutions = me.memberships.some((m) => hasAccess(m) && m.role === "user");
  usePageTitle("Welcome · Leasehold");
  return (
    <main class="centered-page">
      <div class="card sign-in">
        <Mark />
        <h1 tabIndex={-1}>
          Hello, <bdi>{me.firstName || me.displayName}</bdi>
        </h1>
        {me.memberships.length > 0 ? (
          <>
            <p>
              {me.memberships.map(membershipSentence).join(" ")}
              {!allClosed && " This console is for Owners, Admins and Creators."}
            </p>
            {!allClosed && (
              <p>
                {usesSolutions && "You can use the solutions that are assigned to you. "}To manage something here, ask
                an Owner or Admin of your organization.
              </p>
            )}
          </>
        ) : (
          <p>
            You don&apos;t belong to an organization yet. Ask an Owner or Admin to invite {me.email}, or create one.
          </p>
        )}
        <ReloadFailure problem={problem} onRetry={reloadMe} />
        {unlisted !== undefined && <DeletionNotice key={unlisted} org={unlisted} />}
        {offered.length > 0 && <OrganizationChips memberships={offered} current={undefined} />}
        <div class="row">
          <Button kind={me.memberships.length > 0 ? "plain" : "primary"} onClick={() => openOverlay("organization")}>
            Create an organization
          </Button>
          <Button onClick={() => void signOut()}>Sign out</Button>
        </div>
        {unlisted === undefined ? <p class="hint">Signed in as {me.email}</p> : <Account email={me.email} />}
        <details class="account-details">
          <summary>Your account</summary>
          <div class="cards">
            <OwnAccount me={me} reloadMe={reloadMe} />
          </div>
        </details>
      </div>
      {overlay === "organization" && <NewOrganization setMe={setMe} />}
    </main>
  );
}

/** Returns a sentence about a membership that does not allow managing the organization. */
function membershipSentence(membership: Membership): string {
  const { organization, role, status } = membership;
  const { name } = organization;
  if (isDeleted(membership)) return sentence`${name} is deleted. You can restore it until ${removalDay(membership)}.`;
  if (status === "disabled")
    return sentence`Your access to ${name} is disabled. An Owner or Admin there can enable it.`;
  if (status === "invited") return sentence`You're invited to ${name}.`;
  if (role === "deny") return sentence`You don't have access to ${name}. Your role there is Deny.`;
  return sentence`You're ${article(role)} ${capitalize(role)} in ${name}.`;
}
