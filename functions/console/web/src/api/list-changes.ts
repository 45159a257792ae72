/**
 * The changes to the items of a list. A response that was requested before a change does not know it yet, so the change is
 * applied to that response, and to the one that is shown meanwhile.
 */
export class ListChanges<T extends { readonly id: string }> {
  private readonly changes = new Map<string, { readonly number: number; readonly item: T | undefined }>();
  private last = 0;

  /** Returns the number of the last change. Call it before a request, and pass it to `apply` with the response. */
  number(): number {
    return this.last;
  }

  /** Records the state of an item after a change. */
  replace(item: T): void {
    this.changes.set(item.id, { number: ++this.last, item });
  }

  /** Records that an item no longer belongs to the list. */
  remove(id: string): void {
    this.changes.set(id, { number: ++this.last, item: undefined });
  }

  /** Returns the items with the changes after `number`. Items that are not in the list are not added. */
  apply(items: readonly T[], number: number): readonly T[] {
    return items.flatMap((item) => {
      const change = this.changes.get(item.id);
      if (!change || change.number <= number) return [item];
      return change.item ? [change.item] : [];
    });
  }
}
