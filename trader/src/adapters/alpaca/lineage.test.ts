import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VenueError } from '../../domain/venue-error.ts';
import { Lineage } from './lineage.ts';
import type { OrderEntry } from './orders.ts';

const FIRST: OrderEntry = {
  id: 'a', client_order_id: 'ours', symbol: 'BTC/USD', qty: '1', filled_qty: '0', side: 'buy', status: 'replaced', replaced_by: 'b', replaces: null, submitted_at: 0, updated_at: 0,
};
const NEXT: OrderEntry = { ...FIRST, id: 'b', client_order_id: 'theirs', status: 'open', replaced_by: null, replaces: 'a' };

test('a replaced order whose quantity is finer than ours is an answer that cannot be read, not a defect', async () => {
  const lineage = (filled: string) => new Lineage(() => Promise.resolve({ ...FIRST, filled_qty: filled }));
  assert.deepEqual(await lineage('0.123456789').originOf(NEXT, 9), { clientOrderId: 'ours', carried: 123_456_789 });
  await assert.rejects(lineage('0.1234567891').originOf(NEXT, 9), (error) => error instanceof VenueError && error.failure === 'unknown-outcome');
});
