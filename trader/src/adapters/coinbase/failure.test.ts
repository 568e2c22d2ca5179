import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declined, failureOf } from './failure.ts';

/** How a status and Coinbase's word are understood, to an order and to a question. */
const STATUSES: readonly (readonly [number, string | undefined, string, string])[] = [
  [400, 'INVALID_ARGUMENT', 'rejected', 'rejected'],
  [400, undefined, 'unknown-outcome', 'unknown-outcome'],
  [401, undefined, 'unauthorised', 'unauthorised'],
  [403, 'PERMISSION_DENIED', 'unauthorised', 'unauthorised'],
  [403, undefined, 'banned', 'banned'],
  [404, 'NOT_FOUND', 'not-found', 'not-found'],
  [404, undefined, 'unknown-outcome', 'unknown-outcome'],
  [429, 'rate_limit_exceeded', 'rate-limited', 'rate-limited'],
  [500, 'INTERNAL', 'unknown-outcome', 'unknown-outcome'],
  [502, undefined, 'unknown-outcome', 'unknown-outcome'],
  [503, undefined, 'unknown-outcome', 'maintenance'],
  [504, undefined, 'unknown-outcome', 'unknown-outcome'],
];

test('each status is understood as the documentation means it, and what leaves doubt as an unknown outcome', () => {
  for (const [status, code, acting, asking] of STATUSES) {
    const understood = (acts: boolean) => failureOf({ what: 'POST /api/v3/brokerage/orders', status, code, message: 'words', acts, retryAfterMs: undefined }).failure;
    assert.deepEqual([understood(true), understood(false)], [acting, asking], `${status} ${code}`);
  }
});

// Words of `new_order_failure_reason` and `preview_failure_reason`, docs.cdp.coinbase.com, "Create Order".
const REASONS: readonly (readonly [string, string])[] = [
  ['INSUFFICIENT_FUND', 'insufficient-balance'], ['INSUFFICIENT_FUNDS', 'insufficient-balance'], ['PREVIEW_INSUFFICIENT_FUND', 'insufficient-balance'],
  ['INVALID_LEDGER_BALANCE', 'insufficient-balance'], ['PREVIEW_INVALID_BASE_SIZE_TOO_SMALL', 'below-minimum'], ['PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL', 'below-minimum'],
  ['PREVIEW_INVALID_BASE_SIZE_TOO_LARGE', 'above-maximum'], ['PREVIEW_INVALID_QUOTE_SIZE_TOO_LARGE', 'above-maximum'], ['INVALID_LIMIT_PRICE_POST_ONLY', 'would-take'],
  ['INVALID_LIMIT_PRICE', 'bad-price'], ['INVALID_PRICE_PRECISION', 'bad-price'], ['LIMIT_PRICE_TOO_FAR_FROM_MARKET', 'bad-price'], ['PREVIEW_BREACHED_PRICE_LIMIT', 'bad-price'],
  ['PREVIEW_INVALID_PRICE_TOO_LARGE', 'bad-price'], ['PREVIEW_INVALID_STOP_PRICE', 'bad-price'], ['PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE', 'bad-price'],
  ['LIMIT_ORDER_PRICE_EXCEEDS_PRICE_BAND_ON_BUY', 'bad-price'], ['STOP_ALREADY_TRIGGERED', 'would-trigger'],
  ['INVALID_SIZE_PRECISION', 'bad-quantity'], ['PREVIEW_INVALID_QUOTE_SIZE_PRECISION', 'bad-quantity'],
  ['PREVIEW_BREACHED_ACCOUNT_POSITION_LIMIT', 'position-limit'], ['BREACHED_RISK_LIMIT', 'position-limit'], ['PRODUCT_TRADING_HALTED', 'instrument-halted'],
  ['TRADING_DISABLED', 'instrument-halted'], ['UNTRADABLE_PRODUCT', 'instrument-halted'], ['ORDER_ENTRY_DISABLED', 'market-closed'], ['PREVIEW_NOT_ALLOWED_BY_MARKET_STATE', 'market-closed'],
  ['INELIGIBLE_PAIR', 'not-permitted'], ['GEOFENCING_RESTRICTION', 'not-permitted'], ['UNSUPPORTED_ORDER_CONFIGURATION', 'not-permitted'], ['BRACKET_ORDER_NOT_SUPPORTED', 'not-permitted'],
  ['REDUCE_ONLY_NOT_ALLOWED_ON_SPOT_PRODUCTS', 'not-permitted'], ['COMMANDER_REJECTED_NEW_ORDER', 'other'], ['INVALID_SIDE', 'other'], ['A_WORD_OF_TOMORROW', 'other'],
];

test('each reason for which an order fails has its reason of ours', () => {
  for (const [word, reason] of REASONS) assert.equal(declined({ what: 'a new order', reasons: [word], message: '' }).reason, reason, word);
});

test('the first reason that says something counts', () => {
  const error = declined({ what: 'a new order', reasons: ['UNKNOWN_FAILURE_REASON', undefined, '', 'PREVIEW_INSUFFICIENT_FUND'], message: 'Insufficient balance in source account' });
  assert.deepEqual([error.failure, error.reason, error.code], ['rejected', 'insufficient-balance', 'PREVIEW_INSUFFICIENT_FUND']);
  assert.equal(error.message, 'coinbase: a new order was declined, PREVIEW_INSUFFICIENT_FUND: Insufficient balance in source account');
});

test('a client order id that is in use is a duplicate', () => {
  assert.equal(declined({ what: 'a new order', reasons: ['DUPLICATE_CLIENT_ORDER_ID'], message: '' }).failure, 'duplicate-id');
});

test('an order that is declined without a reason is not taken for refused', () => {
  assert.equal(declined({ what: 'a new order', reasons: ['UNKNOWN_FAILURE_REASON', 'UNKNOWN_PREVIEW_FAILURE_REASON'], message: '' }).failure, 'unknown-outcome');
});
