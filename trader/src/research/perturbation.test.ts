import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bar, MINUTE, ScriptedStrategy, type Line } from '../../test/markets.ts';
import { Random } from '../domain/random.ts';
import { Signal } from '../domain/signal.ts';
import { BasisPointFee, PerShareFee } from '../simulation/fees.ts';
import { readParameters, type ParameterValues } from '../domain/parameters.ts';
import { STRATEGIES } from '../strategies/catalog.ts';
import { macd } from '../strategies/macd/macd.ts';
import { canMove, CostlierFee, costlierTerms, nearbyParameters, UnreliableStrategy, type Mishaps } from './perturbation.ts';

test('parameters nearby are ones that the strategy takes, within a tenth, and never all the same', () => {
  for (const { parameters, check, name } of STRATEGIES) {
    const values = readParameters(parameters, {});
    assert.ok(values.ok);
    const random = new Random(1);
    const seen = new Set<string>();
    for (let draw = 0; draw < 100; draw++) {
      const near: ParameterValues | undefined = nearbyParameters({ parameters, ...(check && { check }) }, values.value, 0.1, random);
      assert.ok(near && readParameters(parameters, near).ok && check?.(near) === undefined, name);
      seen.add(JSON.stringify(near));
      for (const [parameter, value] of Object.entries(values.value)) {
        const moved: string | number = near[parameter];
        if (typeof value === 'string' || value === 0) assert.equal(moved, value);
        else assert.ok(Math.abs(Number(moved) - value) <= Math.max(1, value * 0.1 + 0.5), `${parameter} ${moved}`);
      }
    }
    assert.ok(seen.size > 5, name);
    assert.ok(canMove(parameters, values.value));
  }
});

test('a whole number goes one up and one down as often as it stays', () => {
  const random = new Random(2);
  const parameters = { period: { kind: 'integer', default: 5, min: 1, max: 10, help: '' } } as const;
  const counts = new Map<number, number>();
  for (let draw = 0; draw < 3000; draw++) {
    const period = Number(nearbyParameters({ parameters }, { period: 5 }, 0.1, random)?.period);
    counts.set(period, (counts.get(period) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].toSorted((a, b) => a - b), [4, 5, 6]);
  assert.ok([...counts.values()].every((count) => Math.abs(count - 1000) < 120));
});

test('where the strategy refuses everything nearby there is nothing, and words alone cannot move', () => {
  const values = readParameters(macd.parameters, {});
  assert.ok(values.ok);
  assert.equal(nearbyParameters({ parameters: macd.parameters, check: () => 'no' }, values.value, 0.1, new Random(1)), undefined);
  assert.equal(canMove({ side: { kind: 'choice', default: 'a', choices: ['a'], help: '' } }, { side: 'a' } as unknown as ParameterValues), false);
});

test('a costlier fee is so many times the other one, and so many basis points more, rounded up', () => {
  const twice = new CostlierFee(new BasisPointFee('10'), 2000, 0);
  assert.equal(twice.fee(1_000_000, 2, 1, 0, 2), 2000);
  assert.equal(new CostlierFee(new BasisPointFee('10'), 1000, 5000).fee(1_000_000, 2, 1, 0, 2), 1500);
  assert.equal(new CostlierFee(new PerShareFee('0.01', '1'), 1500, 0).fee(1_000_000, 2, 500, 0, 2), 750);
  assert.equal(new CostlierFee(new BasisPointFee('0'), 3000, 1).fee(1, 0, 1, 0, 2), 1, 'a fee that does not fit is rounded against us');
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1000, max: 3000 }), fc.integer({ min: 0, max: 5000 }), (value, thousandths, more) => {
    const fee = Number(new CostlierFee(new BasisPointFee('7.5'), thousandths, more).fee(value, 4, 1, 0, 8)) / 1e8;
    assert.ok(Math.abs(fee - value / 1e4 * (0.00075 * thousandths / 1000 + more / 1e7)) < 6e-8);
  }));
});

test('a venue\'s own fees grow in the same way, and rebates do not', () => {
  const market = { shortable: true, brackets: [], funding: undefined, borrow: undefined, swap: undefined };
  const terms = {
    tiers: [{ volume: '0', maker: '0.0002', taker: '0.0005' }, { volume: '1000', maker: '-0.00005', taker: '0' }],
    markets: [{ ...market, fee: undefined }, { ...market, fee: { kind: 'bps', bps: '2.5' } }, { ...market, fee: { kind: 'per-unit', perUnit: '0.01' } }, { ...market, fee: { kind: 'none' } }],
    margin: 'cross', leverage: '1', debit: undefined, liquidationFee: '0', lossLimited: true,
  } as const;
  const { tiers, markets } = costlierTerms(terms, 1500, 2000);
  assert.deepEqual(tiers, [{ volume: '0', maker: '0.0005', taker: '0.00095' }, { volume: '1000', maker: '0.00015', taker: '0.0002' }]);
  assert.deepEqual(markets.map(({ fee }) => fee), [undefined, { kind: 'bps', bps: '5.75' }, { kind: 'per-unit', perUnit: '0.015' }, { kind: 'bps', bps: '2' }]);
  assert.equal(costlierTerms({ ...terms, tiers: undefined }, 1000, 0).tiers, undefined);
});

/** What an engine would hear of a script, bar by bar. */
function heard(script: readonly (Line | undefined)[], mishaps: Mishaps, seed = 1): Line[] {
  const strategy = new UnreliableStrategy(new ScriptedStrategy(script), mishaps, new Random(seed));
  const signal = new Signal();
  return script.map((_, i) => {
    strategy.onBar(bar(i * MINUTE, 100), signal);
    return { ...signal };
  });
}

const SCRIPT: readonly (Line | undefined)[] = [
  { target: 1, stop: 90 }, undefined, { stop: 95 }, { target: 0, stop: NaN }, undefined, { target: -1, takeProfit: 80 }, { target: -0.5 }, { target: 1, takeProfit: NaN }, undefined,
];
const targets = (lines: readonly Line[]) => lines.map(({ target }) => target);

test('without mishaps a strategy is heard as it is', () => {
  assert.deepEqual(targets(heard(SCRIPT, { missed: 0, late: 0 })), [1, 1, 1, 0, 0, -1, -0.5, 1, 1]);
  const script = [{ target: 1, stop: 90, trail: 0.02, takeProfit: 120 }];
  assert.deepEqual(heard(script, { missed: 0, late: 0 }), script, 'with all that it says');
  assert.deepEqual(heard(SCRIPT, { missed: 0, late: 0 }).map(({ stop }) => stop), [90, 90, 95, NaN, NaN, NaN, NaN, NaN, NaN]);
});

test('one whose entries are all missed stays out, and one that is always late follows by a bar', () => {
  assert.deepEqual(targets(heard(SCRIPT, { missed: 1, late: 0 })), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(targets(heard(SCRIPT, { missed: 0, late: 1 })), [0, 1, 1, 1, 0, 0, 0, 0, 1], 'two changes in a row are heard as the last');
});

test('a missed entry is missed until the strategy wants something else; exits are not missed', () => {
  const alternate = Array.from({ length: 4000 }, (_, i) => ({ target: i % 4 < 2 ? 1 : 0 }));
  const wants = targets(heard(alternate, { missed: 0.1, late: 0 }));
  let missed = 0;
  for (let i = 0; i < 4000; i += 4) {
    assert.equal(wants[i], wants[i + 1]);
    assert.deepEqual([wants[i + 2], wants[i + 3]], [0, 0]);
    if (wants[i] === 0) missed += 1;
  }
  assert.ok(Math.abs(missed - 100) < 30, `${missed} of 1000`);
});
