import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bookBody, CheckedBook } from '../../../src/adapters/kraken/checked-book.ts';
import { sample } from '../sample.ts';

const [told] = sample(new URL('fixtures/book.txt', import.meta.url)).data as readonly unknown[];
const DECIMALS = { priceDecimals: 4, quantityDecimals: 8 };

test('the book of Kraken\'s own sample has the checksum that it comes with', () => {
  const book = new CheckedBook(DECIMALS).take('snapshot', bookBody.parse(told));
  assert.deepEqual([book?.bids[0], book?.bids.length, book?.asks.length].map((each) => JSON.stringify(each)), ['{"price":0.5666,"quantity":4831.75496356,"priceText":"0.5666","quantityText":"4831.75496356"}', '10', '10']);
});

test('another decimal, a change that is missing, or one too many, is found out', () => {
  assert.equal(new CheckedBook({ ...DECIMALS, priceDecimals: 5 }).take('snapshot', bookBody.parse(told)), undefined);
  const book = new CheckedBook(DECIMALS);
  const body = bookBody.parse(told);
  book.take('snapshot', body);
  assert.equal(book.take('update', { ...body, bids: [{ price: 0.5666, qty: 1 }], asks: [] }), undefined);
});

test('what falls out of the depth that is subscribed to is forgotten', () => {
  const book = new CheckedBook({ priceDecimals: 0, quantityDecimals: 0 });
  const levels = Array.from({ length: 40 }, (_each, i) => ({ price: 100 + i, qty: 1 }));
  // By the guide: digits of price and quantity of the ten best, here of asks alone.
  const text = levels.slice(0, 10).map(({ price }) => `${price}1`).join('');
  const crc = text.split('').reduce((sum, letter) => {
    let next = sum ^ letter.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) next = (next & 1) === 1 ? (next >>> 1) ^ 0xedb88320 : next >>> 1;
    return next >>> 0;
  }, 0xffffffff);
  assert.equal(book.take('snapshot', { symbol: 'X', bids: [], asks: levels, checksum: (crc ^ 0xffffffff) >>> 0 })?.asks.length, 25);
});
