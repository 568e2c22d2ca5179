import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelFailure, editFailure } from './changes.ts';

// Words of `failure_reason`, docs.cdp.coinbase.com, "Cancel Orders".
test('a cancel that finds no open order says so, one that is under way is none, and one without a reason leaves doubt', () => {
  const meaning = (reason: string | undefined) => cancelFailure({ success: false, failure_reason: reason, order_id: 'o' })?.failure;
  assert.deepEqual(['UNKNOWN_CANCEL_ORDER', 'ORDER_IS_FULLY_FILLED', 'DUPLICATE_CANCEL_REQUEST', 'COMMANDER_REJECTED_CANCEL_ORDER', 'NOT_ALLOWED_TO_CANCEL', 'UNKNOWN_CANCEL_FAILURE_REASON', undefined].map(meaning),
    ['not-found', 'not-found', undefined, 'rejected', 'rejected', 'unknown-outcome', 'unknown-outcome']);
  assert.equal(cancelFailure({ success: true, failure_reason: 'UNKNOWN_CANCEL_FAILURE_REASON', order_id: 'o' }), undefined);
});

// Words of `edit_failure_reason`, docs.cdp.coinbase.com, "Edit Order".
test('a change that was refused has a reason of ours, and one to what the order is already was none', () => {
  const meaning = (reason: string) => {
    const failure = editFailure({ success: false, errors: [{ edit_failure_reason: reason, preview_failure_reason: 'UNKNOWN_PREVIEW_FAILURE_REASON' }], error_response: undefined });
    return failure && (failure.reason ?? failure.failure);
  };
  const table = {
    ORDER_NOT_FOUND: 'not-found', ONLY_OPEN_ORDERS_CAN_BE_EDITED: 'not-found', INVALID_EDITED_PRICE: 'bad-price', INVALID_EDITED_SIZE: 'bad-quantity', CANNOT_EDIT_TO_BELOW_FILLED_SIZE: 'bad-quantity',
    ONLY_LIMIT_ORDER_EDITS_SUPPORTED: 'not-permitted', COMMANDER_REJECTED_EDIT_ORDER: 'other', EDIT_REQUEST_EQUAL_TO_ORIGINAL_REQUEST: undefined, UNKNOWN_EDIT_ORDER_FAILURE_REASON: 'unknown-outcome',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(table).map((reason) => [reason, meaning(reason)])), table);
  assert.equal(editFailure({ success: false, errors: undefined, error_response: { error_details: 'words', edit_order_failure_reason: 'ORDER_NOT_FOUND' } })?.failure, 'not-found');
  assert.equal(editFailure({ success: true, errors: [], error_response: undefined }), undefined);
});
