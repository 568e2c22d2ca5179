import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bar } from '../../domain/bar.ts';
import { slippageBand, type SlippageInputs } from './slippage-band.ts';

const BARS: readonly Bar[] = Array.from({ length: 100 }, (_, i) => ({ timestamp: i, open: 100, high: 101, low: 99, close: 100, volume: 400 }));
const BOOK = {
  tsWall: 0, bids: [{ price: 99.9, quantity: 1 }, { price: 99.7, quantity: 2 }, { price: 99, quantity: 4 }], asks: [{ price: 100.1, quantity: 1 }, { price: 100.3, quantity: 2 }, { price: 101, quantity: 4 }],
};
const RANGE = Math.log(101 / 99);

function band(more: Partial<SlippageInputs>) {
  const found = slippageBand({ side: 'buy', quantity: 1, last: 100, book: BOOK, bars: BARS, priceDecimals: 3, ...more });
  assert.ok(found !== null);
  return found;
}

describe('the slippage of an order that takes what is offered', () => {
  test('is read off the book level by level, and costs what it is away from the middle', () => {
    assert.deepEqual(band({}).expected, { price: '100.100', cost: '0.10' });
    assert.deepEqual(band({ quantity: 3 }).expected, { price: ((100.1 + 2 * 100.3) / 3).toFixed(3), cost: '0.70' });
    assert.deepEqual(band({ side: 'sell', quantity: 3 }).expected, { price: ((99.9 + 2 * 99.7) / 3).toFixed(3), cost: '0.70' });
    assert.equal(band({}).from, 'book');
  });

  test('of more than the book shows takes the rest beyond its last level', () => {
    const all = band({ quantity: 7 });
    assert.ok(Number(band({ quantity: 70 }).expected.price) > 101 && Number(all.expected.price) < 101);
    assert.ok(Number(band({ side: 'sell', quantity: 70 }).expected.price) < 99);
  });

  test('is at worst a bar\'s average move against it further, to either side', () => {
    assert.equal(band({}).worst.price, (100.1 + 100 * RANGE).toFixed(3));
    assert.equal(band({ side: 'sell' }).worst.price, (99.9 - 100 * RANGE).toFixed(3));
  });

  test('goes by the square root of its share of the volume where no book is known, four times the order twice as far', () => {
    for (const book of [undefined, { tsWall: 0, bids: [], asks: [] }]) {
      const [one, four] = [1, 4].map((quantity) => band({ book, quantity, priceDecimals: 9 }));
      assert.equal(one.from, 'bars');
      assert.ok(Math.abs((Number(four.expected.price) - 100) / (Number(one.expected.price) - 100) - 2) < 1e-6);
    }
  });

  test('is not made up before there is a bar', () => {
    assert.equal(slippageBand({ side: 'buy', quantity: 1, last: 100, book: BOOK, bars: [], priceDecimals: 2 }), null);
  });
});
