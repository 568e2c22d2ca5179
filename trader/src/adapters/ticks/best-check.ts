import { OrderBook } from '../../domain/order-book.ts';
import { TICK } from '../../domain/tick.ts';

/** Rows of a recording in the order of the file. */
interface RecordedRows {
  readonly length: number;
  readonly kind: Uint8Array;
  readonly price: Float64Array;
  readonly size: Float64Array;
  /** The venue's number of the book's state; NaN where it tells none. */
  readonly id: Float64Array;
}

/**
 * Compares the book with the venue's word: after an update numbered u, its best prices must be those
 * of the last quote whose number is at most u. A price times `unit` is whole.
 */
export function compareBest(rows: RecordedRows, unit: number): { readonly bestCompared: number; readonly bestEqual: number } {
  const { length, kind, price, size, id } = rows;
  const book = new OrderBook();
  const quotes = new QuoteCursor(rows, unit);
  let bestCompared = 0;
  let bestEqual = 0;
  for (let i = 0; i < length; i++) {
    if (kind[i] === TICK.reset) book.clear();
    if (kind[i] !== TICK.bid && kind[i] !== TICK.ask) continue;
    (kind[i] === TICK.bid ? book.bids : book.asks).set(Math.round(price[i] * unit), size[i]);
    if (id[i + 1] === id[i] && i + 1 < length || Number.isNaN(id[i])) continue; // the update goes on, or has no number
    quotes.moveTo(id[i]);
    if (Number.isNaN(quotes.bid)) continue;
    bestCompared += 1;
    if (book.bids.best === quotes.bid && book.asks.best === quotes.ask) bestEqual += 1;
  }
  return { bestCompared, bestEqual };
}

/** Goes over the quotes of rows by their numbers. */
class QuoteCursor {
  bid = NaN;
  ask = NaN;
  readonly #rows: RecordedRows;
  readonly #unit: number;
  #at = 0;

  constructor(rows: RecordedRows, unit: number) {
    this.#rows = rows;
    this.#unit = unit;
  }

  /** Takes in all quotes numbered at most `id`. */
  moveTo(id: number): void {
    const { length, kind, price, id: ids } = this.#rows;
    for (; this.#at < length; this.#at++) {
      const at = this.#at;
      if (kind[at] !== TICK.bidQuote && kind[at] !== TICK.askQuote) continue;
      if (!(ids[at] <= id)) return;
      const whole = Math.round(price[at] * this.#unit);
      if (kind[at] === TICK.bidQuote) this.bid = whole;
      else this.ask = whole;
    }
  }
}
