import { useEffect, useState } from "preact/hooks";
import type { Profile } from "../api/types";
import { Button } from "../parts/button";
import { Mark } from "../parts/icon";
import { signOut } from "../session/sign-out";
import { NewOrganization } from "../shell/new-organization";
import { OrganizationChips } from "../shell/organization-chips";
import { isOpen, title } from "../words/names";

/** For people who are signed in but have nothing to manage anywhere. */
export function NoManagement({ me, setMe }: { readonly me: Profile; readonly setMe: (me: Profile) => void }) {
  const [creating, setCreating] = useState(false);
  const invited = me.memberships.filter((m) => m.status === "invited");
  const uses = me.memberships.some((m) => isOpen(m) && m.role === "user");
  const names = me.memberships.map((m) => `${m.organization.name} (${m.status === "active" ? title(m.role) : title(m.status)})`);
  useEffect(() => {
    document.title = "Welcome · Leasehold";
  }, []);
  return (
    <main class="lonely">
      <div class="card sign-in">
        <Mark />
        <h1 tabIndex={-1}>Hello, {me.firstName || me.displayName}</h1>
        {names.length > 0 ? (
          <p>
            Your sign-in works, but this console is for Owners, Admins and Creators, and you are none of these in {list(names)}.{" "}
            {uses && "The solutions that you are assigned to are open to you as before. "}If you need to manage something here, ask an Owner or Admin of your organization for another role.
          </p>
        ) : (
          <p>You belong to no organization yet. Ask an Owner or Admin to invite {me.email}, or start an organization of your own.</p>
        )}
        {invited.length > 0 && <OrganizationChips memberships={invited} current={undefined} />}
        <div class="row">
          <Button kind={names.length > 0 ? "plain" : "primary"} onClick={() => setCreating(true)}>Create an organization</Button>
          <Button onClick={() => void signOut()}>Sign out</Button>
        </div>
        <p class="hint">Signed in as {me.email}</p>
      </div>
      {creating && <NewOrganization setMe={setMe} onClose={() => setCreating(false)} />}
    </main>
  );
}

function list(words: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(words);
}
