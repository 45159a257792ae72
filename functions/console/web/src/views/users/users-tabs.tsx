import { useConsole } from "../../console-context";
import { Tabs } from "../../parts/tabs";
import { can } from "../../words/names";

/** Links to the members and the service accounts. Only those who manage members see the list of service accounts. */
export function UsersTabs({ current }: { readonly current: "members" | "service-accounts" }) {
  const { org, membership } = useConsole();
  if (!can(membership, "members:manage")) return null;
  return (
    <Tabs
      label="Users"
      tabs={[
        { to: `/${org}/users`, text: "Members", current: current === "members" },
        { to: `/${org}/users/service-accounts`, text: "Service accounts", current: current === "service-accounts" },
      ]}
    />
  );
}
