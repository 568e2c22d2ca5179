import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf } from './failure.ts';

/** How an answer is understood, as `failure` or `rejected: reason`. */
function understood(status: number, code: number | undefined, message: string, acts = true): string {
  const { failure, reason } = failureOf({ what: 'POST /v2/orders', status, code, message, acts, retryAfterMs: undefined, world: undefined });
  return reason === undefined ? failure : `${failure}: ${reason}`;
}

// Words that Alpaca has answered with, as issues, forum and public code quote them; docs/venues/alpaca.md says where.
const TABLE: readonly (readonly [number, number | undefined, string, string])[] = [
  [403, 40310000, 'insufficient buying power', 'rejected: insufficient-balance'],
  [403, 40310000, 'insufficient qty available for order (requested: 14, available: 0)', 'rejected: insufficient-balance'],
  [403, 40310000, 'insufficient balance for BTC (requested: 0.12, available: 0.119784)', 'rejected: insufficient-balance'],
  [403, 40310000, 'potential wash trade detected. use complex orders', 'rejected: not-permitted'],
  [403, 40310000, 'account is not allowed to short', 'rejected: not-permitted'],
  [403, 40310000, 'cost basis must be >= minimal amount of order 1', 'rejected: below-minimum'],
  [403, 40310000, 'asset "TNON" is not fractionable', 'rejected: bad-quantity'],
  [403, 40310000, 'order has been rejected due to no available quote for symbol. please reenter with a limit', 'rejected: instrument-halted'],
  [403, 40310000, 'opg orders must be submitted after 7:00pm', 'rejected: market-closed'],
  [403, 40310100, 'trade denied due to pattern day trading protection', 'rejected: not-permitted'],
  [422, 40010001, 'client_order_id must be unique', 'duplicate-id'],
  [422, 42210000, 'client order id must be unique.', 'duplicate-id'],
  [422, 40010001, 'us_equity orders not allowed for account', 'rejected: not-permitted'],
  [422, 40010001, 'asset WBD is not active', 'rejected: instrument-halted'],
  [422, 42210000, 'asset LQD cannot be sold short', 'rejected: not-permitted'],
  [422, 42210000, 'invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing criteria', 'rejected: bad-price'],
  [422, 40010001, 'limit price must be > 0', 'rejected: bad-price'],
  [422, 42210000, 'fractional orders must be DAY orders', 'rejected: bad-quantity'],
  [422, 42210000, 'order is already in "filled" state', 'not-found'],
  [422, 42210000, 'order is not cancelable', 'not-found'],
  [422, 42210000, 'invalid crypto time in force', 'rejected: other'],
  [404, 40410000, 'order not found', 'not-found'],
  [404, undefined, 'endpoint not found.', 'unknown-outcome'],
  [401, 40110000, 'request is not authorized', 'unauthorised'],
  [403, undefined, 'forbidden.', 'unauthorised'],
  [429, undefined, 'too many requests.', 'rate-limited'],
  [500, 50010000, 'internal server error occurred', 'unknown-outcome'],
  [500, 40310000, 'insufficient buying power', 'unknown-outcome'],
  [504, undefined, 'gateway timeout', 'unknown-outcome'],
  [503, undefined, 'service unavailable', 'unknown-outcome'],
];

test('each answer to an order is understood as Alpaca means it, and what leaves doubt as an unknown outcome', () => {
  for (const [status, code, message, meaning] of TABLE) assert.equal(understood(status, code, message), meaning, `${status} ${code} ${message}`);
});

test('a 503 that meets a question is maintenance, since nothing was to be carried out', () => {
  assert.equal(understood(503, undefined, 'service unavailable', false), 'maintenance');
});

test('a refused key is told which of the two hosts it is for', () => {
  const words = (world: 'paper' | 'live' | undefined) => failureOf({ what: 'GET /v2/account', status: 403, code: undefined, message: 'forbidden.', acts: false, retryAfterMs: undefined, world }).message;
  assert.match(words('paper'), /this is a key of a paper account, which works at the paper host alone/);
  assert.match(words('live'), /this is a key of a live account, which works at the live host alone/);
  assert.match(words(undefined), /keys of a paper account work at the paper host alone/);
});
