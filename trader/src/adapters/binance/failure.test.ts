import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from './failure.ts';

/** How an answer to an order is understood, as `failure` or `rejected: reason`. */
function understood(status: number, code: number | undefined, message: string, acts = true): string {
  const { failure, reason } = failureOf({ what: 'POST /api/v3/order', status, code, message, acts, retryAfterMs: undefined });
  return reason === undefined ? failure : `${failure}: ${reason}`;
}

// Codes and words of errors.md, github.com/binance/binance-spot-api-docs.
const TABLE: readonly (readonly [number, number | undefined, string, string])[] = [
  [400, -1000, 'An unknown error occurred while processing the request.', 'unknown-outcome'],
  [400, -1001, 'Internal error; unable to process your request. Please try again.', 'unknown-outcome'],
  [401, -1002, 'You are not authorized to execute this request.', 'unauthorised'],
  [400, -1003, 'Too many requests queued.', 'rate-limited'],
  [400, -1006, 'An unexpected response was received from the message bus. Execution status unknown.', 'unknown-outcome'],
  [400, -1007, 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.', 'unknown-outcome'],
  [400, -1008, 'Server is currently overloaded with other requests. Please try again in a few minutes.', 'unknown-outcome'],
  [400, -1013, 'Filter failure: PRICE_FILTER', 'rejected: bad-price'],
  [400, -1013, 'Filter failure: PERCENT_PRICE', 'rejected: bad-price'],
  [400, -1013, 'Filter failure: LOT_SIZE', 'rejected: bad-quantity'],
  [400, -1013, 'Filter failure: MARKET_LOT_SIZE', 'rejected: bad-quantity'],
  [400, -1013, 'Filter failure: MIN_NOTIONAL', 'rejected: below-minimum'],
  [400, -1013, 'Filter failure: NOTIONAL', 'rejected: below-minimum'],
  [400, -1013, 'Filter failure: MAX_POSITION', 'rejected: position-limit'],
  [400, -1013, 'Filter failure: MAX_NUM_ORDERS', 'rejected: too-many-orders'],
  [400, -1013, 'Filter failure: EXCHANGE_MAX_NUM_ALGO_ORDERS', 'rejected: too-many-orders'],
  [400, -1015, 'Too many new orders; current limit is 100 orders per 10 SECOND.', 'rate-limited'],
  [400, -1016, 'This service is no longer available.', 'maintenance'],
  [400, -1021, 'Timestamp for this request is outside of the recvWindow.', 'clock-skew'],
  [400, -1022, 'Signature for this request is not valid.', 'unauthorised'],
  [400, -1102, "Mandatory parameter 'price' was not sent, was empty/null, or malformed.", 'rejected: other'],
  [400, -1111, "Parameter 'price' has too much precision.", 'rejected: bad-price'],
  [400, -1111, "Parameter 'quantity' has too much precision.", 'rejected: bad-quantity'],
  [400, -1121, 'Invalid symbol.', 'rejected: not-permitted'],
  [400, -2010, 'Account has insufficient balance for requested action.', 'rejected: insufficient-balance'],
  [400, -2010, 'Duplicate order sent.', 'duplicate-id'],
  [400, -2010, 'Market is closed.', 'rejected: market-closed'],
  [400, -2010, 'Order would immediately match and take.', 'rejected: would-take'],
  [400, -2010, 'Order would trigger immediately.', 'rejected: would-trigger'],
  [400, -2010, 'Stop price would trigger immediately.', 'rejected: would-trigger'],
  [400, -2010, 'Stop loss orders are not supported for this symbol.', 'rejected: not-permitted'],
  [400, -2010, 'This account may not place or cancel orders.', 'rejected: not-permitted'],
  [400, -2010, 'Price * QTY is zero or less.', 'rejected: below-minimum'],
  [400, -2011, 'Unknown order sent.', 'not-found'],
  [400, -2013, 'Order does not exist.', 'not-found'],
  [400, -2014, 'API-key format invalid.', 'unauthorised'],
  [401, -2015, 'Invalid API-key, IP, or permissions for action.', 'unauthorised'],
  [400, -9999, 'a code that nobody knows', 'rejected: other'],
  [403, undefined, 'Forbidden', 'banned'],
  [404, undefined, 'Not Found', 'unknown-outcome'],
  [418, -1003, 'Way too much request weight used', 'banned'],
  [429, -1003, 'Too much request weight used', 'rate-limited'],
  [502, undefined, 'Bad Gateway', 'unknown-outcome'],
  [503, undefined, 'Service Unavailable', 'unknown-outcome'],
  [500, -2010, 'Account has insufficient balance for requested action.', 'unknown-outcome'],
];

test('each answer to an order is understood as the documentation means it, and what leaves doubt as an unknown outcome', () => {
  for (const [status, code, message, meaning] of TABLE) assert.equal(understood(status, code, message), meaning, `${status} ${code} ${message}`);
});

test('a 503 that meets a question is maintenance, since nothing was to be carried out', () => {
  assert.equal(understood(503, undefined, 'Service Unavailable', false), 'maintenance');
  assert.equal(understood(500, undefined, 'Internal Server Error', false), 'unknown-outcome');
});

test('a failure names what was asked, the status, the code and the words', () => {
  const { message, code } = failureOf({ what: 'POST /api/v3/order', status: 400, code: -2010, message: 'Market is closed.', acts: true, retryAfterMs: undefined });
  assert.equal(message, 'binance: POST /api/v3/order was answered 400 -2010: Market is closed.');
  assert.equal(code, '-2010');
});
