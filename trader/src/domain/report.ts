import type { FlowKind } from './account.ts';
import type { Exact } from './exact.ts';
import { Order, type Side } from './order.ts';
import type { Timestamp } from './time.ts';

/** What a venue says about an order. A fill adds to `filled`; every other kind but `accepted` ends the order. */
export type ExecutionReport =
  | { readonly kind: 'accepted'; readonly order: Order; readonly tsEvent: Timestamp; readonly venueOrderId?: string }
  | { readonly kind: 'canceled' | 'expired'; readonly order: Order; readonly tsEvent: Timestamp }
  | { readonly kind: 'rejected'; readonly order: Order; readonly tsEvent: Timestamp; readonly reason: string }
  | FillReport;

/** A trade of an order. */
export interface FillReport {
  readonly kind: 'filled';
  readonly order: Order;
  readonly tsEvent: Timestamp;
  /** The venue's id of the trade, unique per venue: a repeated one is the same trade. */
  readonly tradeId: number;
  /** What a real venue calls it. */
  readonly venueTradeId?: string;
  /** Units of 10^-priceScale. */
  readonly price: Exact;
  /** Units of 10^-quantityScale, above zero. */
  readonly quantity: Exact;
  /** Account money, above zero when paid; what it is worth where it is taken in something else. */
  readonly fee: Exact;
  /**
   * How much of the instrument itself the venue kept as the fee: what is held has grown by so much less
   * than traded. `fee` is that quantity at the fill's price, so that cash moves by price × quantity alone.
   */
  readonly taken?: Exact;
  /** The currency that the fee was taken in, where that is neither the account's nor the instrument: the account's own cash has not paid it. */
  readonly feeIn?: string;
}

/**
 * The report of a trade. (V8 takes a field for one of small integers until it meets another number there, and
 * then gives up all code that had relied on it, in the middle of a run: so orders and fills meet all sizes first.)
 */
export function fillReport(order: Order, tsEvent: Timestamp, tradeId: number, price: Exact, quantity: Exact, fee: Exact): FillReport {
  return { kind: 'filled', order, tsEvent, tradeId, price, quantity, fee };
}

for (const any of [2n ** 64n, 0]) {
  fillReport(new Order({ run: '', name: '', index: 0 }, 0, 0, 'target', 0, 'buy', 'market', 'ioc', any, any, 0.5), 0.5, 0, any, any, any);
}

/** What a venue does to an account of its own accord. */
export type AccountEvent =
  /** A payment, in account money; below zero where the account receives it. */
  | { readonly kind: 'flow'; readonly flow: FlowKind; readonly instrument: number; readonly tsEvent: Timestamp; readonly paid: Exact }
  /**
   * It has closed what the account held of an instrument at this price (units of 10^-priceScale),
   * and ended every order there. Nothing is traded there again; with `account`, nothing at all.
   */
  | { readonly kind: 'liquidated'; readonly instrument: number; readonly tsEvent: Timestamp; readonly price: Exact; readonly account: boolean };

/** An order that our own risk stage refused, and why: the rule, what was asked and what is allowed. */
export interface Denial {
  readonly rule: string;
  /** Name of the sub-position that wanted it. */
  readonly owner: string;
  readonly tsEvent: Timestamp;
  readonly side: Side;
  /** Units wanted. */
  readonly quantity: number;
  readonly value: number;
  readonly limit: number;
}
