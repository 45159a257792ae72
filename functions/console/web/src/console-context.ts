import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { LiveTokens } from "./api/live-tokens";
import type { Membership, Profile } from "./api/types";

/** The signed-in person, and the organization of the page if it has one. */
export interface PersonState {
  readonly me: Profile;
  /** Replaces the profile with a newer one. */
  readonly setMe: (me: Profile) => void;
  readonly reloadMe: () => void;
  /** The ID of the organization in the address, or of the one in which the person would start. */
  readonly org: string | undefined;
  /** The person's membership in that organization. */
  readonly membership: Membership | undefined;
  /** The person's own tokens in all organizations. */
  readonly tokens: LiveTokens;
}

/** The signed-in person and the current organization. */
export interface ConsoleState extends PersonState {
  readonly org: string;
  readonly membership: Membership;
}

export const ConsoleContext = createContext<PersonState | undefined>(undefined);

/** The signed-in person, who may belong to no organization. */
export function usePerson(): PersonState {
  const state = useContext(ConsoleContext);
  if (!state) throw new Error("usePerson outside of the console");
  return state;
}

/** The signed-in person and the current organization. */
export function useConsole(): ConsoleState {
  const state = usePerson();
  if (!hasOrganization(state)) throw new Error("useConsole outside of an organization");
  return state;
}

function hasOrganization(state: PersonState): state is ConsoleState {
  return state.membership !== undefined;
}
