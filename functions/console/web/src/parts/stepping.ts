/** Returns the item that an arrow key, Home or End moves to from the one at an index. Arrow keys begin again at the ends. */
export function stepped<T>(all: readonly T[], at: number, key: string): T | undefined {
  switch (key) {
    case "ArrowDown":
      return all[(at + 1) % all.length];
    case "ArrowUp":
      return all.at(Math.max(at, 0) - 1);
    case "Home":
      return all[0];
    case "End":
      return all.at(-1);
    default:
      return undefined;
  }
}
