import { z } from 'zod';
import { VenueError, type RejectReason } from '../../domain/venue-error.ts';

/** Coinbase's answer to cancels: one result for each order. */
export const cancelAnswer = z.object({ results: z.array(z.object({ success: z.boolean(), failure_reason: z.string().nullish(), order_id: z.string() })) });

/** Why a cancel was refused; undefined where the order ends. One that is asked for twice is on its way. */
export function cancelFailure({ success, failure_reason: reason, order_id: id }: z.infer<typeof cancelAnswer>['results'][number]): VenueError | undefined {
  if (success || reason === 'DUPLICATE_CANCEL_REQUEST') return undefined;
  const code = reason ?? '';
  const words = `coinbase: the cancel of ${id} was refused: ${code}`;
  if (code === 'UNKNOWN_CANCEL_ORDER' || code === 'ORDER_IS_FULLY_FILLED') return new VenueError('not-found', words, { code });
  // Without a reason the order may be ending, or not.
  if (code === '' || code === 'UNKNOWN_CANCEL_FAILURE_REASON') return new VenueError('unknown-outcome', words);
  return new VenueError('rejected', words, { code, reason: 'other' });
}

/** Coinbase's answer to a change of an order ("Edit Order"). */
export const editAnswer = z.object({
  success: z.boolean(),
  error_response: z.object({ error_details: z.string().nullish(), edit_order_failure_reason: z.string().nullish() }).nullish(),
  errors: z.array(z.object({ edit_failure_reason: z.string().nullish(), preview_failure_reason: z.string().nullish() })).nullish().catch(undefined),
});

const NOT_OPEN: ReadonlySet<string> = new Set(['ORDER_NOT_FOUND', 'ONLY_OPEN_ORDERS_CAN_BE_EDITED']);

const BY_WORD: Readonly<Record<string, RejectReason>> = {
  INVALID_EDITED_PRICE: 'bad-price', INVALID_EDITED_SIZE: 'bad-quantity', CANNOT_EDIT_TO_BELOW_FILLED_SIZE: 'bad-quantity',
  ONLY_LIMIT_ORDER_EDITS_SUPPORTED: 'not-permitted', SIZE_IN_QUOTE_EDITS_NOT_ALLOWED: 'not-permitted', EXCEEDED_MAX_ALLOWED_EDIT_REQUEST_COUNT: 'too-many-orders',
};

/** Why a change was refused; undefined where it was taken. One to what the order is already is no refusal. */
export function editFailure({ success, errors, error_response: response }: z.infer<typeof editAnswer>): VenueError | undefined {
  if (success) return undefined;
  const [first] = errors ?? [];
  const code = [first?.edit_failure_reason, response?.edit_order_failure_reason, first?.preview_failure_reason].find((each) => (each ?? '') !== '' && each?.startsWith('UNKNOWN_') === false) ?? '';
  if (code === 'EDIT_REQUEST_EQUAL_TO_ORIGINAL_REQUEST') return undefined;
  const words = `coinbase: a change was refused: ${code} ${response?.error_details ?? ''}`;
  if (code === '') return new VenueError('unknown-outcome', words);
  if (NOT_OPEN.has(code)) return new VenueError('not-found', words, { code });
  return new VenueError('rejected', words, { code, reason: BY_WORD[code] ?? 'other' });
}
