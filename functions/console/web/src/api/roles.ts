import { call } from "./client";
import { useLoad, type Loaded } from "./load";
import { queryKey } from "./query-key";
import type { RoleMatrix } from "./types";

let known: RoleMatrix | undefined;

/** Loads the matrix of roles and permissions. Until it has loaded again, the one that was loaded before serves. */
export function useRoles(): Loaded<RoleMatrix> {
  const loaded = useLoad({
    key: queryKey("roles"),
    load: async (signal) => {
      known = await call("get", "/roles", { signal });
      return known;
    },
  });
  return loaded.data || !known ? loaded : { ...loaded, data: known };
}
