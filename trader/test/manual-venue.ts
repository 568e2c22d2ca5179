import assert from 'node:assert/strict';
import type { Exact } from '../src/domain/exact.ts';
import type { Approved, Order } from '../src/domain/order.ts';
import type { ExecutionReport } from '../src/domain/report.ts';
import type { ExecutionClient, ReportSink } from '../src/ports/execution.ts';

/** A venue that does nothing by itself: a test reads what was asked of it and answers by hand. */
export class ManualVenue implements ExecutionClient {
  unlinked = false;
  readonly orders: Order[] = [];
  readonly cancels: Order[] = [];
  /** Time of the answers. */
  now = 0;
  #sink: ReportSink | undefined;
  #trades = 0;

  connect(sink: ReportSink): void {
    this.#sink = sink;
  }

  submit(order: Approved<Order>): void {
    this.orders.push(order);
  }

  cancel(order: Order): void {
    this.cancels.push(order);
  }

  /** The order that was sent last. */
  get last(): Order {
    const order = this.orders.at(-1);
    assert.ok(order, 'no order was sent');
    return order;
  }

  fill(order: Order, price: Exact, quantity: Exact = order.quantity): void {
    this.#trades += 1;
    this.tell({ kind: 'filled', order, tsEvent: this.now, tradeId: this.#trades, price, quantity, fee: 0 });
  }

  reject(order: Order): void {
    this.tell({ kind: 'rejected', order, tsEvent: this.now, reason: 'refused' });
  }

  cancelled(order: Order): void {
    this.tell({ kind: 'canceled', order, tsEvent: this.now });
  }

  /** Gives any report, and has it worked off. */
  tell(...reports: readonly ExecutionReport[]): void {
    for (const report of reports) this.#sink?.report(report);
    this.#sink?.settle();
  }
}
