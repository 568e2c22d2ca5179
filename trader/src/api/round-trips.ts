import { abs, add, compare, divide, format, max, mul, parseDecimal, pow10, sign, sub, type Exact } from '../domain/exact.ts';
import type { Timestamp } from '../domain/time.ts';
import type { BookFact } from '../ports/engine-feed.ts';
import type { ArchivedFill } from '../ports/fill-archive.ts';

/** A finished round trip of one book: from flat, or the other side, back to flat. Decimals as text. */
export interface RoundTrip {
  /** That of the fill that ended it. */
  readonly id: string;
  readonly book: string;
  readonly strategy: string;
  readonly instrument: string;
  readonly side: 'long' | 'short';
  /** The most that was held. */
  readonly quantity: string;
  readonly entryTime: Timestamp;
  readonly exitTime: Timestamp;
  /** Averages, to `AVERAGE_SCALE` decimals. */
  readonly entryPrice: string;
  readonly exitPrice: string;
  readonly fees: string;
  /** After fees. */
  readonly pnl: string;
}

/** Decimals of a quantity, of a price, and of money, which is their product. Finer than any venue's. */
const SCALE = 12;
const MONEY_SCALE = 2 * SCALE;
const AVERAGE_SCALE = 8;

interface OpenTrip {
  readonly side: 1 | -1;
  readonly tsEntry: Timestamp;
  largest: Exact;
  opened: Exact;
  openedValue: Exact;
  closed: Exact;
  closedValue: Exact;
  fees: Exact;
}

/**
 * The round trips among fills, which come oldest first; the trips too. Where the first fills of a book are not
 * among them, its trips are counted from where it was flat first: what is held now tells what was held before.
 */
export function roundTrips(fills: readonly ArchivedFill[], books: Iterable<BookFact>): readonly RoundTrip[] {
  const held = new Map<string, Exact>();
  for (const { book, quantity } of books) held.set(book, parseDecimal(quantity, SCALE));
  for (const fill of fills) held.set(fill.book, sub(held.get(fill.book) ?? 0, signedQuantity(fill)));
  const counter = new TripCounter(held);
  for (const fill of fills) counter.take(fill);
  return counter.trips;
}

/** Counts round trips fill by fill. */
export class TripCounter {
  /** Finished ones, oldest first. */
  readonly trips: RoundTrip[] = [];
  readonly #held: Map<string, Exact>;
  readonly #open = new Map<string, OpenTrip>();

  /** What books hold before the first fill; nothing where they are not named. */
  constructor(held = new Map<string, Exact>()) {
    this.#held = held;
  }

  /** Takes the next fill. */
  take(fill: ArchivedFill): void {
    const before = this.#held.get(fill.book) ?? 0;
    const after = add(before, signedQuantity(fill));
    this.#held.set(fill.book, after);
    const turned = sign(before) * sign(after) < 0;
    const trip = this.#open.get(fill.book);
    // Of what was held before the first known fill, neither entry nor price is known.
    if (trip !== undefined) take(trip, fill, before, turned ? 0 : after);
    if (trip !== undefined && (turned || sign(after) === 0)) {
      this.trips.push(finished(trip, fill));
      this.#open.delete(fill.book);
    }
    if (turned || sign(before) === 0) {
      const begun: OpenTrip = { side: sign(after) === 1 ? 1 : -1, tsEntry: fill.tsEvent, largest: 0, opened: 0, openedValue: 0, closed: 0, closedValue: 0, fees: 0 };
      take(begun, fill, 0, after);
      this.#open.set(fill.book, begun);
    }
  }
}

function signedQuantity({ side, quantity }: ArchivedFill): Exact {
  return parseDecimal(side === 'buy' ? quantity : `-${quantity}`, SCALE);
}

/** The part of a fill that leads from one holding to another; its fee goes by that part. */
function take(trip: OpenTrip, fill: ArchivedFill, from: Exact, to: Exact): void {
  const part = abs(sub(to, from));
  const value = mul(part, parseDecimal(fill.price, SCALE));
  const fee = divide(mul(parseDecimal(fill.fee, MONEY_SCALE), part), parseDecimal(fill.quantity, SCALE), 'half-even');
  trip.fees = add(trip.fees, fee);
  trip.largest = max(trip.largest, abs(to));
  if (compare(abs(to), abs(from)) > 0) {
    trip.opened = add(trip.opened, part);
    trip.openedValue = add(trip.openedValue, value);
  } else {
    trip.closed = add(trip.closed, part);
    trip.closedValue = add(trip.closedValue, value);
  }
}

function finished(trip: OpenTrip, { id, book, instrument, tsEvent }: ArchivedFill): RoundTrip {
  const gross = trip.side === 1 ? sub(trip.closedValue, trip.openedValue) : sub(trip.openedValue, trip.closedValue);
  return {
    id, book, strategy: book.slice(0, book.indexOf('@')), instrument, side: trip.side === 1 ? 'long' : 'short', quantity: format(trip.largest, SCALE),
    entryTime: trip.tsEntry, exitTime: tsEvent, entryPrice: average(trip.openedValue, trip.opened), exitPrice: average(trip.closedValue, trip.closed),
    fees: format(trip.fees, MONEY_SCALE), pnl: format(sub(gross, trip.fees), MONEY_SCALE),
  };
}

function average(value: Exact, quantity: Exact): string {
  return format(divide(mul(value, pow10(AVERAGE_SCALE)), mul(quantity, pow10(SCALE)), 'half-even'), AVERAGE_SCALE);
}
