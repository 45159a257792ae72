import { call } from "../../api/client";
import { useLoad } from "../../api/load";
import { useConsole } from "../../console-context";
import { LoadFailure } from "../../parts/notice";
import { SkeletonCard } from "../../parts/skeleton";
import { can } from "../../words/names";
import { RoleCard, ReadOnlyRole } from "../users/role-card";

/** The person's own role in this organization. */
export function OwnRole() {
  const { membership } = useConsole();
  return can(membership, "members:manage") ? <OwnRoleToChange /> : <ReadOnlyRole member={membership} />;
}

function OwnRoleToChange() {
  const { me, org } = useConsole();
  const own = useLoad(`${org}/${me.id}`, (signal) =>
    call("get", "/organizations/{org}/members/{user}", { path: { org, user: me.id }, signal }),
  );
  if (own.problem) return <LoadFailure problem={own.problem} onRetry={own.reload} />;
  if (!own.data) return <SkeletonCard lines={8} />;
  return <RoleCard key={own.data.role} member={own.data} onChanged={own.set} onReload={own.reload} />;
}
