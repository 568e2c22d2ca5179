import { allocateTicks, TICK, type Ticks } from '../src/domain/tick.ts';

/** One tick: what, when at the venue, price, size. */
export type Row = readonly [what: keyof typeof TICK, ts: number, price: number, size: number];

/** Ticks of rows; each is known here `delayMs` after it happened. */
export function ticksOf(rows: readonly Row[], delayMs = 0): Ticks {
  const ticks = allocateTicks(rows.length);
  rows.forEach(([what, ts, price, size], i) => {
    ticks.kind[i] = TICK[what];
    ticks.tsExchange[i] = ts;
    ticks.tsLocal[i] = ts + delayMs;
    ticks.price[i] = price;
    ticks.size[i] = size;
  });
  return ticks;
}

/** Pieces of ticks for a venue, handed in as a test goes on. */
export class TickFeed implements Iterable<Ticks> {
  readonly #waiting: Ticks[] = [];

  add(...rows: readonly Row[]): void {
    this.#waiting.push(ticksOf(rows));
  }

  [Symbol.iterator](): Iterator<Ticks> {
    return { next: () => {
      const value = this.#waiting.shift();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    } };
  }
}
