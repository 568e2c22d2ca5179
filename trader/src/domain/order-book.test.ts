import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BookSide, OrderBook } from './order-book.ts';

/** Prices near each other, at the edges of pages, and far away. */
const tick = fc.oneof(fc.integer({ min: 990, max: 1060 }), fc.integer({ min: 0, max: 5_000 }), fc.constantFrom(0, 31, 32, 63, 64, 1_000_000, 40_000_000));
const change = fc.record({ tick, size: fc.constantFrom(0, 0, 1, 7, 250) });

for (const side of ['bid', 'ask'] as const) {
  test(`a side of ${side}s holds what a map would, with the same best and the same order`, () => {
    fc.assert(fc.property(fc.array(fc.oneof({ weight: 40, arbitrary: change }, { weight: 1, arbitrary: fc.constant('clear' as const) }), { maxLength: 120 }), (changes) => {
      const book = new BookSide(side);
      const naive = new Map<number, number>();
      for (const step of changes) {
        if (step === 'clear') {
          book.clear();
          naive.clear();
          continue;
        }
        assert.equal(book.set(step.tick, step.size), naive.get(step.tick) ?? 0);
        if (step.size === 0) naive.delete(step.tick);
        else naive.set(step.tick, step.size);
        const prices = [...naive.keys()].sort((a, b) => (side === 'bid' ? b - a : a - b));
        const none = side === 'bid' ? -1 : 0x7fff_ffff;
        assert.deepEqual([book.best, book.levels], [prices[0] ?? none, prices.length]);
        assert.equal(book.at(step.tick), step.size);
        let at = book.best;
        for (const price of prices) {
          assert.deepEqual([at, book.at(at)], [price, naive.get(price)]);
          at = book.behind(at);
        }
        assert.equal(at, none);
      }
    }), { numRuns: 300 });
  });
}

test('a book is known with both sides, and crossed where a bid reaches an ask', () => {
  const book = new OrderBook();
  book.bids.set(100, 5);
  assert.ok(!book.isKnown && !book.isCrossed);
  book.asks.set(101, 5);
  assert.ok(book.isKnown && !book.isCrossed);
  book.asks.set(100, 1);
  assert.ok(book.isCrossed);
});

test('a quote is the only price of its side', () => {
  const book = new OrderBook();
  book.quote(book.bids, 100, 5);
  book.quote(book.bids, 98, 2);
  assert.deepEqual([book.bids.best, book.bids.levels, book.bids.at(98)], [98, 1, 2]);
});
