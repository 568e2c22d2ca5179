import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { i32, load, op1, op2, repeat, store, storeQuarter, wasmFunction, wasmModule, wasmRunner, when, ZEROS } from './wasm.ts';

function runner<Exports>(...functions: Parameters<typeof wasmModule>[0]) {
  const run = wasmRunner<Exports>(wasmModule(functions));
  assert.ok(run, 'this processor has vectors');
  return run;
}

test('numbers of every size stand in a module as they are', () => {
  const numbers = fc.oneof(fc.integer(), fc.constantFrom(0, 63, 64, -64, -65, 127, 128, 8191, 8192, -8192, -8193, 2 ** 31 - 1, -(2 ** 31)));
  fc.assert(fc.property(numbers, (number) => {
    const run = runner<{ number(): number }>(wasmFunction('number', [], 'i32', () => [i32(number)]));
    assert.equal(run(0).exports.number(), number);
  }));
});

test('a loop goes round as long as its condition holds, and what is asked is done only where it does', () => {
  const run = runner<{ evens(end: number): number }>(wasmFunction('evens', ['i32'], 'i32', ([end], local) => {
    const [at, count] = [local('i32'), local('i32')];
    return [
      repeat([
        when(op2('i32.xor', op2('i32.and', at.get, i32(1)), i32(1)), [count.set(op2('i32.add', count.get, i32(1)))]),
        at.set(op2('i32.add', at.get, i32(1))),
      ], op2('i32.lt_u', at.get, end.get)),
      count.get,
    ];
  }));
  assert.deepEqual([1, 2, 7, 100].map((end) => run(0).exports.evens(end)), [1, 1, 4, 50]);
});

test('bits are counted and found, and vectors compared, as in TypeScript', () => {
  const run = runner<{ ones(word: number): number; zeros(word: number): number; below(at: number): void }>(
    wasmFunction('ones', ['i32'], 'i32', ([word]) => [op1('i32.popcnt', word.get)]),
    wasmFunction('zeros', ['i32'], 'i32', ([word]) => [op1('i32.clz', word.get)]),
    wasmFunction('below', ['i32'], undefined, ([at], local) => {
      const mask = local('v128');
      return [
        mask.set(op2('i64x2.sub', ZEROS, op2('f64x2.lt', load('v128.load', at.get), op1('f64x2.splat', load('f64.load', at.get, 16))))),
        storeQuarter(at.get, mask.get, 0, 24), storeQuarter(at.get, mask.get, 2, 28),
        store('f64.store', at.get, op2('f64.mul', load('f64.load', at.get), op1('f64.convert_i32_s', i32(-2)))),
      ];
    }),
  );
  const { buffer, exports } = run(64);
  fc.assert(fc.property(fc.integer(), fc.double(), fc.double(), fc.double(), (word, a, b, level) => {
    assert.equal(exports.ones(word), (word >>> 0).toString(2).replaceAll('0', '').length);
    assert.equal(exports.zeros(word), Math.clz32(word));
    const floats = new Float64Array(buffer);
    floats.set([a, b, level]);
    exports.below(0);
    assert.deepEqual([...new Int32Array(buffer, 24, 2)], [Number(a < level), Number(b < level)]);
    assert.equal(floats[0], a * -2);
  }));
});

test('memory that is large enough is kept, and a larger one leaves the arrays of the smaller alone', () => {
  const run = runner<object>(wasmFunction('nothing', [], undefined, () => []));
  const small = run(1000);
  const array = new Float64Array(small.buffer).fill(7);
  assert.equal(run(10), small);
  const large = run(small.buffer.byteLength + 1);
  assert.notEqual(large.buffer, small.buffer);
  assert.ok(large.buffer.byteLength > small.buffer.byteLength);
  assert.equal(array[5], 7);
});

test('what this machine cannot run is not run', () => {
  assert.equal(wasmRunner(Uint8Array.of(0, 1, 2)), undefined);
});
