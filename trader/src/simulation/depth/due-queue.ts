/** What is under way, each with the time at which it is due; equal times leave in the order of coming. */
export class DueQueue<T> {
  /** When the first is due; Infinity where there is none. */
  next = Infinity;
  private items: T[] = [];
  private times: number[] = [];
  private first = 0;

  push(due: number, item: T): void {
    let at = this.items.length;
    while (at > this.first && this.times[at - 1] > due) at--;
    this.items.splice(at, 0, item);
    this.times.splice(at, 0, due);
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
      // What has left is let go of from time to time, so that a queue that never empties does not grow.
      this.items.splice(0, this.first);
      this.times.splice(0, this.first);
      this.first = 0;
    }
    this.next = this.first < this.times.length ? this.times[this.first] : Infinity;
    return item;
  }
}
