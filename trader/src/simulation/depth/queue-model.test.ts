import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { QUEUE_MODELS, type QueueModel } from './queue-model.ts';

const models: readonly (readonly [string, QueueModel])[] = Object.entries(QUEUE_MODELS).flatMap(([name, make]) =>
  (name.startsWith('power') ? [0.5, 1, 2, 3] : [0]).map((n) => [`${name} ${n}`, make(n)(1)] as const));

function model(name: string, exponent = 0, lotsPerUnit = 1): QueueModel {
  const make = QUEUE_MODELS[name];
  assert.ok(make);
  return make(exponent)(lotsPerUnit);
}

test('no change of a level sends an order back, below 0, or behind more than stands there', () => {
  const lots = fc.integer({ min: 0, max: 10_000 });
  fc.assert(fc.property(fc.constantFrom(...models), lots, fc.double({ min: 0, max: 1, noNaN: true }), lots, lots, ([name, { advance }], before, share, after, traded) => {
    const front = before * share;
    const moved = advance(front, before, after, traded);
    assert.ok(moved >= 0 && moved <= front && moved <= Math.max(after, 0), `${name}: ${front} of ${before} became ${moved} of ${after}`);
  }), { numRuns: 5_000 });
});

test('a cautious order moves with trades alone, until fewer are left than stood before it', () => {
  const { advance } = model('risk-averse');
  assert.equal(advance(60, 100, 80, 0), 60);
  assert.equal(advance(60, 100, 40, 0), 40);
});

test('the others share a decrease between front and back by their chances', () => {
  // 60 before, 40 behind; 10 leave: what falls to the front is 10 · (1 − p).
  const expected = {
    power: 40 ** 2 / (40 ** 2 + 60 ** 2), power2: 40 ** 2 / 100 ** 2, power3: 1 - (60 / 100) ** 2,
    log: Math.log(41) / (Math.log(41) + Math.log(61)), log2: Math.log(41) / Math.log(101),
  };
  for (const [name, chance] of Object.entries(expected)) {
    assert.ok(Math.abs(model(name, 2).advance(60, 100, 90, 0) - (60 - 10 * (1 - chance))) < 1e-9, name);
  }
});

test('what trades have told of a decrease is not counted again', () => {
  const { advance } = model('power', 1);
  assert.equal(advance(50, 100, 90, 10), 50);
  assert.equal(advance(50, 100, 90, 0), 45);
});

test('logarithms are of whole units', () => {
  const [front, back] = [Math.log1p(0.6), Math.log1p(0.4)];
  assert.ok(Math.abs(model('log', 0, 100).advance(60, 100, 90, 0) - (60 - 10 * (front / (front + back)))) < 1e-9);
});
