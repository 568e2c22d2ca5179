import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allocateStates, CODE_COLUMNS, NUMBER_COLUMNS } from '../../domain/bar-states.ts';
import { ChunkReader, encodeStates } from './chunk-codec.ts';

const number = fc.oneof(
  fc.double(), fc.constantFrom(0, -0, Number.NaN, Infinity, 5e-324, Number.MAX_VALUE), fc.integer({ min: 0, max: 1_000_000 }).map((cents) => cents / 100),
);
const column = fc.oneof(
  fc.array(number, { minLength: 7, maxLength: 7 }), number.map((value) => Array<number>(7).fill(value)),
  fc.tuple(fc.integer(), fc.integer()).map(([first, step]) => Array.from({ length: 7 }, (_each, row) => first + row * step)),
  fc.tuple(fc.integer({ min: 0, max: 9 }), fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), { minLength: 7, maxLength: 7 })).map(([decimals, values]) => values.map((value) => value / 10 ** decimals)),
);

test('every column comes back to the last bit, whole and in part, however it was written', () => {
  fc.assert(fc.property(fc.array(column, { minLength: 7, maxLength: 7 }), fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 7, maxLength: 7 }), fc.nat(7), fc.nat(7), (numbers, codes, a, b) => {
    const states = allocateStates(7);
    NUMBER_COLUMNS.forEach((name, index) => { states[name].set(numbers[index] ?? []); });
    CODE_COLUMNS.forEach((name, index) => { states[name].set(index === 0 ? codes : codes.map(() => 3)); });
    const reader = ChunkReader.of(encodeStates(states), 7);
    assert.ok(reader);
    assert.deepEqual(reader.states(), states);
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    for (const name of NUMBER_COLUMNS) {
      const part = new Float64Array(to - from + 1);
      reader.numbers(name, from, to, part, 1);
      assert.deepEqual(part.subarray(1), states[name].subarray(from, to));
    }
  }));
});

test('prices with few decimals take half the room, even steps none', () => {
  const states = allocateStates(1_000);
  for (let row = 0; row < 1_000; row++) {
    states.time[row] = row * 60_000;
    for (const name of ['open', 'high', 'low', 'close'] as const) states[name][row] = 95_310 + ((row * 7_919) % 1_000) / 100;
  }
  const { length } = encodeStates(states);
  assert.ok(length < 1_000 * 4 * 4 + 300, `${length}`);
});

test('what is cut or of another kind is no chunk', () => {
  const blob = encodeStates(allocateStates(3));
  assert.equal(ChunkReader.of(blob.subarray(0, 20), 3), undefined);
  assert.equal(ChunkReader.of(blob.slice(0, -8), 3), undefined);
  assert.equal(ChunkReader.of(new Uint8Array(blob.length).fill(9), 3), undefined);
});
