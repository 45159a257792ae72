import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../api/problem";
import type { Membership, Profile } from "../api/types";
import { Button } from "../parts/button";
import { Mark } from "../parts/icon";
import { ReloadFailure } from "../parts/loaded";
import { signOut } from "../session/sign-out";
import { NewOrganization } from "../shell/new-organization";
import { OrganizationChips } from "../shell/organization-chips";
import { isDeleted, removalDay } from "../words/deletion";
import { article, hasAccess, capitalize } from "../words/names";
import { DeletionNotice } from "./deleted";
import { OwnAccount } from "./profile/own-account";

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
  const [creating, setCreating] = useState(false);
  const offered = me.memberships.filter((m) => m.status === "invited" || isDeleted(m));
  const allClosed = me.memberships.every((m) => m.status === "disabled" || isDeleted(m));
  const usesSolutions = me.memberships.some((m) => hasAccess(m) && m.role === "user");
  useEffect(() => {
    document.title = "Welcome · Leasehold";
  }, []);
  return (
    <main class="centered-page">
      <div class="card sign-in">
        <Mark />
        <h1 tabIndex={-1}>Hello, {me.firstName || me.displayName}</h1>
        {me.memberships.length > 0 ? (
          <>
            <p>
              {me.memberships.map(membershipSentence).join(" ")}
              {!allClosed && " This console is for Owners, Admins and Creators."}
            </p>
            {!allClosed && (
              <p>
                {usesSolutions && "The solutions that you are assigned to are open to you as before. "}If you need to
                manage something here, ask an Owner or Admin of your organization.
              </p>
            )}
          </>
        ) : (
          <p>
            You belong to no organization yet. Ask an Owner or Admin to invite {me.email}, or start an organization of
            your own.
          </p>
        )}
        <ReloadFailure problem={problem} onRetry={reloadMe} />
        {unlisted !== undefined && <DeletionNotice key={unlisted} org={unlisted} />}
        {offered.length > 0 && <OrganizationChips memberships={offered} current={undefined} />}
        <div class="row">
          <Button kind={me.memberships.length > 0 ? "plain" : "primary"} onClick={() => setCreating(true)}>
            Create an organization
          </Button>
          <Button onClick={() => void signOut()}>Sign out</Button>
        </div>
        <p class="hint">Signed in as {me.email}</p>
        <details class="account-details">
          <summary>Your account</summary>
          <div class="cards">
            <OwnAccount me={me} reloadMe={reloadMe} />
          </div>
        </details>
      </div>
      {creating && <NewOrganization setMe={setMe} onClose={() => setCreating(false)} />}
    </main>
  );
}

/** Returns a sentence about a membership that does not allow managing the organization. */
function membershipSentence(membership: Membership): string {
  const { organization, role, status } = membership;
  const { name } = organization;
  if (isDeleted(membership)) return `${name} is deleted. You can restore it until ${removalDay(membership)}.`;
  if (status === "disabled")
    return `Your access to ${name} has been disabled; an Owner or Admin there can enable it again.`;
  if (status === "invited") return `You are invited to ${name}.`;
  if (role === "deny") return `You have no access to ${name}: your role there is Deny.`;
  return `You are ${article(role)} ${capitalize(role)} in ${name}.`;
}
