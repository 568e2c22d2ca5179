import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { bookBody, CheckedBook } from '../../../src/adapters/okx/checked-book.ts';
import { ROOT } from '../../command-line.ts';

const level = (price: string, quantity = '1') => [price, quantity, '0', '1'];
const frame = (bids: readonly (readonly string[])[], asks: readonly (readonly string[])[], more: object = {}) => bookBody.parse({ bids, asks, ...more });

test('a book without a checksum is proved by its numbers: what names another change before it is not taken', () => {
  const book = new CheckedBook();
  assert.equal(book.take('update', frame([], [], { seqId: 5, prevSeqId: 4 })), undefined, 'there is no book to change yet');
  assert.ok(book.take('snapshot', frame([level('99')], [level('101')], { seqId: 10, prevSeqId: -1, checksum: 0 })));
  assert.ok(book.take('update', frame([], [], { seqId: 10, prevSeqId: 10 })), 'nothing has changed for a while');
  assert.equal(book.take('update', frame([level('99', '0')], [], { seqId: 15, prevSeqId: 10 }))?.bids.length, 0);
  assert.ok(book.take('update', frame([level('98')], [], { seqId: 3, prevSeqId: 15 })), 'after maintenance numbers begin anew');
  assert.equal(book.take('update', frame([], [], { seqId: 20, prevSeqId: 18 })), undefined);
  assert.equal(book.take('update', frame([], [], { seqId: 21, prevSeqId: 20 })), undefined, 'nor what comes behind');
});

test('a wrong checksum is found out', () => {
  assert.equal(new CheckedBook().take('snapshot', frame([level('99')], [level('101')], { checksum: 1 })), undefined);
});

const CAPTURE = join(ROOT, '..', 'shared', 'data', 'fixtures', 'okx', 'ws_capture', 'OKX.ws.1.0.txt.gz');
if (existsSync(CAPTURE)) {
  test('each book that OKX sent has the checksum that OKX sent with it', () => {
    const books = new Map<string, CheckedBook>();
    let frames = 0;
    for (const text of gunzipSync(readFileSync(CAPTURE)).toString().split('\n').map((line) => line.replace(/^[\d.]+: /, '')).filter((line) => line.includes('"action"'))) {
      const { arg: { instId }, action, data: [data] } = JSON.parse(text) as { arg: { instId: string }; action: 'snapshot' | 'update'; data: readonly unknown[] };
      const book = books.get(instId) ?? new CheckedBook();
      books.set(instId, book);
      const told = book.take(action, bookBody.parse(data));
      assert.ok(told !== undefined && told.bids[0].price < told.asks[0].price, `${instId}, frame ${frames}`);
      frames += 1;
    }
    assert.ok(frames > 100, String(frames));
  });
}
