import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DAY_MS } from '../domain/time.ts';
import { FeeStanding, TieredFee, type FeeTier } from './fee-schedule.ts';

/** The schedule of Coinbase Exchange, its first four steps. */
const TIERS: readonly FeeTier[] = [
  { volume: '0', maker: '0.004', taker: '0.006' }, { volume: '10000', maker: '0.0025', taker: '0.004' },
  { volume: '50000', maker: '0.0015', taker: '0.0025' }, { volume: '100000', maker: '-0.0001', taker: '0.002' },
];

test('a taker pays more than a maker, by the step that holds; a rebate is a fee below zero', () => {
  const standing = new FeeStanding(TIERS);
  const fee = new TieredFee(TIERS, standing);
  assert.equal(fee.scale, 4);
  standing.at(0);
  assert.deepEqual([fee.fee(1_000_000, 2, 1, 0, 2, 'taker'), fee.fee(1_000_000, 2, 1, 0, 2, 'maker'), fee.fee(1_000_000, 2, 1, 0, 2)], [6_000, 4_000, 6_000]);
  standing.traded(200_000);
  assert.equal(fee.fee(1_000_000, 2, 1, 0, 2), 6_000, 'what is traded today counts from tomorrow on');
  standing.at(DAY_MS);
  assert.deepEqual([fee.fee(1_000_000, 2, 1, 0, 2), fee.fee(1_000_000, 2, 1, 0, 2, 'maker')], [2_000, -100]);
});

test('the step is the highest whose volume was traded in the thirty whole days before, never one beyond it', () => {
  const days = fc.array(fc.record({ skipped: fc.integer({ min: 0, max: 40 }), traded: fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 4 }) }), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(days, (history) => {
    const standing = new FeeStanding(TIERS);
    const volumes = new Map<number, number>();
    let day = 0;
    for (const { skipped, traded } of history) {
      day += skipped;
      standing.at(day * DAY_MS + 1_000);
      const window = Array.from({ length: 30 }, (_, i) => volumes.get(day - 1 - i) ?? 0).reduce((sum, one) => sum + one, 0);
      const due = TIERS.findLastIndex(({ volume }) => window >= Number(volume));
      assert.equal(standing.step, due, `day ${day}, ${window} traded`);
      for (const value of traded) {
        standing.traded(value);
        volumes.set(day, (volumes.get(day) ?? 0) + value);
      }
      day += 1;
    }
  }));
});
