import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barsOf, opinions } from '../../test/opinions.ts';
import type { Bar } from '../domain/bar.ts';
import type { Signal } from '../domain/signal.ts';
import type { Strategy } from '../ports/strategy.ts';
import { protect } from './protection.ts';

/** Says what it was told to say, bar by bar. */
class Scripted implements Strategy {
  readonly #script: number[];
  constructor(...script: number[]) { this.#script = script; }
  onBar(_bar: Bar, signal: Signal): void { signal.target = this.#script.shift() ?? 0; }
}

test('exits are set on the close of the decision, stay with the position and go with it', () => {
  const seen = opinions(protect(new Scripted(0, 1, 1, -1, -1, 0), { stop: 0.25, target: 0.5 }), barsOf([4, 8, 12, 16, 20, 24]));
  assert.deepEqual(seen, [
    { target: 0, stop: NaN, takeProfit: NaN },
    { target: 1, stop: 6, takeProfit: 12 },
    { target: 1, stop: 6, takeProfit: 12 },
    { target: -1, stop: 20, takeProfit: 8 },
    { target: -1, stop: 20, takeProfit: 8 },
    { target: 0, stop: NaN, takeProfit: NaN },
  ]);
});

test('one exit comes without the other', () => {
  const bars = barsOf([8]);
  assert.deepEqual(opinions(protect(new Scripted(1), { stop: 0.25, target: 0 }), bars), [{ target: 1, stop: 6, takeProfit: NaN }]);
  assert.deepEqual(opinions(protect(new Scripted(-1), { stop: 0, target: 0.25 }), bars), [{ target: -1, stop: NaN, takeProfit: 6 }]);
});

test('a strategy that asks for no exit is not wrapped', () => {
  const plain = new Scripted(1);
  assert.equal(protect(plain, { stop: 0, target: 0 }), plain);
});
