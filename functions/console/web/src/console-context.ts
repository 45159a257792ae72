import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Membership, Profile } from "./api/types";

/** Who is signed in, and where they are. */
export interface ConsoleState {
  readonly me: Profile;
  /** Puts a newer profile in place. */
  readonly setMe: (me: Profile) => void;
  readonly reloadMe: () => void;
  /** Id of the organization that the address names. */
  readonly org: string;
  /** The person's membership there. */
  readonly membership: Membership;
}

export const ConsoleContext = createContext<ConsoleState | undefined>(undefined);

/** Who is signed in, and where they are. */
export function useConsole(): ConsoleState {
  const state = useContext(ConsoleContext);
  if (!state) throw new Error("useHere outside of an organization");
  return state;
}
