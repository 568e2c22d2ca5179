import { format } from '../../../src/domain/exact.ts';
import type { RejectReason } from '../../../src/domain/venue-error.ts';
import type { Fault } from '../dialect-server.ts';
import { filledOf, fixture, leavesOf, type CoinbaseAccount, type CoinbaseOrder, type CoinbaseTrade, type Json } from './account.ts';

/** An answer: status, JSON or text, headers. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error of an endpoint: docs.cdp.coinbase.com, "Create Order", default response. */
export function refuse(status: number, error: string, code: number, message: string): Answer {
  return { status, body: { error, code, message, details: [] } };
}

/** What a token that does not do is answered: no JSON. */
export const UNAUTHORISED: Answer = { status: 401, body: 'Unauthorized\n' };

/** An order that was declined, with status 200: fixture place-order, `error_response`. */
export function declineOrder(error: string, message: string, preview = 'UNKNOWN_PREVIEW_FAILURE_REASON'): Answer {
  const { error_response: sample } = fixture('place-order') as { error_response: Json };
  return {
    status: 200,
    body: { success: false, failure_reason: 'UNKNOWN_FAILURE_REASON', error_response: { ...sample, error, message, error_details: '', preview_failure_reason: preview, new_order_failure_reason: error } },
  };
}

/** How Coinbase words each reason ("Create Order", `new_order_failure_reason` and `preview_failure_reason`); those that spot has no word for are absent. */
export const REJECTIONS: Readonly<Partial<Record<RejectReason, Answer>>> = {
  'insufficient-balance': declineOrder('INSUFFICIENT_FUND', 'Insufficient balance in source account', 'PREVIEW_INSUFFICIENT_FUND'),
  'below-minimum': declineOrder('UNKNOWN_FAILURE_REASON', '', 'PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL'),
  'above-maximum': declineOrder('UNKNOWN_FAILURE_REASON', '', 'PREVIEW_INVALID_BASE_SIZE_TOO_LARGE'),
  'bad-price': declineOrder('INVALID_PRICE_PRECISION', 'Too many decimals in order price', 'PREVIEW_INVALID_PRICE_PRECISION'),
  'bad-quantity': declineOrder('INVALID_SIZE_PRECISION', 'Too many decimals in order amount', 'PREVIEW_INVALID_SIZE_PRECISION'),
  'would-take': declineOrder('INVALID_LIMIT_PRICE_POST_ONLY', ''),
  'market-closed': declineOrder('ORDER_ENTRY_DISABLED', 'Order entry is disabled'),
  'instrument-halted': declineOrder('PRODUCT_TRADING_HALTED', ''),
  'not-permitted': declineOrder('INELIGIBLE_PAIR', ''),
  'position-limit': declineOrder('BREACHED_RISK_LIMIT', ''),
  'other': declineOrder('COMMANDER_REJECTED_NEW_ORDER', ''),
};

/** A time as Coinbase writes it. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '123456Z');
}

/** An order of Get Order and List Orders: fixture get-order. A size that was changed stands in `edit_history` alone. */
export function orderBody(order: CoinbaseOrder, now: number): Json {
  const { order: sample } = fixture('get-order') as { order: Json };
  return {
    ...sample, order_id: order.orderId, product_id: order.productId, client_order_id: order.clientOrderId, side: order.side, status: order.status, product_type: 'SPOT',
    order_configuration: { [order.name]: order.configuration }, created_time: timeText(order.created), filled_size: filledOf(order), number_of_fills: String(order.fills),
    edit_history: order.edits, last_fill_time: order.fills === 0 ? null : timeText(now),
  };
}

/** A new order's answer: fixture place-order, `success_response`. */
export function acceptedBody(order: CoinbaseOrder): Json {
  const { success_response: sample } = fixture('place-order') as { success_response: Json };
  return {
    success: true, success_response: { ...sample, order_id: order.orderId, product_id: order.productId, side: order.side, client_order_id: order.clientOrderId },
    order_configuration: { [order.name]: order.configuration },
  };
}

/** One result of a cancel: fixture cancel-orders. */
export function cancelResult(orderId: string, failure?: string): Json {
  const { results } = fixture('cancel-orders') as { results: readonly Json[] };
  return { ...results[0], order_id: orderId, success: failure === undefined, ...(failure === undefined ? {} : { failure_reason: failure }) };
}

/** The answer to a change: fixture edit-order. */
export function editBody(orderId: string, failure?: string): Json {
  const { success_response: sample } = fixture('edit-order') as { success_response: Json };
  return failure === undefined
    ? { success: true, success_response: { ...sample, order_id: orderId } }
    : { success: false, errors: [{ edit_failure_reason: failure, preview_failure_reason: 'UNKNOWN_PREVIEW_FAILURE_REASON' }] };
}

/** A fill: fixture get-user-trades. The fee is in the quote currency, whatever the trade says. */
export function fillBody({ id, order, price, quantity, fee, liquidity, time }: CoinbaseTrade): Json {
  const { fills } = fixture('get-user-trades') as { fills: readonly Json[] };
  return {
    ...fills[0], entry_id: `e${id}`, trade_id: id, order_id: order.orderId, product_id: order.productId, side: order.side, price, size: quantity, commission: fee,
    trade_time: timeText(time), sequence_timestamp: timeText(time), liquidity_indicator: liquidity.toUpperCase(),
  };
}

/** Accounts: fixture get-accounts. */
export function accountBodies(account: CoinbaseAccount): readonly Json[] {
  const { accounts } = fixture('get-accounts') as { accounts: readonly Json[] };
  const wallet = (currency: string, value: string, type: string) => ({
    ...accounts[0], name: `${currency} Wallet`, currency, type, available_balance: { value, currency }, hold: { value: '0', currency },
  });
  return [...[...account.balances].map(([currency, amount]) => wallet(currency, format(amount, 16), 'ACCOUNT_TYPE_CRYPTO')), wallet('BTC', '1000', 'ACCOUNT_TYPE_VAULT')];
}

/** A spot product that trades: fixture get-symbols. */
export function product(base: string, quote: string, changes: Json = {}): Json {
  const { products } = fixture('get-symbols') as { products: readonly Json[] };
  return {
    ...products[0], product_id: `${base}-${quote}`, base_currency_id: base, quote_currency_id: quote, product_type: 'SPOT', base_increment: '0.00000001', quote_increment: '0.01', price_increment: '0.01',
    quote_min_size: '1', cancel_only: false, limit_only: false, post_only: false, auction_mode: false, view_only: false, alias: '', alias_to: [], ...changes,
  };
}

/** Products: fixture get-symbols, with the flags of one that trades; and others that are not to be listed. */
export function productsBody(): Json {
  return {
    products: [
      product('BTC', 'USDT'), product('ETH', 'USD', { price_increment: '0.05', base_increment: '0.00100000' }), product('BTC', 'USDC', { alias: 'BTC-USD' }),
      product('OLD', 'USD', { view_only: true }), product('BIT', 'USD', { product_type: 'FUTURE' }), { product_id: 'ODD' },
    ],
    num_products: 6,
  };
}

/** An order of the user channel: fixture user. */
export function streamedBody(order: CoinbaseOrder): Json {
  const [event] = (fixture('user') as { events: readonly { orders: readonly Json[] }[] }).events;
  return {
    ...event.orders[0], order_id: order.orderId, client_order_id: order.clientOrderId, product_id: order.productId, order_side: order.side, status: order.status,
    cumulative_quantity: filledOf(order), leaves_quantity: leavesOf(order), number_of_fills: String(order.fills),
  };
}

/** The venue's words for what goes wrong: "Rate Limiting" for a 429; a firewall's page for a 403, a proxy's for a 503, as none of them is Coinbase's own. */
export function faultAnswer(fault: Fault): Answer {
  switch (fault) {
    case 'rate-limited': return { status: 429, body: { errors: [{ id: 'rate_limit_exceeded', message: 'Too many requests' }] } };
    case 'banned': return { status: 403, body: '<html><head><title>Access denied</title></head></html>' };
    case 'venue-unsure': return declineOrder('UNKNOWN_FAILURE_REASON', '');
    case 'maintenance': return { status: 503, body: '<html><head><title>503 Service Temporarily Unavailable</title></head></html>' };
    default: return refuse(500, 'INTERNAL', 13, 'An internal error has occurred');
  }
}
