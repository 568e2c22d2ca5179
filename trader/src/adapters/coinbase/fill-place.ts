import { z } from 'zod';
import type { Timestamp } from '../../domain/time.ts';

/** Trades may be listed a little out of order, and later than others of the same time: so much is read again. */
const OVERLAP_MS = 10_000;

const written = z.object({ from: z.number().nullable(), seen: z.array(z.string()) });

/** What a place says of a trade. */
interface Placed {
  readonly tradeId: string;
  readonly tsEvent: Timestamp;
}

/**
 * How far the list of fills has been read. Coinbase has no order of fills but their times, and fills may
 * share one, so a place is a time some seconds back, and the trades since then that were already read.
 */
export class FillPlace {
  /** Fills are asked for from here; undefined from the beginning. */
  readonly from: Timestamp | undefined;
  readonly #seen: ReadonlySet<string>;

  private constructor(from: Timestamp | undefined, seen: readonly string[]) {
    this.from = from;
    this.#seen = new Set(seen);
  }

  /** Reads a place as `after` wrote it. Throws where it is none. */
  static read(place: string | undefined): FillPlace {
    if (place === undefined) return new FillPlace(undefined, []);
    const { from, seen } = written.parse(JSON.parse(place));
    return new FillPlace(from ?? undefined, seen);
  }

  has(tradeId: string): boolean {
    return this.#seen.has(tradeId);
  }

  /** The place after what the venue has listed from here on, already read or not. */
  after(listed: readonly Placed[]): string {
    const latest = listed.reduce((time, { tsEvent }) => Math.max(time, tsEvent), Number.NEGATIVE_INFINITY);
    // With nothing listed it stays where it is.
    if (latest === Number.NEGATIVE_INFINITY) return JSON.stringify({ from: this.from ?? null, seen: [...this.#seen] });
    const from = Math.max(this.from ?? Number.NEGATIVE_INFINITY, latest - OVERLAP_MS);
    return JSON.stringify({ from, seen: listed.filter(({ tsEvent }) => tsEvent >= from).map(({ tradeId }) => tradeId) });
  }
}
