import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Borrow, Swap } from './carry.ts';
import { Funding } from './funding.ts';
import { isOpen } from './session.ts';

const HOUR = 3_600_000;
const at = (text: string) => Date.parse(`${text}Z`);

test('funding is due at whole multiples of its interval, and longs pay it where the rate is above zero', () => {
  const funding = new Funding({ intervalMs: 8 * HOUR, rate: '0.0001' });
  funding.after(at('2025-05-04T15:33'));
  assert.equal(funding.next, at('2025-05-04T16:00'));
  // 2 BTC at 95 000.0: 190 000 × 0.0001 = 19.
  assert.equal(funding.payment(2_000, 950_000, 4, 8), 1_900_000_000);
  assert.equal(funding.payment(-2_000, 950_000, 4, 8), -1_900_000_000);
  funding.after(funding.next);
  assert.equal(funding.next, at('2025-05-05T00:00'));
});

test('recorded rates say when funding is due and how much; before and after them the usual rate holds', () => {
  // Binance, ETHUSDT, 2021-08-24: the times lie some milliseconds behind the hour.
  const series = { timestamps: [1_629_763_200_006, 1_629_792_000_004], rates: ['0.00032752', '-0.00030158'] };
  const funding = new Funding({ intervalMs: 8 * HOUR, rate: '0.0001', series });
  const seen: [number, number][] = [];
  for (let ts = 1_629_763_200_000 - 16 * HOUR; seen.length < 4; ts = funding.next) {
    funding.after(ts);
    seen.push([funding.next, Number(funding.payment(1, 100, 0, 8))]);
  }
  assert.deepEqual(seen, [[1_629_734_400_000, 1_000_000], [1_629_763_200_006, 3_275_200], [1_629_792_000_004, -3_015_800], [1_629_820_800_000, 1_000_000]]);
});

test('a payment that does not fit the money is rounded against the account, paid or received', () => {
  const funding = new Funding({ intervalMs: HOUR, rate: '0.00001' });
  funding.after(0);
  assert.deepEqual([funding.payment(1, 123, 2, 2), funding.payment(-1, 123, 2, 2), funding.payment(-1, 1_234_567, 2, 2)], [1, 0, -12]);
});

test('swap is due at 17:00 in New York from Monday to Friday, three nights of it on Wednesday', () => {
  const swap = new Swap({ kind: 'money', long: '-0.00007', short: '0.00002', tripleDay: 3 });
  const paid: [string, number, number][] = [];
  for (let ts = at('2025-03-06T12:00'); paid.length < 5; ts = swap.next) {
    swap.after(ts);
    paid.push([new Date(swap.next).toISOString().slice(0, 16), Number(swap.payment(100_000, 108_000, 5, 0, 2)), Number(swap.payment(-100_000, 108_000, 5, 0, 2))]);
  }
  // Summer time begins on Sunday 9 March 2025.
  assert.deepEqual(paid, [
    ['2025-03-06T22:00', 700, -200], ['2025-03-07T22:00', 700, -200], ['2025-03-10T21:00', 700, -200], ['2025-03-11T21:00', 700, -200], ['2025-03-12T21:00', 2_100, -600],
  ]);
});

test('a swap by the year is a 360th of it each night', () => {
  const swap = new Swap({ kind: 'annual', long: '-0.36', short: '-0.18', tripleDay: 5 });
  swap.after(at('2025-07-24T12:00'));
  assert.equal(swap.payment(100, 10_000_000, 2, 2, 2), 10_000, '1 at 100 000: 100 a night');
  swap.after(swap.next);
  assert.equal(swap.payment(-100, 10_000_000, 2, 2, 2), 15_000, 'Friday, three nights');
  assert.equal(swap.payment(100, 1, 2, 2, 2), 1, 'rounded up');
});

test('interest on a loan is a share of it at every interval, rounded up', () => {
  const borrow = new Borrow({ intervalMs: 4 * HOUR, rate: '0.00025' });
  borrow.after(at('2021-05-01T03:59'));
  assert.equal(borrow.next, at('2021-05-01T04:00'));
  assert.equal(borrow.payment(1_000_001, 2, 2), 251);
});

test('a session is open in its local hours and not on its holidays, in summer and in winter', () => {
  const day = 24 * 60;
  const hours = [1, 2, 3, 4, 5].map((weekday) => ({ from: weekday * day + 9.5 * 60, to: weekday * day + 16 * 60 }));
  const session = { zone: 'America/New_York', hours, holidays: [Date.parse('2021-07-05') / 86_400_000] } as const;
  const open = (text: string) => isOpen(session, at(text));
  assert.deepEqual(['2021-01-04T14:29', '2021-01-04T14:30', '2021-01-04T20:59', '2021-01-04T21:00'].map(open), [false, true, true, false]);
  assert.deepEqual(['2021-07-06T13:29', '2021-07-06T13:30', '2021-07-06T20:00', '2021-07-05T15:00', '2021-07-04T15:00'].map(open), [false, true, false, false, false]);
  assert.equal(isOpen({ zone: 'UTC', hours: [{ from: 0, to: 7 * day }], holidays: [] }, at('2021-07-04T15:00')), true);
});
