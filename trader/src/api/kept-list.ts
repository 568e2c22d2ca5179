/** The newest of what came, oldest first, no more than so many. Adding costs the same however long it is. */
export class KeptList<T> {
  readonly #most: number;
  #items: T[];

  /** `most` is above zero; of `items` the newest are taken. */
  constructor(most: number, items: readonly T[] = []) {
    this.#most = most;
    this.#items = items.slice(-most);
  }

  push(item: T): void {
    this.#items.push(item);
    // Cut in halves: cutting at each push would move the whole list each time.
    if (this.#items.length >= 2 * this.#most) this.#items = this.#items.slice(-this.#most);
  }

  /** A copy. */
  all(): T[] {
    return this.#items.slice(-this.#most);
  }

  get last(): T | undefined {
    return this.#items.at(-1);
  }
}
