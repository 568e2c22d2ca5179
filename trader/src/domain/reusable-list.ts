/** A list that is filled and emptied over and over: emptying keeps its memory, which `length = 0` would give up. */
export class ReusableList<T> {
  length = 0;
  readonly #items: T[] = [];

  push(item: T): void {
    this.#items[this.length] = item;
    this.length += 1;
  }

  /** The item at `index`, which must be below `length`. */
  at(index: number): T {
    return this.#items[index];
  }

  /** Keeps the items that pass, in order. */
  keep(passes: (item: T) => boolean): void {
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      const item = this.#items[i];
      if (passes(item)) this.#items[kept++] = item;
    }
    this.length = kept;
  }

  /** Takes out the first that is `item`, and keeps the order of the others. */
  remove(item: T): void {
    const items = this.#items;
    let at = 0;
    while (at < this.length && items[at] !== item) at++;
    if (at === this.length) return;
    this.length -= 1;
    for (; at < this.length; at++) items[at] = items[at + 1];
  }

  clear(): void {
    this.length = 0;
  }
}
