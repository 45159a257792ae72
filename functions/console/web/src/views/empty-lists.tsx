import type { ComponentChildren } from "preact";
import { useConsole } from "../console-context";
import { Button } from "../parts/button";
import { Empty } from "../parts/notice";
import { navigate } from "../router/navigation";
import { can } from "../words/names";
import { sentence } from "../words/sentence";
import type { TokenFilter } from "../words/tokens";
import { useTokenOwner } from "./tokens/token-owner";
import type { Filters } from "./users/filters";

interface NoMembersProps {
  readonly filters: Filters;
  /** Opens the form that invites people; undefined if the person can't. */
  readonly onInvite: (() => void) | undefined;
  readonly onClear: () => void;
}

/** Says why nobody is listed, and offers to invite someone or to clear the filters. */
export function NoMembers({ filters, onInvite, onClear }: NoMembersProps) {
  const onlyInvited = Object.entries(filters).every(([name, value]) => value === (name === "status" ? "invited" : ""));
  if (onlyInvited)
    return (
      <Empty
        icon="users"
        title="No open invitations"
        action={
          onInvite ? (
            <Button icon="plus" onClick={onInvite}>
              Invite user
            </Button>
          ) : (
            <Button onClick={onClear}>Clear filters</Button>
          )
        }
      >
        People who are invited appear here until they accept or decline.
      </Empty>
    );
  return (
    <Empty icon="search" title="No matching members" action={<Button onClick={onClear}>Clear filters</Button>}>
      {nobodyWords(filters)}
    </Empty>
  );
}

/** Returns why nobody is listed, by what the person filters by. */
export function nobodyWords(filters: Filters): string {
  const others = filters.role !== "" || filters.status !== "" || filters.solution !== "";
  if (filters.q === "") return "No members match these filters.";
  return others
    ? "No members match this search and these filters. The search looks at names and email addresses."
    : "The search looks at names and email addresses.";
}

interface EmptyStartProps {
  readonly icon: "solutions" | "users";
  readonly title: string;
  /** The label of the button. */
  readonly button: string;
  /** What the button does; undefined if the person can't. */
  readonly onStart: (() => void) | undefined;
  readonly children: ComponentChildren;
}

/** An empty list, with the button that puts something into it. */
function EmptyStart({ icon, title, button, onStart, children }: EmptyStartProps) {
  return (
    <Empty
      icon={icon}
      title={title}
      action={
        onStart && (
          <Button icon="plus" onClick={onStart}>
            {button}
          </Button>
        )
      }
    >
      {children}
    </Empty>
  );
}

/** Says what solutions are, and offers to create one. */
export function NoSolutions() {
  const { org, membership } = useConsole();
  const creates = can(membership, "solutions:create");
  return (
    <EmptyStart
      icon="solutions"
      title="No solutions yet"
      button="New solution"
      onStart={creates ? () => navigate(`/${org}/solutions/new`) : undefined}
    >
      Solutions are the apps that your people use.{" "}
      {creates ? "Create one, then assign people to it." : "Ask an Owner or Admin to assign you to one."}
    </EmptyStart>
  );
}

interface NoAssignmentsProps {
  /** The member's name; undefined for the person's own solutions. */
  readonly name: string | undefined;
  /** Opens the pane that assigns solutions; undefined if the person can't. */
  readonly onAssign: (() => void) | undefined;
}

/** Says that a member has no solutions, and offers to assign some. */
export function NoAssignments({ name, onAssign }: NoAssignmentsProps) {
  return (
    <EmptyStart icon="solutions" title="No solutions" button="Assign solutions" onStart={onAssign}>
      {name === undefined
        ? `You are not assigned to any solution here.${onAssign ? "" : " Ask an Owner or Admin to assign you to one."}`
        : sentence`${name} is not assigned to any solution that you can see.`}
    </EmptyStart>
  );
}

interface NobodyAssignedProps {
  /** Opens the pane that assigns people; undefined if the person can't. */
  readonly onAssign: (() => void) | undefined;
}

/** Says that a solution has no people, and offers to assign some. */
export function NobodyAssigned({ onAssign }: NobodyAssignedProps) {
  return (
    <EmptyStart icon="users" title="Nobody is assigned" button="Assign people" onStart={onAssign}>
      {onAssign
        ? "Assign the people who use this solution. Each gets a role in it."
        : "The people who are assigned to this solution appear here."}
    </EmptyStart>
  );
}

interface NoTokensProps {
  readonly filter: TokenFilter;
  readonly includeExpired: boolean;
  readonly onAdd: () => void;
  readonly onShowAll: () => void;
}

const none: Record<Exclude<TokenFilter, "all" | "suspended">, readonly [title: string, text: string]> = {
  ending: ["No token expires within 3 days", "Tokens that expire soon unless they are used or extended appear here."],
  ended: ["No ended tokens", "Tokens that expired, or were deleted, revoked or replaced, are listed for 30 days."],
};

/** Says what tokens are for, or that none passes the filter, and offers the next step. */
export function NoTokens({ filter, includeExpired, onAdd, onShowAll }: NoTokensProps) {
  const { words, disabled } = useTokenOwner();
  const [title, text] =
    filter === "all"
      ? [includeExpired ? "No tokens" : "No live tokens", words.purpose]
      : filter === "suspended"
        ? ["No suspended tokens", words.suspended]
        : none[filter];
  return (
    <Empty
      icon="token"
      title={title}
      action={
        filter === "all" ? (
          <Button icon="plus" disabled={disabled} onClick={onAdd}>
            Add new token
          </Button>
        ) : (
          <Button onClick={onShowAll}>Show all tokens</Button>
        )
      }
    >
      {text}
    </Empty>
  );
}
