import type { ExecutionReport } from '../domain/report.ts';
import { OpinionError } from '../domain/signal.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Book } from './book.ts';

// What a book's stop and take-profit ask for.

/** Whether a price is given: NaN is none. (Not by `Number.isNaN`, which V8's middle compiler leaves a call.) */
export function isGiven(price: number): boolean {
  return price === price;
}

/** Whether two prices differ, where NaN is none. */
export function differ(a: number, b: number): boolean {
  return a !== b && (a === a || b === b);
}

/** Whether a book's take-profit is none of the venue's: it stands beside a stop, and they cannot be tied. */
export function keepsProfit({ stop, takeProfit }: Book, unlinked: boolean): boolean {
  return unlinked && isGiven(stop) && isGiven(takeProfit);
}

/** Whether a price has come as far as a take-profit beside a stop, for what is held and wanted. */
export function isReached(book: Book, low: number, high: number): boolean {
  const { quantity, wanted, takeProfit } = book;
  if (quantity === 0 || quantity !== wanted || !keepsProfit(book, true)) return false;
  return quantity > 0 ? high >= takeProfit : low <= takeProfit;
}

/** Whether a venue refuses a stop because its price is there already: what it was to do is to be done now, or the position would stay, unprotected, for as long as the price does. */
export function isPassed(report: ExecutionReport): boolean {
  return report.kind === 'rejected' && report.order.leg === 'stop' && report.reason === 'would-trigger';
}

/** Refusals of a moment: the order was surely not carried out, or is lost, and another may be. */
const PASSING: ReadonlySet<string> = new Set(['unreachable', 'rate-limited', 'banned', 'maintenance', 'clock-skew', 'lost']);

/** From when on a way out that was refused may be tried again before the next bar; never where the venue would say the same once more. */
export function triedFrom(report: ExecutionReport, now: Timestamp): Timestamp {
  return report.kind !== 'rejected' || PASSING.has(report.reason) ? now : Infinity;
}

/** Throws where a strategy wants to leave at what is no price; NaN is none, and allowed. */
export function checkExits({ name, signal: { stop, trail, takeProfit } }: Book): void {
  if (stop <= 0 || stop === Infinity) throw new OpinionError(`${name} wants a stop of ${stop}; a price lies above 0, and NaN is none`);
  if (trail <= 0 || trail >= 1) throw new OpinionError(`${name} wants a stop that trails by ${trail}; a share lies between 0 and 1, and NaN is none`);
  if (isGiven(trail) && !isGiven(stop)) throw new OpinionError(`${name} wants a stop that trails and no stop to begin with`);
  if (takeProfit <= 0 || takeProfit === Infinity) throw new OpinionError(`${name} wants a take-profit of ${takeProfit}; a price lies above 0, and NaN is none`);
}

/** How many protective orders a book's opinion asks for. */
export function exitsOf(book: Book, unlinked: boolean): number {
  return keepsProfit(book, unlinked) ? 1 : Number(isGiven(book.stop)) + Number(isGiven(book.takeProfit));
}
