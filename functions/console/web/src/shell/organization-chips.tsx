import type { Membership } from "../api/types";
import { Icon } from "../parts/icon";
import { count, hasAccess, capitalize } from "../words/names";
import { isDeleted, removalDay } from "../words/deletion";
import { offerRestore } from "./restore-dialog";
import { offerSwitch } from "./switch-dialog";

interface ChipsProps {
  readonly memberships: readonly Membership[];
  /** The ID of the current organization. */
  readonly current: string | undefined;
}

/** A person's organizations with their solution counts. A click offers to switch, or to restore a deleted one. */
export function OrganizationChips({ memberships, current }: ChipsProps) {
  return (
    <ul class="chips">
      {memberships.map((membership) => (
        <li key={membership.organization.id}>
          {isDeleted(membership) ? (
            <DeletedChip membership={membership} />
          ) : (
            <Chip membership={membership} current={membership.organization.id === current} />
          )}
        </li>
      ))}
    </ul>
  );
}

function DeletedChip({ membership }: { readonly membership: Membership }) {
  return (
    <button type="button" class="chip deleted" onClick={() => offerRestore(membership)}>
      <span class="chip-name">
        <bdi>{membership.organization.name}</bdi>:
      </span>
      <span class="chip-count">
        Deleted · Removal on {removalDay(membership)} · <strong>Restore</strong>
      </span>
    </button>
  );
}

function Chip({ membership, current }: { readonly membership: Membership; readonly current: boolean }) {
  const { organization, status, role, solutionCount } = membership;
  const selectable = hasAccess(membership) || (status === "invited" && role !== "deny");
  const state = status !== "active" ? capitalize(status) : role === "deny" ? "No access" : "";
  return (
    <button
      type="button"
      class={`chip ${current ? "current" : ""}`}
      disabled={!selectable && !current}
      aria-current={current ? "true" : undefined}
      onClick={() => !current && offerSwitch(membership)}
    >
      {current && <Icon name="check" />}
      <span>
        <span class="chip-name">
          <bdi>{organization.name}</bdi>:
        </span>{" "}
        <span class="chip-count">
          {status === "invited" ? state : `${count(solutionCount, "solution")} assigned${state && ` · ${state}`}`}
        </span>
      </span>
    </button>
  );
}
