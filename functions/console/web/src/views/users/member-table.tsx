import type { Member } from "../../api/types";
import { useConsole } from "../../console-context";
import { AccountBadge, Avatar, StatusBadge } from "../../parts/badge";
import { Checkbox } from "../../parts/field";
import { Icon } from "../../parts/icon";
import { RowText } from "../../parts/row-text";
import { Link } from "../../router/link";
import { can, count, canManage, capitalize } from "../../words/names";
import { date, fullDay } from "../../words/time";
import { ResendButton } from "./resend-button";

interface MemberTableProps {
  readonly members: readonly Member[];
  readonly busy: boolean;
  readonly selected: ReadonlyMap<string, Member>;
  /** Called with the new selection. Without it, members can't be selected. */
  readonly onSelect: ((selected: ReadonlyMap<string, Member>) => void) | undefined;
  readonly onChangeRole: (member: Member) => void;
}

/** A table of members. Each row links to a profile. */
export function MemberTable({ members, busy, selected, onSelect, onChangeRole }: MemberTableProps) {
  const seesDays = can(useConsole().membership, "members:manage");
  const some = members.some((m) => selected.has(m.id));
  const all = members.every((m) => selected.has(m.id));
  const select = (chosen: readonly Member[], on: boolean) => {
    const next = new Map(selected);
    for (const member of chosen) {
      if (on) next.set(member.id, member);
      else next.delete(member.id);
    }
    onSelect?.(next);
  };
  return (
    <table class={`table members ${onSelect ? "" : "without-tick"}`} aria-busy={busy}>
      <caption class="visually-hidden">Users</caption>
      <thead>
        <tr>
          {onSelect && (
            <th scope="col" class="tick">
              <Checkbox
                hideLabel
                label="Select all on this page"
                checked={all}
                mixed={some && !all}
                onChange={(on) => select(members, on)}
              />
            </th>
          )}
          <th scope="col">Name</th>
          <th scope="col" class="role">
            Role
          </th>
          <th scope="col" class="status">
            Status
          </th>
          <th scope="col" class="day">
            Joined
          </th>
          {seesDays && (
            <th scope="col" class="day">
              Last seen
            </th>
          )}
          <th scope="col" class="number">
            Solutions
          </th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <MemberRow
            key={member.id}
            member={member}
            seesDays={seesDays}
            selected={selected.has(member.id)}
            onSelect={onSelect && ((on) => select([member], on))}
            onChangeRole={() => onChangeRole(member)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface MemberRowProps {
  readonly member: Member;
  /** Whether the table has a column for the day on which members were last seen. */
  readonly seesDays: boolean;
  readonly selected: boolean;
  readonly onSelect: ((on: boolean) => void) | undefined;
  readonly onChangeRole: () => void;
}

function MemberRow({ member, seesDays, selected, onSelect, onChangeRole }: MemberRowProps) {
  const { me, org, membership } = useConsole();
  const manageable = canManage(membership, member);
  return (
    <tr class={selected ? "selected" : ""}>
      {onSelect && (
        <td class="tick">
          <Checkbox hideLabel label={`Select ${member.displayName}`} checked={selected} onChange={onSelect} />
        </td>
      )}
      <td class="main-cell">
        <span class="person">
          <Avatar name={member.displayName} id={member.id} />
          <span class="stack">
            <span class="clip">
              <Link to={member.id === me.id ? `/${org}/profile` : `/${org}/users/${member.id}`} class="row-link">
                <bdi>{member.displayName}</bdi>
              </Link>
              {member.id === me.id && <span class="faint"> (you)</span>}
            </span>
            {member.serviceAccount ? (
              <AccountBadge />
            ) : (
              member.displayName !== member.email && (
                <small>
                  <RowText class="clip">{member.email}</RowText>
                </small>
              )
            )}
          </span>
        </span>
      </td>
      <td data-label="Role">
        {manageable ? (
          <button
            type="button"
            class="role-button"
            aria-label={`${capitalize(member.role)}: change role of ${member.displayName}`}
            onClick={onChangeRole}
          >
            {capitalize(member.role)}
            <Icon name="down" />
          </button>
        ) : (
          <span class="role-text">{capitalize(member.role)}</span>
        )}
      </td>
      <td data-label="Status">
        <span class="status-cell">
          <StatusBadge status={member.status} invitation={member.invitationState} />
          {member.status === "invited" && manageable && <ResendButton member={member} />}
        </span>
      </td>
      <td class="day">{member.joinedAt === undefined ? "—" : date(member.joinedAt)}</td>
      {seesDays && <td class="day">{member.lastSeenOn === undefined ? "—" : fullDay(member.lastSeenOn)}</td>}
      <td data-label="Solutions" class="number">
        <span aria-label={count(member.solutionCount, "solution")}>{member.solutionCount}</span>
      </td>
    </tr>
  );
}
