import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  abs, add, compare, decimalPlaces, divide, format, fromNumber, isMultiple, max, min, mul, neg, parseDecimal, pow10, rescale, sign,
  sub, toNumber, type Exact, type Rounding,
} from './exact.ts';

const SAFE = 2n ** 53n - 1n;

/** The one way to write an integer, stated independently of the code under test. */
function exact(a: bigint): Exact {
  return a >= -SAFE && a <= SAFE ? Number(a) : a;
}

/** Integers of every size that matters: small, around 2^26 and 2^53 (where products and sums turn), and 10^30. */
const integers = fc.oneof(
  fc.bigInt(-1000n, 1000n),
  fc.bigInt(-3n, 3n).chain((d) => fc.constantFrom(2n ** 26n, 2n ** 52n, 2n ** 53n, -(2n ** 53n), 2n ** 63n).map((c) => c + d)),
  fc.bigInt(-SAFE, SAFE),
  fc.bigInt(-(10n ** 30n), 10n ** 30n),
);
const pairs = fc.tuple(integers, integers);
const ROUNDINGS: readonly Rounding[] = ['floor', 'ceil', 'half-even', 'trunc'];

/** Division by cases of the definition: floor first, then the rest from the distance to the floor. */
function quotient(a: bigint, b: bigint, rounding: Rounding): bigint {
  const [n, d] = b < 0n ? [-a, -b] : [a, b];
  const floor = n >= 0n ? n / d : -((-n + d - 1n) / d);
  const above = n - floor * d;
  if (above === 0n || rounding === 'floor') return floor;
  if (rounding === 'ceil') return floor + 1n;
  if (rounding === 'trunc') return n < 0n ? floor + 1n : floor;
  const twice = 2n * above;
  return twice > d || twice === d && floor % 2n !== 0n ? floor + 1n : floor;
}

test('sums, differences and products equal those of BigInt at every size', () => {
  fc.assert(fc.property(pairs, ([a, b]) => {
    assert.ok(Object.is(add(exact(a), exact(b)), exact(a + b)));
    assert.ok(Object.is(sub(exact(a), exact(b)), exact(a - b)));
    assert.ok(Object.is(mul(exact(a), exact(b)), exact(a * b)));
    assert.ok(Object.is(neg(exact(a)), exact(-a)));
    assert.ok(Object.is(abs(exact(a)), exact(a < 0n ? -a : a)));
  }), { numRuns: 5000 });
});

test('order, smaller, larger and sign equal those of BigInt', () => {
  fc.assert(fc.property(pairs, ([a, b]) => {
    assert.equal(compare(exact(a), exact(b)), a < b ? -1 : a > b ? 1 : 0);
    assert.equal(min(exact(a), exact(b)), exact(a < b ? a : b));
    assert.equal(max(exact(a), exact(b)), exact(a > b ? a : b));
    assert.equal(sign(exact(a)), a < 0n ? -1 : a > 0n ? 1 : 0);
  }), { numRuns: 5000 });
});

test('a quotient goes to the named side', () => {
  fc.assert(fc.property(pairs, fc.constantFrom(...ROUNDINGS), ([a, b], rounding) => {
    if (b === 0n) return assert.throws(() => divide(exact(a), exact(b), rounding), RangeError);
    assert.ok(Object.is(divide(exact(a), exact(b), rounding), exact(quotient(a, b, rounding))));
  }), { numRuns: 10_000 });
  assert.deepEqual(ROUNDINGS.map((r) => divide(-7, 2, r)), [-4, -3, -4, -3]);
  assert.deepEqual(ROUNDINGS.map((r) => divide(5, 2, r)), [2, 3, 2, 2]);
  assert.ok(Object.is(divide(-1, 3, 'trunc'), 0), 'never −0');
});

test('a quotient beside a whole number is told from it up to 2^53', () => {
  const beside = fc.tuple(fc.bigInt(1n, SAFE), fc.bigInt(1n, SAFE), fc.bigInt(-1n, 1n), fc.boolean()).map(([b, k, d, minus]) => {
    const a = b * (k % (SAFE / b) + 1n) + d;
    return [minus ? -a : a, b] as const;
  }).filter(([a]) => a <= SAFE && a >= -SAFE);
  fc.assert(fc.property(beside, fc.constantFrom(...ROUNDINGS), ([a, b], rounding) => {
    assert.ok(Object.is(divide(exact(a), exact(b), rounding), exact(quotient(a, b, rounding))));
    assert.equal(isMultiple(exact(a), exact(b)), a % b === 0n);
  }), { numRuns: 10_000 });
});

test('a product is exact on both sides of 2^53', () => {
  assert.equal(mul(94906265, 94906265), 9007199136250225);
  assert.equal(mul(94906267, 94906267), 9007199515875289n);
  assert.equal(mul(2 ** 53 - 1, 1), 2 ** 53 - 1);
  assert.equal(mul(6361, 1416003655831), 2 ** 53 - 1);
  assert.equal(add(2 ** 53 - 1, 1), 2n ** 53n);
  assert.equal(sub(2n ** 53n, 1), 2 ** 53 - 1);
  assert.ok(Object.is(mul(-5, 0), 0));
});

test('what is no number is refused, not carried on', () => {
  assert.throws(() => add(NaN, 1), RangeError);
  assert.throws(() => mul(Infinity, 2), RangeError);
  assert.throws(() => fromNumber(NaN, 2), RangeError);
  assert.throws(() => fromNumber(Infinity, 2), RangeError);
});

test('a price of 1e-12 times a quantity of 1e15 is 1000, and amounts of 10^30 keep every unit', () => {
  const notional = mul(parseDecimal('1e-12', 12), parseDecimal('1e15', 8));
  assert.equal(format(notional, 20), '1000');
  const fortune = parseDecimal('1e30', 12);
  assert.equal(format(add(fortune, 1), 12), `1${'0'.repeat(30)}.${'0'.repeat(11)}1`);
  assert.equal(sub(add(fortune, 1), fortune), 1);
});

test('powers of ten and changes of scale equal BigInt', () => {
  for (let n = 0; n <= 40; n++) assert.equal(pow10(n), exact(10n ** BigInt(n)));
  const scale = fc.integer({ min: 0, max: 24 });
  fc.assert(fc.property(integers, scale, scale, fc.constantFrom(...ROUNDINGS), (a, from, to, rounding) => {
    const expected = to >= from ? a * 10n ** BigInt(to - from) : quotient(a, 10n ** BigInt(from - to), rounding);
    assert.equal(rescale(exact(a), from, to, rounding), exact(expected));
  }), { numRuns: 3000 });
});

/** |a / 10^scale − x| as an exact fraction over 10^scale × 2^1074. */
function distance(a: bigint, scale: number, x: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(x));
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const fraction = bits & (2n ** 52n - 1n);
  const size = exponent === 0 ? fraction : (fraction | 2n ** 52n) << BigInt(exponent - 1);
  const difference = (a << 1074n) - (x < 0 ? -size : size) * 10n ** BigInt(scale);
  return difference < 0n ? -difference : difference;
}

/** The next double above (+1) or below (−1). */
function neighbour(x: number, step: 1 | -1): number {
  if (x === 0) return step * Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + (x > 0 === step > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

test('as a double an amount is the nearest one, at every size and scale', () => {
  fc.assert(fc.property(integers, fc.integer({ min: 0, max: 40 }), (a, scale) => {
    const x = toNumber(exact(a), scale);
    const error = distance(a, scale, x);
    assert.ok(error <= distance(a, scale, neighbour(x, 1)) && error <= distance(a, scale, neighbour(x, -1)));
    assert.ok(!Object.is(x, -0));
  }), { numRuns: 3000 });
});

test('a double that stands for a decimal becomes exactly that decimal', () => {
  assert.equal(fromNumber(0.1, 1), 1);
  assert.equal(fromNumber(0.1, 20), 10n ** 19n);
  assert.equal(fromNumber(1.005, 3), 1005);
  assert.equal(fromNumber(1e-12, 12), 1);
  assert.equal(fromNumber(4.35, 2), 435);
  assert.equal(fromNumber(1e21, 2), 10n ** 23n);
  assert.equal(fromNumber(2 ** 53, 0), 2n ** 53n);
  assert.equal(fromNumber(0.125, 2), 12);
  assert.ok(Object.is(fromNumber(-0, 4), 0));
  assert.ok(Object.is(fromNumber(-0.001, 2), 0));
  const digits = fc.bigInt(-(10n ** 15n), 10n ** 15n);
  fc.assert(fc.property(digits, fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3 }), (a, places, more) => {
    const x = Number(`${a}e-${places}`);
    assert.equal(fromNumber(x, places + more), exact(a * 10n ** BigInt(more)));
  }), { numRuns: 5000 });
});

/** The integer of 10^-scale nearest to the shortest decimal that reads back as x, ties to the even one: by its text alone. */
function nearestByText(x: number, scale: number): Exact {
  const [mantissa = '', exponent = '0'] = Math.abs(x).toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const power = Number(exponent) - fraction.length + scale;
  const size = BigInt(whole + fraction);
  const value = power >= 0 ? size * 10n ** BigInt(power) : quotient(size, 10n ** BigInt(-power), 'half-even');
  return exact(x < 0 ? -value : value);
}

test('any double becomes the integer nearest to its shortest decimal', () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e25, max: 1e25 }), fc.integer({ min: 0, max: 25 }), (x, scale) => {
    assert.equal(fromNumber(x, scale), nearestByText(x, scale));
  }), { numRuns: 5000 });
});

test('in the middle of two units, and a bit of a double beside it, the decimal decides, too', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 22 }), fc.integer({ min: 0, max: 15 }), fc.integer({ min: -2, max: 2 }), (unit, scale, smaller, bits) => {
    let x = (Math.trunc(unit / 10 ** smaller) + 0.5) / 10 ** scale;
    for (let bit = 0; bit < Math.abs(bits); bit++) x *= 1 + Math.sign(bits) * Number.EPSILON;
    assert.equal(fromNumber(x, scale), nearestByText(x, scale));
  }), { numRuns: 20_000 });
});

test('a decimal text is read exactly, or refused by name', () => {
  assert.equal(parseDecimal('7245059.36845', 5), 724505936845);
  assert.equal(parseDecimal('-12.50', 1), -125);
  assert.equal(parseDecimal('.5', 2), 50);
  assert.equal(parseDecimal('5.', 2), 500);
  assert.equal(parseDecimal('+1e-12', 12), 1);
  assert.equal(parseDecimal('1.5E3', 0), 1500);
  assert.equal(parseDecimal('123456789012345678901.5', 1), 1234567890123456789015n);
  assert.ok(Object.is(parseDecimal('-0.00', 1), 0));
  assert.throws(() => parseDecimal('1.234', 2), /"1\.234" has 3 decimals where at most 2/);
  assert.throws(() => parseDecimal('1e-3', 2), /"1e-3" has 3 decimals/);
  for (const text of ['', '.', '-', 'abc', '1,5', ' 1', '1 ', '0x10', 'NaN', 'Infinity', '1e', '1e9999', '1.2.3', '--1', '9'.repeat(401)]) {
    assert.throws(() => parseDecimal(text, 2), (error) => error instanceof RangeError && error.message.includes(`"${text}"`));
  }
});

test('the decimals of a text are those that its value needs', () => {
  const cases = { '0.01000000': 2, '1e-12': 12, '100': 0, '1e3': 0, '0': 0, '0.000': 0, '12.5e-3': 4, '1.50e1': 0 };
  for (const [text, places] of Object.entries(cases)) assert.equal(decimalPlaces(text), places, text);
});

test('an amount is written as a plain decimal that reads back as itself', () => {
  assert.equal(format(724505936845, 5), '7245059.36845');
  assert.equal(format(-5, 2), '-0.05');
  assert.equal(format(1500, 3), '1.5');
  assert.equal(format(-1200, 2), '-12');
  assert.equal(format(1200, 0), '1200');
  assert.equal(format(0, 8), '0');
  assert.equal(format(1, 30), `0.${'0'.repeat(29)}1`);
  fc.assert(fc.property(integers, fc.integer({ min: 0, max: 30 }), (a, scale) => {
    const text = format(exact(a), scale);
    assert.match(text, /^(0|-?(0|[1-9]\d*)\.\d*[1-9]|-?[1-9]\d*)$/);
    assert.equal(parseDecimal(text, scale), exact(a));
  }), { numRuns: 3000 });
});
