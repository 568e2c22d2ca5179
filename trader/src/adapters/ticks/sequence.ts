/** A message of depth with its update ids: the first, the last, and the one before them where the venue tells it. */
export interface Numbered {
  readonly first: number;
  readonly last: number;
  readonly previous: number | undefined;
}

/** A hole in a sequence of updates. */
export interface SequenceGap {
  /** When the first message behind it happened at the venue. */
  readonly at: number;
  /** Last id before it, and the first behind. */
  readonly after: number;
  readonly next: number;
}

/** Messages that wait for a snapshot, at most; of more, the oldest are of no use to any snapshot to come. */
const MAX_WAITING = 50_000;

/**
 * Keeps a book in step with its venue, as Binance describes it ("How to manage a local order book
 * correctly", spot and USDⓈ-M). Updates wait until there is a snapshot; those that it covers are
 * dropped; the first used must bridge it: U ≤ id + 1 ≤ u on spot, U ≤ id ≤ u on futures, which tell
 * `pu`, or pu = id, which follows it as well. Then each must follow the one before: U ≤ u′ + 1, or
 * pu = u′. Where one does not, the book is given up until the next snapshot.
 */
export class Sequence<M extends Numbered> {
  readonly gaps: SequenceGap[] = [];
  /** Updates that repeat what is known: from before the snapshot, or sent again. */
  covered = 0;
  /** Updates that no snapshot could use. */
  unused = 0;
  /** Id up to which the book is known; NaN while it is not. */
  #known = NaN;
  /** Whether the next update is the first after a snapshot. */
  #bridging = false;
  #waiting: M[] = [];

  /** A snapshot has come: gives the updates that waited for it, to be brought again one by one. */
  snapshot(id: number): M[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#known = id;
    this.#bridging = true;
    return waiting;
  }

  /** An update has come: to be used, to wait or to be left out, or the book is lost before it. */
  update(message: M, at: number): 'use' | 'leave' | 'lost' {
    const known = this.#known;
    if (Number.isNaN(known)) return this.#wait(message);
    const { first, last, previous } = message;
    const bridges = this.#bridging && previous !== undefined && first <= known && last >= known;
    if (last < known || (last === known && !bridges)) {
      this.covered += 1;
      return 'leave';
    }
    if (!bridges && (previous === undefined ? first > known + 1 : previous !== known)) {
      this.gaps.push({ at, after: known, next: first });
      this.#known = NaN;
      this.#wait(message);
      return 'lost';
    }
    this.#bridging = false;
    this.#known = last;
    return 'use';
  }

  /** Says that no more comes: what still waits was of no use. */
  end(): void {
    this.unused += this.#waiting.length;
    this.#waiting = [];
  }

  #wait(message: M): 'leave' {
    this.#waiting.push(message);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.unused += 1;
    }
    return 'leave';
  }
}
