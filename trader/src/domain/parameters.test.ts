import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choice, integer, number, readParameters } from './parameters.ts';

const SPECS = { period: integer(20, 2, 100, 'bars'), share: number(0.5, 0, 1, 'share'), side: choice(['long', 'short'], 'side') };

test('what is not given holds its default; text and numbers are read alike', () => {
  assert.deepEqual(readParameters(SPECS, {}), { ok: true, value: { period: 20, share: 0.5, side: 'long' } });
  assert.deepEqual(readParameters(SPECS, { period: '30', share: 1, side: 'short' }), { ok: true, value: { period: 30, share: 1, side: 'short' } });
  assert.deepEqual(readParameters({}, {}), { ok: true, value: {} });
});

test('what cannot be is refused with the name, the value and what is allowed', () => {
  const refusals: readonly (readonly [Record<string, string | number>, string])[] = [
    [{ perod: 3 }, 'unknown parameter "perod"; known: period, share, side'],
    [{ period: 1 }, 'period must lie in 2 to 100, not 1'],
    [{ period: 2.5 }, 'period must be a whole number, not 2.5'],
    [{ period: '' }, 'period must be a number, not ""'],
    [{ period: 'ten' }, 'period must be a number, not "ten"'],
    [{ share: NaN }, 'share must be a number, not "NaN"'],
    [{ share: Infinity }, 'share must be a number, not "Infinity"'],
    [{ side: 'both' }, 'side must be one of long, short, not "both"'],
  ];
  for (const [given, message] of refusals) {
    const read = readParameters(SPECS, given);
    assert.deepEqual(read, { ok: false, error: { kind: 'parameter', parameter: Object.keys(given)[0], message } });
  }
});

test('who takes no parameters says so', () => {
  const read = readParameters({}, { period: 3 });
  assert.equal(read.ok ? '' : read.error.message, 'unknown parameter "period"; known: none');
});

test('a name that every object has is a parameter of none', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const given = Object.fromEntries([[name, '1']]);
    const read = readParameters(SPECS, given);
    assert.ok(!read.ok && read.error.parameter === name, name);
  }
});
