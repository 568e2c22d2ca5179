import { mul, sub, toNumber, type Exact } from '../src/domain/exact.ts';
import { roundToTick, type Instrument } from '../src/domain/instrument.ts';
import type { Bar } from '../src/domain/bar.ts';
import type { Approved, Order } from '../src/domain/order.ts';
import type { ExecutionClient, FeeModel, ReportSink } from '../src/ports/execution.ts';

/** What makes a venue late and unreliable. */
export interface Lateness {
  /** Events (bars of any market) until an answer comes: drawn anew for each, so answers overtake each other. */
  delay(): number;
  /** Share of what is left that the next fill takes; 1 fills whole. */
  portion(): number;
  /** Whether an order is refused. */
  refuses(order: Order): boolean;
  readonly fees: FeeModel;
  readonly moneyScale: number;
  readonly instruments: readonly Instrument[];
}

interface Waiting {
  readonly order: Order;
  leaves: Exact;
  due: number;
  cancelDue: number;
  readonly refused: boolean;
  /** Its counterpart has traded: it never will, but its end is still to be told. */
  outdone: boolean;
}

/**
 * A venue that answers some events later, in pieces, and not in the order in which it was asked.
 * Everything trades at the last close; stops and limits only once the close is beyond their price.
 */
export class DelayedVenue implements ExecutionClient {
  readonly #late: Lateness;
  readonly #last: number[] = [];
  #sink: ReportSink | undefined;
  #waiting: Waiting[] = [];
  #event = 0;
  #trades = 0;

  constructor(late: Lateness) {
    this.#late = late;
  }

  connect(sink: ReportSink): void {
    this.#sink = sink;
  }

  submit(order: Approved<Order>): void {
    this.#waiting.push({ order, leaves: order.quantity, due: this.#event + this.#late.delay(), cancelDue: Infinity, refused: this.#late.refuses(order), outdone: false });
  }

  cancel(order: Order): void {
    const waiting = this.#waiting.find((each) => each.order === order);
    if (waiting) waiting.cancelDue = Math.min(waiting.cancelDue, this.#event + this.#late.delay());
  }

  /** How many orders have not ended. */
  get open(): number {
    return this.#waiting.length;
  }

  onBar(instrument: number, bar: Bar): void {
    this.#event += 1;
    this.#last[instrument] = bar.close;
    for (const waiting of [...this.#waiting].reverse()) {
      if (this.#waiting.includes(waiting)) this.#answer(waiting, bar.timestamp);
    }
    this.#sink?.settle();
  }

  #answer(waiting: Waiting, tsEvent: number): void {
    const { order } = waiting;
    if (waiting.due <= this.#event && !waiting.outdone && this.#isTradable(order)) {
      if (waiting.refused) {
        this.#end(waiting);
        this.#sink?.report({ kind: 'rejected', order, tsEvent, reason: 'refused' });
      } else {
        this.#fill(waiting, tsEvent);
      }
    } else if (waiting.cancelDue <= this.#event) {
      this.#end(waiting);
      this.#sink?.report({ kind: 'canceled', order, tsEvent });
    }
  }

  #isTradable(order: Order): boolean {
    const last = this.#last[order.instrument];
    if (last === undefined) return false;
    if (order.type === 'market') return true;
    const beyond = last - toNumber(order.price, this.#late.instruments[order.instrument].priceScale);
    return (order.type === 'stop') === (order.side === 'buy') ? beyond >= 0 : beyond <= 0;
  }

  #fill(waiting: Waiting, tsEvent: number): void {
    const { order } = waiting;
    const { fees, moneyScale, instruments } = this.#late;
    const { priceScale, quantityScale } = instruments[order.instrument];
    const left = Number(waiting.leaves);
    const quantity = Math.max(1, Math.min(left, Math.round(left * this.#late.portion())));
    const price = roundToTick(this.#last[order.instrument], instruments[order.instrument], 'half-even');
    waiting.leaves = sub(waiting.leaves, quantity);
    waiting.due = this.#event + this.#late.delay();
    if (waiting.leaves === 0) this.#end(waiting);
    for (const other of this.#waiting) {
      if (other.order !== order.ocoWith && other.order.ocoWith !== order) continue;
      other.outdone = true;
      other.cancelDue = Math.min(other.cancelDue, this.#event + this.#late.delay());
    }
    this.#trades += 1;
    const fee = fees.fee(mul(price, quantity), priceScale + quantityScale, quantity, quantityScale, moneyScale);
    this.#sink?.report({ kind: 'filled', order, tsEvent, tradeId: this.#trades, price, quantity, fee });
  }

  #end(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
  }
}
