import assert from 'node:assert/strict';
import { test } from 'node:test';
import { futuresFailureOf } from './futures-failure.ts';

/** How an answer to an order is understood, as `failure` or `rejected: reason`. */
function understood(status: number, code: number | undefined, message: string, acts = true): string {
  const { failure, reason } = futuresFailureOf({ what: 'POST /fapi/v1/order', status, code, message, acts, retryAfterMs: undefined });
  return reason === undefined ? failure : `${failure}: ${reason}`;
}

// Codes and words of "Error Codes" and "General Info" of the documentation of USD-M futures, developers.binance.com.
const TABLE: readonly (readonly [number, number | undefined, string, string])[] = [
  [503, -1000, 'Unknown error, please check your request or try again later.', 'unknown-outcome'],
  [503, -1000, 'Service Unavailable.', 'maintenance'],
  [503, -1001, 'Internal error; unable to process your request. Please try again.', 'maintenance'],
  [503, -1008, 'Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.', 'rate-limited'],
  [503, -1008, 'Server is currently overloaded with other requests. Please try again in a few minutes.', 'unknown-outcome'],
  [503, undefined, 'Service Unavailable', 'unknown-outcome'],
  [500, -2019, 'Margin is insufficient.', 'unknown-outcome'],
  [408, -1007, 'Timeout waiting for response from backend server. Send status unknown; execution status unknown.', 'unknown-outcome'],
  [400, -1006, 'An unexpected response was received from the message bus. Execution status unknown.', 'unknown-outcome'],
  [400, -1008, 'Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again.', 'rate-limited'],
  [400, -1021, 'Timestamp for this request is outside of the recvWindow.', 'clock-skew'],
  [400, -5028, 'Timestamp for this request is outside of the ME recvWindow.', 'clock-skew'],
  [400, -1111, 'Precision is over the maximum defined for this asset.', 'rejected: other'],
  [400, -2011, 'Unknown order sent.', 'not-found'],
  [400, -2013, 'Order does not exist.', 'not-found'],
  [400, -2015, 'Invalid API-key, IP, or permissions for action.', 'unauthorised'],
  [400, -2019, 'Margin is insufficient.', 'rejected: insufficient-balance'],
  [400, -2021, 'Order would immediately trigger.', 'rejected: would-trigger'],
  [400, -2022, 'ReduceOnly Order is rejected.', 'rejected: would-not-reduce'],
  [400, -2027, 'Exceeded the maximum allowable position at current leverage.', 'rejected: position-limit'],
  [400, -4061, "Order's position side does not match user's setting.", 'rejected: not-permitted'],
  [400, -4116, 'ClientOrderId is duplicated.', 'duplicate-id'],
  [400, -4120, 'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.', 'rejected: not-permitted'],
  [400, -4140, 'Invalid symbol status for opening position.', 'rejected: instrument-halted'],
  [400, -4164, "Order's notional must be no smaller than 5.0 (unless you choose reduce only)", 'rejected: below-minimum'],
  [400, -5022, 'Due to the order could not be executed as maker, the Post Only order will be rejected.', 'rejected: would-take'],
  [400, -9999, 'a code that nobody knows', 'rejected: other'],
  [429, -1003, 'Too many requests; current limit is 2400 requests per minute.', 'rate-limited'],
  [418, -1003, 'Way too many requests; IP banned until 1700000000000.', 'banned'],
];

test('each answer of USD-M futures is understood as the documentation means it, the three meanings of 503 apart', () => {
  for (const [status, code, message, meaning] of TABLE) assert.equal(understood(status, code, message), meaning, `${status} ${code} ${message}`);
});

test('a 503 that meets a question is maintenance, or too many of them', () => {
  assert.equal(understood(503, -1000, 'Unknown error, please check your request or try again later.', false), 'maintenance');
  assert.equal(understood(503, -1008, 'Request throttled by system-level protection.', false), 'rate-limited');
});
