import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MINUTE, testInstrument, walkBars } from '../../test/markets.ts';
import { seededRandom } from '../../test/random.ts';
import { sliceBars, type Bars } from '../domain/bar.ts';
import type { Strategy } from '../ports/strategy.ts';
import { noFee } from '../simulation/fees.ts';
import { simulatedEngine } from './backtest.ts';
import { drive } from './drive.ts';

/** The closes that an engine of these streams sees, as `market close`, and after how many bars it was paused. */
function admitted(intervals: readonly number[], streams: readonly Iterable<Bars>[], every: number): { readonly seen: string[]; readonly pauses: number[] } {
  const seen: string[] = [];
  const markets = intervals.map((intervalMs, index) => ({ instrument: testInstrument({ id: `I${index}` }), intervalMs }));
  const watcher = (market: number): Strategy => ({ onBar: ({ timestamp, close }) => void seen.push(`${timestamp + intervals[market]} ${market} ${close}`) });
  const engine = simulatedEngine({
    markets, cash: '1', fees: noFee, guards: [], latencyMs: 0, marketFill: 'next-open',
    books: markets.map((_, market) => ({ strategyName: 'watch', strategy: watcher(market), market, sizing: { kind: 'units', units: '1' } })),
  }, 'drive');
  const pauses: number[] = [];
  drive(engine, markets, streams, every, (bars) => void pauses.push(bars));
  assert.equal(engine.bars, seen.length);
  return { seen, pauses };
}

test('markets of any interval and any pieces merge by close, and at one close in their order', () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, every) => {
    const random = seededRandom(seed);
    const intervals = Array.from({ length: 1 + Math.floor(random() * 4) }, () => MINUTE * (1 + Math.floor(random() * 4)));
    const all = intervals.map((intervalMs) => walkBars(random, { bars: Math.floor(random() * 50), intervalMs, gaps: 0.2, from: Math.floor(random() * 5) * MINUTE }));
    const pieces = all.map(function* (bars) {
      for (let from = 0; from < bars.length;) {
        const to = Math.min(bars.length, from + Math.floor(random() * 6));
        yield sliceBars(bars, from, to);
        from = to;
      }
    });
    const expected = all
      .flatMap(({ length, timestamp, close }, market) => Array.from({ length }, (_, i) => ({ tsClose: timestamp[i] + intervals[market], market, close: close[i] })))
      .sort((a, b) => a.tsClose - b.tsClose || a.market - b.market)
      .map(({ tsClose, market, close }) => `${tsClose} ${market} ${close}`);
    const { seen, pauses } = admitted(intervals, pieces, every);
    assert.deepEqual(seen, expected);
    assert.deepEqual(pauses, Array.from({ length: Math.floor(expected.length / every) }, (_, i) => (i + 1) * every));
  }), { numRuns: 200 });
});

test('a piece is done with before the next is asked for', () => {
  const bars = walkBars(seededRandom(1), { bars: 30 });
  const open = { pieces: 0 };
  const one = function* (): Generator<Bars> {
    for (let from = 0; from < 30; from += 10) {
      const piece = sliceBars(bars, from, from + 10);
      const copy = { ...piece, close: piece.close.slice() };
      open.pieces += 1;
      yield copy;
      copy.close.fill(NaN);
    }
  };
  const { seen } = admitted([MINUTE], [one()], 1_000);
  assert.deepEqual(seen.map((text) => Number(text.split(' ')[2])), [...bars.close]);
  assert.equal(open.pieces, 3);
});
