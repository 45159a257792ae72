import type { ComponentChildren } from "preact";
import type { InvitationState, MembershipStatus, Token } from "../api/types";
import { initials, capitalize } from "../words/names";

type Tone = "good" | "warning" | "danger" | "neutral";

/** A word on a colored background. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const tones: Record<MembershipStatus, Tone> = { active: "good", invited: "warning", disabled: "neutral" };

interface StatusBadgeProps {
  readonly status: MembershipStatus;
  /** Whether the invitation can be accepted, of someone who is invited. */
  readonly invitation?: InvitationState | undefined;
}

/** The status of a membership. An invitation that nobody can accept any more is not shown like an open one. */
export function StatusBadge({ status, invitation = "open" }: StatusBadgeProps) {
  return invitation === "open" ? (
    <Badge tone={tones[status]}>{capitalize(status)}</Badge>
  ) : (
    <Badge tone="neutral">{invitation === "expired" ? "Invitation expired" : "Invitation withdrawn"}</Badge>
  );
}

/** The mark of a member that is a service account. */
export function AccountBadge() {
  return <Badge tone="neutral">Service account</Badge>;
}

/** The status of a token that does not work; nothing for a live token. */
export function TokenBadge({ status }: { readonly status: Token["status"] }) {
  if (status === "live") return null;
  const word = status === "lapsed" ? "expired" : status;
  return <Badge tone={status === "suspended" ? "warning" : "neutral"}>{capitalize(word)}</Badge>;
}

/** Initials in a circle. The ID determines one of six colors. */
export function Avatar({
  name,
  id,
  large = false,
}: {
  readonly name: string;
  readonly id: string;
  readonly large?: boolean;
}) {
  const hue = Array.from(id).reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return (
    <span class={`avatar hue-${hue} ${large ? "large" : ""}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}
