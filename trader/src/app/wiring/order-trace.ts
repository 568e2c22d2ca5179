import { add, sign, sub, type Exact } from '../../domain/exact.ts';
import type { Order } from '../../domain/order.ts';
import type { Denial, ExecutionReport, FillReport } from '../../domain/report.ts';
import type { Sized } from '../../domain/sized.ts';
import type { Book } from '../../pipeline/book.ts';
import type { Audit, Engine } from '../../pipeline/engine.ts';

/** What was known when an order was made. */
export interface Decision {
  /** What the book wanted: share of a full position, stop and profit target (NaN for none). */
  readonly target: number;
  readonly stop: number;
  readonly takeProfit: number;
  /** What the strategy tells of its reasons. */
  readonly values: Readonly<Record<string, number>>;
  /** Last price, and equity by it, in exact account money. */
  readonly mark: number;
  readonly equity: Exact;
  /** Held before, and the size that was wanted, both signed. */
  readonly held: Exact;
  readonly wanted: Exact;
  /** What decided the size; undefined where it has but one bound. */
  readonly sized: Sized | undefined;
}

/** An order with why it was made and what became of it. */
export interface TracedOrder {
  readonly order: Order;
  readonly decision: Decision;
  readonly fills: FillReport[];
  /** How it ended where it was not by being filled, and why. */
  end: string | undefined;
}

/** A round trip: the orders that opened, changed and closed it; one that fills through zero belongs to two. */
export interface TracedTrade {
  /** As the trade log numbers it from 1, in order of exit; trades that are still open come last. */
  number: number;
  readonly book: number;
  readonly orders: TracedOrder[];
  closed: boolean;
}

/** Follows every order of a run from its reasons to its end. It costs time and memory for each: meant for runs that are looked into. */
export class OrderTrace implements Audit {
  readonly orders: TracedOrder[] = [];
  readonly denials: Denial[] = [];
  readonly #byOrder = new Map<Order, TracedOrder>();
  readonly #finished: TracedTrade[] = [];
  readonly #open = new Map<number, TracedTrade>();
  #engine: Engine | undefined;

  begin(engine: Engine): void {
    this.#engine = engine;
  }

  onOrder(order: Order): void {
    const book = this.#bookOf(order);
    const { portfolio } = this.#engine as Engine;
    const traced: TracedOrder = {
      order, fills: [], end: undefined,
      decision: {
        target: book.target, stop: book.stop, takeProfit: book.takeProfit, values: book.strategy.describe?.() ?? {},
        mark: portfolio.marks[book.instrument], equity: portfolio.exactEquity(), held: book.quantity, wanted: book.wanted, sized: book.sizer.last,
      },
    };
    this.orders.push(traced);
    this.#byOrder.set(order, traced);
  }

  onReport(report: ExecutionReport): void {
    const traced = this.#byOrder.get(report.order);
    if (traced === undefined) return;
    if (report.kind === 'filled') this.#fill(traced, report);
    else if (report.kind === 'rejected') traced.end = `refused by the venue: ${report.reason}`;
    else if (report.kind !== 'accepted') traced.end = report.kind;
  }

  onDenial(denial: Denial): void {
    this.denials.push(denial);
  }

  /** Every round trip of the run: finished ones in order of exit, then those still open. */
  trades(): readonly TracedTrade[] {
    const open = [...this.#open.values()].map((trade, i) => ({ ...trade, number: this.#finished.length + i + 1 }));
    return [...this.#finished, ...open];
  }

  /** The report is told before it is booked, so the book still holds what it held. */
  #fill(traced: TracedOrder, fill: FillReport): void {
    traced.fills.push(fill);
    const { index, quantity: before } = this.#bookOf(traced.order);
    const after = traced.order.side === 'buy' ? add(before, fill.quantity) : sub(before, fill.quantity);
    const trade = this.#open.get(index) ?? this.#begin(index);
    join(trade, traced);
    if (after !== 0 && (before === 0 || sign(before) === sign(after))) return;
    trade.closed = true;
    trade.number = this.#finished.push(trade);
    this.#open.delete(index);
    if (after !== 0) join(this.#begin(index), traced);
  }

  #begin(book: number): TracedTrade {
    const trade: TracedTrade = { number: NaN, book, orders: [], closed: false };
    this.#open.set(book, trade);
    return trade;
  }

  #bookOf(order: Order): Book {
    return (this.#engine as Engine).books[order.owner.index];
  }
}

function join(trade: TracedTrade, traced: TracedOrder): void {
  if (!trade.orders.includes(traced)) trade.orders.push(traced);
}
