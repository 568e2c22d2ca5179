import type { Bar } from '../domain/bar.ts';
import type { Timestamp } from '../domain/time.ts';
import type { FeedTrade } from '../ports/market-feed.ts';

/** A bar in the making: its numbers and the trades that it is made of, by their ids. */
interface Bucket {
  readonly start: Timestamp;
  firstId: number;
  lastId: number;
  /** Trades heard, as their ids count them. */
  trades: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Bars that are kept until they are asked for: the one in the making, and a few for what comes late. */
const KEPT = 4;
/** Runs of ids that are remembered; where a stream has more holes, the oldest is given up. */
const RUNS = 64;

/**
 * Bars put together from one instrument's trades, in buckets aligned to the Unix epoch. The venue's
 * numbers of the trades decide: a trade that was there already is left out, the first and the last of a
 * bar are those with the lowest and the highest number, in whatever order they come, and a bar is whole
 * only where no number is missing in it nor at its edges. Then it equals the venue's own.
 */
export class TradeBars {
  readonly #intervalMs: number;
  readonly #buckets: Bucket[] = [];
  /** Ids that were heard, as runs without a hole: first, last; ascending and apart. */
  readonly #runs: [first: number, last: number][] = [];
  #fresh = true;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Takes a trade, and says whether it came in its turn, leaving a hole of so many before it, into a hole, or again. A trade without numbers is taken for none: `unnumbered`. */
  add({ price, quantity, tsEvent, firstId, lastId }: FeedTrade): { readonly kind: 'next' | 'early' | 'late' | 'repeated' | 'unnumbered'; readonly missing: number } {
    if (!(lastId >= firstId)) return { kind: 'unnumbered', missing: 0 };
    const place = this.#admit(firstId, lastId);
    if (place.kind === 'repeated') return place;
    const start = Math.floor(tsEvent / this.#intervalMs) * this.#intervalMs;
    const bucket = this.#bucket(start, firstId, lastId, price);
    if (bucket === undefined) return place;
    if (firstId < bucket.firstId) [bucket.firstId, bucket.open] = [firstId, price];
    if (lastId >= bucket.lastId) [bucket.lastId, bucket.close] = [lastId, price];
    bucket.high = Math.max(bucket.high, price);
    bucket.low = Math.min(bucket.low, price);
    bucket.volume += quantity;
    bucket.trades += lastId - firstId + 1;
    return place;
  }

  /** The bar that opened then, where all its trades are there and its neighbours' nearest ones prove it; undefined otherwise. */
  whole(start: Timestamp): Bar | undefined {
    const at = this.#buckets.findIndex((each) => each.start === start);
    const bucket = this.#buckets[at];
    if (at < 1 || at === this.#buckets.length - 1 || bucket.trades !== bucket.lastId - bucket.firstId + 1) return undefined;
    if (this.#buckets[at - 1].lastId + 1 !== bucket.firstId || bucket.lastId + 1 !== this.#buckets[at + 1].firstId) return undefined;
    const { open, high, low, close, volume } = bucket;
    return { timestamp: start, open, high, low, close, volume };
  }

  /** The stream is another one now: what was told between the two is no hole in it. */
  restart(): void {
    this.#fresh = true;
  }

  #bucket(start: Timestamp, firstId: number, lastId: number, price: number): Bucket | undefined {
    const buckets = this.#buckets;
    let at = buckets.length;
    while (at > 0 && buckets[at - 1].start > start) at -= 1;
    const found = buckets[at - 1];
    if (found?.start === start) return found;
    // Of a time that was let go already.
    if (at === 0 && buckets.length === KEPT) return undefined;
    const made: Bucket = { start, firstId, lastId, trades: 0, open: price, high: price, low: price, close: price, volume: 0 };
    buckets.splice(at, 0, made);
    if (buckets.length > KEPT) buckets.shift();
    return made;
  }

  /** Writes down that these ids were heard. */
  #admit(first: number, last: number): { readonly kind: 'next' | 'early' | 'late' | 'repeated'; readonly missing: number } {
    const runs = this.#runs;
    const newest = runs.at(-1);
    if (newest === undefined || first > newest[1]) {
      const missing = newest === undefined ? 0 : first - newest[1] - 1;
      const fresh = this.#fresh;
      this.#fresh = false;
      if (newest !== undefined && missing === 0) newest[1] = last;
      else runs.push([first, last]);
      if (runs.length > RUNS) runs.shift();
      return fresh || missing === 0 ? { kind: 'next', missing: 0 } : { kind: 'early', missing };
    }
    return this.#admitLate(first, last);
  }

  /** Into a hole between two runs, or not at all. */
  #admitLate(first: number, last: number): { readonly kind: 'late' | 'repeated'; readonly missing: number } {
    const runs = this.#runs;
    const at = runs.findLastIndex(([from]) => from <= first);
    const [before, after] = [runs[at], runs[at + 1]];
    // Of before all that is remembered it cannot be told whether it was heard: it does not count.
    if (before === undefined || after === undefined || first <= before[1] || last >= after[0]) return { kind: 'repeated', missing: 0 };
    if (first === before[1] + 1) before[1] = last;
    else if (last + 1 === after[0]) after[0] = first;
    else runs.splice(at + 1, 0, [first, last]);
    if (before[1] + 1 === after[0]) {
      before[1] = after[1];
      runs.splice(at + 1, 1);
    }
    return { kind: 'late', missing: first - last - 1 };
  }
}
