import type { Bar } from '../domain/bar.ts';
import type { Timestamp } from '../domain/time.ts';
import type { FeedTrade, TradeHole } from '../ports/market-feed.ts';

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

/** Trades that follow each other without a hole: their numbers, and when the first and the last were made. */
interface Run {
  first: number;
  last: number;
  from: Timestamp;
  to: Timestamp;
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
  /** What was heard, ascending and apart. */
  readonly #runs: Run[] = [];

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Takes a trade, and says whether it came in its turn, leaving a hole of so many before it, into a hole, or again. A trade without numbers is taken for none: `unnumbered`. */
  add({ price, quantity, tsEvent, firstId, lastId }: FeedTrade): { readonly kind: 'next' | 'early' | 'late' | 'repeated' | 'unnumbered'; readonly missing: number } {
    if (!(lastId >= firstId)) return { kind: 'unnumbered', missing: 0 };
    const place = this.#admit({ first: firstId, last: lastId, from: tsEvent, to: tsEvent });
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

  /** What is missing between the first trade that is remembered and the last, the oldest first. */
  holes(): readonly TradeHole[] {
    return this.#runs.slice(1).map(({ first, from }, at) => ({ firstId: this.#runs[at].last + 1, lastId: first - 1, from: this.#runs[at].to, to: from }));
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

  /** Writes down that these were heard. */
  #admit(heard: Run): { readonly kind: 'next' | 'early' | 'late' | 'repeated'; readonly missing: number } {
    const runs = this.#runs;
    const newest = runs.at(-1);
    if (newest !== undefined && heard.first <= newest.last) return this.#admitLate(heard);
    const missing = newest === undefined ? 0 : heard.first - newest.last - 1;
    if (newest !== undefined && missing === 0) [newest.last, newest.to] = [heard.last, heard.to];
    else runs.push(heard);
    if (runs.length > RUNS) runs.shift();
    return { kind: missing === 0 ? 'next' : 'early', missing };
  }

  /** Into a hole between two runs, or not at all. */
  #admitLate(heard: Run): { readonly kind: 'late' | 'repeated'; readonly missing: number } {
    const { first, last, from, to } = heard;
    const runs = this.#runs;
    const at = runs.findLastIndex((run) => run.first <= first);
    const [before, after] = [runs[at], runs[at + 1]];
    // Of before all that is remembered it cannot be told whether it was heard: it does not count.
    if (before === undefined || after === undefined || first <= before.last || last >= after.first) return { kind: 'repeated', missing: 0 };
    if (first === before.last + 1) [before.last, before.to] = [last, to];
    else if (last + 1 === after.first) [after.first, after.from] = [first, from];
    else runs.splice(at + 1, 0, heard);
    if (before.last + 1 === after.first) {
      [before.last, before.to] = [after.last, after.to];
      runs.splice(at + 1, 1);
    }
    return { kind: 'late', missing: first - last - 1 };
  }
}
