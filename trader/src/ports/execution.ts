import type { Bar } from '../domain/bar.ts';
import type { Exact } from '../domain/exact.ts';
import type { Approved, Order } from '../domain/order.ts';
import type { AccountEvent, ExecutionReport } from '../domain/report.ts';

/** A venue to send orders to. What becomes of them arrives later, as reports in the sink given at connection. */
export interface ExecutionClient {
  /**
   * Two exits cannot be tied there, so that a fill of one ends the other. The engine then sends the stop alone,
   * and keeps the take-profit beside it until the price is there.
   */
  readonly unlinked?: boolean;
  /** Names where reports go, and how to have those already given worked off. Called once, before anything else. */
  connect(sink: ReportSink): void;
  submit(order: Approved<Order>): void;
  /** Asks for the order's end. An order that is gone already is no error: its last report stands. */
  cancel(order: Order): void;
  /**
   * A venue that is simulated sees the market through the engine's own feed: one bar of one
   * instrument, before the strategies do. Real venues see their own market and lack this.
   */
  onBar?(instrument: number, bar: Bar, intervalMs: number): void;
}

/** Where a venue's reports go. */
export interface ReportSink {
  /** An acceptance changes nothing for it: a venue that makes its reports itself need not make that one. */
  readonly ignoresAcceptances?: boolean;
  /** Takes one report; it waits until the engine has finished what it is at. */
  report(report: ExecutionReport): void;
  /** Takes what the venue did to the account; it is booked at once, after the reports that wait. */
  book(event: AccountEvent): void;
  /** Lets the engine work off what waits, within an input that it gave to the venue. */
  settle(): void;
}

/** Whether a trade's order rested in the book (maker) or took what rested there (taker). */
export type Liquidity = 'maker' | 'taker';

/** What a trade costs. */
export interface FeeModel {
  /** Decimals that the fee needs beyond those of a notional, so that nothing is rounded. */
  readonly scale: number;
  /**
   * Whether it is charged on an order and not on each trade, as where it has a minimum: a fill then
   * costs what all that the order has filled by now would, less what its fills before have cost.
   */
  readonly perOrder?: boolean;
  /**
   * Fee of a trade in account money (10^-moneyScale), rounded up where it does not fit. `value` is
   * price × quantity in units of 10^-valueScale, above zero; `quantity` in units of 10^-quantityScale.
   * `liquidity` is that of a taker where it is not given.
   */
  fee(value: Exact, valueScale: number, quantity: Exact, quantityScale: number, moneyScale: number, liquidity?: Liquidity): Exact;
}
