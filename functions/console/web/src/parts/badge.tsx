import type { ComponentChildren } from "preact";
import type { MembershipStatus, Token } from "../api/types";
import { initials, capitalize } from "../words/names";

type Tone = "good" | "warning" | "danger" | "neutral";

/** A word in a pill. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const tones: Record<MembershipStatus, Tone> = { active: "good", invited: "warning", disabled: "neutral" };

/** Where a membership stands. */
export function StatusBadge({ status }: { readonly status: MembershipStatus }) {
  return <Badge tone={tones[status]}>{capitalize(status)}</Badge>;
}

/** Why a token is dead, in a word; nothing while it lives. */
export function TokenBadge({ status }: { readonly status: Token["status"] }) {
  return status === "live" ? null : <Badge tone="neutral">{capitalize(status)}</Badge>;
}

/** Initials in a circle, with one of six hues that stays the person's own. */
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
