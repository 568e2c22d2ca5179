import { ProfitTally } from '../domain/profit-tally.ts';
import type { Timestamp } from '../domain/time.ts';

/** A finished round trip of one book, from flat (or the other side) back to flat. */
export interface RoundTrip {
  readonly book: number;
  readonly tsEntry: Timestamp;
  readonly tsExit: Timestamp;
  /** Largest size held, in units; above zero for a long trade, below for a short one. */
  readonly quantity: number;
  /** Average price of what was opened and of what was closed. */
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly fees: number;
  /** Profit after fees. */
  readonly pnl: number;
}

/** A trip that is under way; one lives on per book and is used again. */
class OpenTrip {
  tsEntry = NaN;
  opened = NaN;
  openedValue = NaN;
  closed = NaN;
  closedValue = NaN;
  largest = NaN;
  fees = NaN;
  realised = NaN;

  begin(tsEntry: Timestamp): void {
    this.tsEntry = tsEntry;
    this.opened = this.openedValue = this.closed = this.closedValue = this.largest = this.fees = this.realised = 0;
  }

  open(size: number, held: number, price: number, fee: number): void {
    this.opened += size;
    this.openedValue += size * price;
    this.fees += fee;
    if (Math.abs(held) > Math.abs(this.largest)) this.largest = held;
  }
}

/** Numbers of a trip, in the order of `RoundTrip`. */
const WIDTH = 8;
/** Trips in one block of rows: so few that a second one has begun before V8 compiles what begins them, as it would have to once more. */
const BLOCK = 256;

/** Round trips by book, built fill by fill: float64 rows in blocks, which are never moved, and for metrics a tally. */
export class TradeLog {
  /** How many of the last ones, one after another, have lost. */
  losses = 0;
  /** What the finished trips have come to. */
  readonly tally = new ProfitTally();
  readonly #blocks: Float64Array[] = [];
  readonly #open: OpenTrip[];

  constructor(books: number) {
    this.#open = Array.from({ length: books }, () => new OpenTrip());
  }

  /** Finished trips. */
  get length(): number {
    return this.tally.count;
  }

  /** Makes room for a book that was added. */
  addBook(): void {
    this.#open.push(new OpenTrip());
  }

  /**
   * One fill of `book`, which held `before` units and now holds `after`. A fill through zero ends
   * one trip and begins the next; its fee is shared by quantity.
   */
  add(book: number, tsEvent: Timestamp, before: number, after: number, price: number, realised: number, fee: number): void {
    const trip = this.#open[book];
    const size = Math.abs(after - before);
    if (before === 0 || (before > 0 ? after > before : after <= before)) {
      if (before === 0) trip.begin(tsEvent);
      trip.open(size, after, price, fee);
      return;
    }
    const crosses = before > 0 ? after < 0 : after > 0;
    const closing = crosses ? Math.abs(before) : size;
    const closingFee = crosses ? (fee * closing) / size : fee;
    trip.closed += closing;
    trip.closedValue += closing * price;
    trip.fees += closingFee;
    trip.realised += realised;
    if (after !== 0 && !crosses) return;
    this.#finish(book, trip, tsEvent);
    if (crosses) {
      trip.begin(tsEvent);
      trip.open(Math.abs(after), after, price, fee - closingFee);
    }
  }

  /** When the trip of `book` that is under way began; of no meaning where nothing is held. */
  openSince(book: number): Timestamp {
    return this.#open[book].tsEntry;
  }

  /** The trip at `index`, in order of exit. */
  at(index: number): RoundTrip {
    const rows = this.#blocks[Math.floor(index / BLOCK)];
    const row = (index % BLOCK) * WIDTH;
    return {
      book: rows[row], tsEntry: rows[row + 1], tsExit: rows[row + 2], quantity: rows[row + 3],
      entryPrice: rows[row + 4], exitPrice: rows[row + 5], fees: rows[row + 6], pnl: rows[row + 7],
    };
  }

  #finish(book: number, trip: OpenTrip, tsExit: Timestamp): void {
    const row = (this.length % BLOCK) * WIDTH;
    if (row === 0) this.#blocks.push(new Float64Array(BLOCK * WIDTH));
    const rows = this.#blocks[this.#blocks.length - 1];
    const pnl = trip.realised - trip.fees;
    rows[row] = book;
    rows[row + 1] = trip.tsEntry;
    rows[row + 2] = tsExit;
    rows[row + 3] = trip.largest;
    rows[row + 4] = trip.openedValue / trip.opened;
    rows[row + 5] = trip.closedValue / trip.closed;
    rows[row + 6] = trip.fees;
    rows[row + 7] = pnl;
    this.losses = pnl < 0 ? this.losses + 1 : 0;
    this.tally.add(pnl);
  }
}
