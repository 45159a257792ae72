// A browser can block storage for a site, or have no room left in it. Each use of localStorage or sessionStorage then
// throws, which would leave the page blank. What can't be stored is kept in memory until the page is left.

/** Texts by name, which never throws. */
export interface KeptTexts {
  readonly get: (name: string) => string | null;
  readonly set: (name: string, text: string) => void;
  readonly remove: (name: string) => void;
  readonly names: () => readonly string[];
  /** Reports whether texts are still there after the page has been left. */
  readonly isKept: () => boolean;
}

/** Texts shared by all tabs of this browser. */
export const browserTexts = guarded(() => localStorage);

/** Texts of this tab, which end with it. */
export const tabTexts = guarded(() => sessionStorage);

function guarded(open: () => Storage): KeptTexts {
  const memory = new Map<string, string>();
  const attempt = <T>(access: (storage: Storage) => T, otherwise: T): T => {
    try {
      return access(open());
    } catch {
      return otherwise;
    }
  };
  const store = (name: string, text: string) =>
    attempt((storage) => {
      storage.setItem(name, text);
      return true;
    }, false);
  const remove = (name: string) => {
    memory.delete(name);
    attempt((storage) => storage.removeItem(name), undefined);
  };
  return {
    get: (name) => memory.get(name) ?? attempt((storage) => storage.getItem(name), null),
    set: (name, text) => {
      if (store(name, text)) memory.delete(name);
      else memory.set(name, text);
    },
    remove,
    names: () => [...new Set([...memory.keys(), ...attempt((storage) => Object.keys(storage), [])])],
    isKept: () => {
      const probe = "leasehold.probe";
      const kept = store(probe, "yes");
      remove(probe);
      return kept;
    },
  };
}
