import { add, mul, type Exact } from '../../domain/exact.ts';
import type { Order } from '../../domain/order.ts';
import type { Denial, ExecutionReport, FillReport } from '../../domain/report.ts';
import type { Timestamp } from '../../domain/time.ts';
import { KEPT, type OrderFact } from '../../ports/engine-feed.ts';

/** An order, and what became of it. */
export interface TrackedOrder {
  readonly order: Order;
  filled: Exact;
  /** Σ price × quantity of its fills, in units of 10^-(priceScale + quantityScale). */
  value: Exact;
  state: OrderFact['state'];
  reason: string | null;
  venueOrderId: string | null;
  tsEvent: Timestamp;
}

/** A fill, and what it realised before its fee. */
export interface BookedFill {
  readonly fill: FillReport;
  readonly realised: Exact;
}

/** Hears what is added to a record from then on. */
export interface RecordListener {
  onOrder(tracked: TrackedOrder): void;
  onFill(booked: BookedFill): void;
  onDenial(denial: Denial, number: number): void;
}

/** What a run's orders came to, the recent ones of them, also of before a restart: what a person looks back at. */
export class RunRecord {
  readonly fills: BookedFill[] = [];
  readonly denials: Denial[] = [];
  /** How many there ever were. */
  denied = 0;
  listener: RecordListener | undefined;
  readonly #orders = new Map<Order, TrackedOrder>();
  #ended = 0;

  /** Recent orders, and all that are open, oldest first. */
  orders(): readonly TrackedOrder[] {
    return [...this.#orders.values()];
  }

  /** An open or recent order by its id. */
  find(clientOrderId: string): TrackedOrder | undefined {
    for (const tracked of this.#orders.values()) if (tracked.order.clientOrderId === clientOrderId) return tracked;
    return undefined;
  }

  onOrder(order: Order): void {
    const tracked: TrackedOrder = { order, filled: 0, value: 0, state: 'sent', reason: null, venueOrderId: null, tsEvent: order.tsInit };
    this.#orders.set(order, tracked);
    this.listener?.onOrder(tracked);
  }

  onReport(report: ExecutionReport): void {
    const tracked = this.#orders.get(report.order);
    if (tracked === undefined) return;
    const { order } = tracked;
    tracked.tsEvent = report.tsEvent;
    if (report.kind === 'accepted') {
      tracked.state = 'open';
      tracked.venueOrderId = report.venueOrderId ?? null;
    } else if (report.kind === 'filled') {
      tracked.filled = add(tracked.filled, report.quantity);
      tracked.value = add(tracked.value, mul(report.price, report.quantity));
      tracked.state = tracked.filled >= order.quantity ? 'filled' : 'open';
    } else {
      tracked.state = report.kind;
      tracked.reason = report.kind === 'rejected' ? report.reason : null;
    }
    if (isEnded(tracked)) this.#ended += 1;
    this.listener?.onOrder(tracked);
    if (this.#ended >= 2 * KEPT.orders) this.#forget();
  }

  /** It is not known whether the venue has an order. */
  onUnknown(clientOrderId: string): void {
    const tracked = this.find(clientOrderId);
    if (tracked === undefined || isEnded(tracked)) return;
    tracked.state = 'unknown';
    this.listener?.onOrder(tracked);
  }

  onFill(fill: FillReport, realised: Exact): void {
    const booked = { fill, realised };
    keep(this.fills, booked, KEPT.fills);
    this.listener?.onFill(booked);
  }

  onDenial(denial: Denial): void {
    keep(this.denials, denial, KEPT.denials);
    this.denied += 1;
    this.listener?.onDenial(denial, this.denied);
  }

  /** Lets the older half of what has ended go. */
  #forget(): void {
    for (const [order, tracked] of this.#orders) {
      if (!isEnded(tracked)) continue;
      this.#orders.delete(order);
      this.#ended -= 1;
      if (this.#ended <= KEPT.orders) return;
    }
  }
}

/** Whether nothing more can come of it. */
export function isEnded({ state }: Pick<TrackedOrder, 'state'>): boolean {
  return state === 'filled' || state === 'canceled' || state === 'expired' || state === 'rejected';
}

/** Adds to the end, and lets go of the older half of what is too much. */
function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length >= 2 * most) list.splice(0, list.length - most);
}
