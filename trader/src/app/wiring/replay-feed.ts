import type { BarSet } from '../../adapters/bars/column-file.ts';
import { BarCursor, type Bar, type Bars } from '../../domain/bar.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Market } from '../../pipeline/engine.ts';

/** All bars that close at one moment, in the order of their markets. */
export interface Instant {
  readonly tsEvent: Timestamp;
  readonly bars: readonly { readonly market: number; readonly bar: Bar }[];
}

/** Stored bars of several markets as a feed: one moment after another, each bar once. */
export class ReplayFeed {
  /** Bars handed out, those skipped at the start included, and bars there are. */
  done: number;
  readonly total: number;
  readonly #markets: readonly Market[];
  readonly #cursors: BarCursor[];
  readonly #pieces: Iterator<Bars>[];

  /** Begins behind the bar that closed at `after`, per market. */
  constructor(markets: readonly Market[], sets: readonly BarSet[], after: readonly Timestamp[]) {
    this.#markets = markets;
    this.total = sets.reduce((sum, set) => sum + set.length, 0);
    const starts = sets.map((set, market) => set.indexOf(after[market] - markets[market].intervalMs + 1));
    this.done = starts.reduce((sum, start) => sum + start, 0);
    this.#pieces = sets.map((set, market) => set.blocks(starts[market], set.length, 4096)[Symbol.iterator]());
    this.#cursors = sets.map(() => new BarCursor({ length: 0 } as Bars));
    for (let market = 0; market < sets.length; market++) this.#fetch(market);
  }

  /** The next moment; undefined at the end. Its bars are valid until the moment after it is asked for. */
  next(): Instant | undefined {
    const tsEvent = this.peek();
    if (tsEvent === undefined) return undefined;
    this.#cursors.forEach((bar, market) => {
      if (this.#closeOf(market) === tsEvent) this.#handedOut.push({ market, bar });
    });
    this.done += this.#handedOut.length;
    return { tsEvent, bars: this.#handedOut };
  }

  /** When the next moment is; undefined at the end. */
  peek(): Timestamp | undefined {
    for (const { market } of this.#handedOut.splice(0)) this.#advance(market);
    const tsEvent = Math.min(...this.#cursors.map((_, market) => this.#closeOf(market)));
    return tsEvent === Infinity ? undefined : tsEvent;
  }

  readonly #handedOut: { market: number; bar: Bar }[] = [];

  #closeOf(market: number): Timestamp {
    const cursor = this.#cursors[market];
    return cursor.index < cursor.bars.length ? cursor.timestamp + this.#markets[market].intervalMs : Infinity;
  }

  #advance(market: number): void {
    const cursor = this.#cursors[market];
    cursor.index += 1;
    if (cursor.index === cursor.bars.length) this.#fetch(market);
  }

  #fetch(market: number): void {
    const cursor = this.#cursors[market];
    const piece = this.#pieces[market].next();
    cursor.bars = piece.done ? ({ length: 0 } as Bars) : piece.value;
    cursor.index = 0;
  }
}
