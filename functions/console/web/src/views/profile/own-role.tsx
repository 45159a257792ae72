import { newest } from "../../api/newest";
import { useMember } from "../../api/queries";
import { useConsole } from "../../console-context";
import { LoadedData } from "../../parts/loaded";
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
  const own = useMember(org, me.id);
  return (
    <LoadedData loaded={own} skeleton={<SkeletonCard lines={8} />}>
      {(member) => (
        <RoleCard
          key={member.role}
          member={member}
          onChanged={(next) => own.update((shown) => newest(shown, next))}
          onReload={own.reload}
        />
      )}
    </LoadedData>
  );
}
