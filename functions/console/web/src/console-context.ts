import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { LiveTokens } from "./api/live-tokens";
import type { Membership, Profile } from "./api/types";

/** The signed-in person and the current organization. */
export interface ConsoleState {
  readonly me: Profile;
  /** Replaces the profile with a newer one. */
  readonly setMe: (me: Profile) => void;
  readonly reloadMe: () => void;
  /** The ID of the organization in the address. */
  readonly org: string;
  /** The person's membership in that organization. */
  readonly membership: Membership;
  /** The person's own tokens in all organizations. */
  readonly tokens: LiveTokens;
}

export const ConsoleContext = createContext<ConsoleState | undefined>(undefined);

/** The signed-in person and the current organization. */
export function useConsole(): ConsoleState {
  const state = useContext(ConsoleContext);
  if (!state) throw new Error("useConsole outside of an organization");
  return state;
}
