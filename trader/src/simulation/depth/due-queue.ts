/** What is under way on one connection: nothing overtakes what was sent before it. Its memory is used over and over. */
export class DueQueue<T> {
  /** When the first is due; Infinity where there is none. */
  next = Infinity;
  private items: (T | undefined)[] = [undefined, undefined, undefined, undefined];
  private times = new Float64Array(4);
  /** Place of the first, and how many there are; places go round. */
  private first = 0;
  private length = 0;
  private last = -Infinity;

  /** Sends something that takes until `due`, or until what is before it is there. */
  push(due: number, item: T): void {
    if (this.length === this.items.length) this.grow();
    if (due > this.last) this.last = due;
    const at = (this.first + this.length) & (this.items.length - 1);
    this.items[at] = item;
    this.times[at] = this.last;
    this.length += 1;
    this.next = this.times[this.first];
  }

  /** Takes out the first. Throws where there is none. */
  shift(): T {
    const item = this.items[this.first];
    if (item === undefined) throw new RangeError('nothing is under way');
    this.items[this.first] = undefined;
    this.first = (this.first + 1) & (this.items.length - 1);
    this.length -= 1;
    this.next = this.length === 0 ? Infinity : this.times[this.first];
    return item;
  }

  /** Twice the room; what is under way begins at place 0. */
  private grow(): void {
    const room = this.items.length;
    const items: (T | undefined)[] = [];
    const times = new Float64Array(2 * room);
    for (let i = 0; i < 2 * room; i++) {
      const from = (this.first + i) & (room - 1);
      items.push(i < room ? this.items[from] : undefined);
      if (i < room) times[i] = this.times[from];
    }
    this.items = items;
    this.times = times;
    this.first = 0;
  }
}
