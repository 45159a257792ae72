import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { LiveTokens } from "../../api/live-tokens";
import type { TokenOperations } from "../../api/token-operations";
import type { OrganizationRef, Permission } from "../../api/types";
import type { OwnerWords } from "../../words/token-owner";

/** What an owner of tokens can do in an organization. */
export interface OwnerMembership {
  readonly organization: OrganizationRef;
  readonly permissions: readonly Permission[];
}

/** Whose tokens a view shows: the person's own, or those of a service account. */
export interface TokenOwner {
  readonly operations: TokenOperations;
  readonly live: LiveTokens;
  /** Identifies the owner among the lists that are loaded. */
  readonly key: string;
  readonly memberships: readonly OwnerMembership[];
  /** Whether new tokens would not work, because the service account is disabled. */
  readonly disabled: boolean;
  readonly words: OwnerWords;
}

export const TokenOwnerContext = createContext<TokenOwner | undefined>(undefined);

/** Returns the owner of the tokens that are shown. */
export function useTokenOwner(): TokenOwner {
  const owner = useContext(TokenOwnerContext);
  if (!owner) throw new Error("useTokenOwner outside of a list of tokens");
  return owner;
}

/** Returns the owner's permissions in an organization. */
export function permissionsIn({ memberships }: TokenOwner, organizationId: string): readonly Permission[] {
  return memberships.find((m) => m.organization.id === organizationId)?.permissions ?? [];
}
