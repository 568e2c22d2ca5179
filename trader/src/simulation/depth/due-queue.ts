/** What is under way on one connection: nothing overtakes what was sent before it. */
export class DueQueue<T> {
  /** When the first is due; Infinity where there is none. */
  next = Infinity;
  private items: T[] = [];
  private times: number[] = [];
  private first = 0;
  private last = -Infinity;

  /** Sends something that takes until `due`, or until what is before it is there. */
  push(due: number, item: T): void {
    this.last = Math.max(this.last, due);
    this.items.push(item);
    this.times.push(this.last);
    this.next = this.times[this.first];
  }

  /** Takes out the first. There must be one. */
  shift(): T {
    const item = this.items[this.first];
    this.first += 1;
    if (this.first === this.items.length) {
      this.items.length = 0;
      this.times.length = 0;
      this.first = 0;
    } else if (this.first >= 64) {
      // What has left is let go of, so that a queue that never empties does not grow.
      this.items.splice(0, this.first);
      this.times.splice(0, this.first);
      this.first = 0;
    }
    this.next = this.first < this.times.length ? this.times[this.first] : Infinity;
    return item;
  }
}
