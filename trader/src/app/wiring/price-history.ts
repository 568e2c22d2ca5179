import type { Bar } from '../../domain/bar.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';

/** What one bar left behind for the price table. */
interface PricePoint {
  readonly tsEvent: Timestamp;
  readonly close: number;
  readonly high: number;
  readonly low: number;
}

/** Last prices of each market, for the table's changes, ranges and sparklines. */
export class PriceHistory {
  readonly #points: PricePoint[][];
  readonly #firsts: (number | undefined)[];

  constructor(markets: number) {
    this.#points = Array.from({ length: markets }, () => []);
    this.#firsts = Array.from({ length: markets }, () => undefined);
  }

  add(market: number, tsEvent: Timestamp, bar: Bar): void {
    const points = this.#points[market];
    points.push({ tsEvent, close: bar.close, high: bar.high, low: bar.low });
    this.#firsts[market] ??= bar.open;
    // Two days are kept and one is shown, so that cutting is rare.
    if (points.length > 2 * 1440) points.splice(0, points.length - 1440);
  }

  /** The price that the run began with. */
  first(market: number): number | undefined {
    return this.#firsts[market];
  }

  /** The first close of the last 24 hours of market time; undefined before any. */
  dayAgo(market: number, now: Timestamp): number | undefined {
    return this.#points[market]?.find(({ tsEvent }) => tsEvent > now - DAY_MS)?.close;
  }

  /** The last 24 hours of market time. */
  day(market: number, now: Timestamp): readonly PricePoint[] {
    return (this.#points[market] ?? []).filter(({ tsEvent }) => tsEvent > now - DAY_MS);
  }
}
