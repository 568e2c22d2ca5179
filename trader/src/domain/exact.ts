/**
 * An exact integer, the unit of every price, quantity and sum of money: a number while it lies
 * within ±(2^53 − 1), a bigint beyond. There is one way to write each value (never a bigint that
 * would fit a number, never −0), so `===` compares values and `<` orders them. What one unit is
 * worth is a scale kept beside it: `a` at scale `s` stands for a / 10^s.
 *
 * The number path comes first and stays small so that it is inlined; arguments that are no
 * integers are a defect of the caller (NaN and infinities throw, fractions are not looked for).
 * Modules that reckon for every order take these functions as constants of their own
 * (`import * as exact`, `const { add } = exact`): of an imported name V8 asks at every call what it stands for.
 */
export type Exact = number | bigint;

/** Where a quotient goes that is no integer. */
export type Rounding = 'floor' | 'ceil' | 'half-even' | 'trunc';

const MAX = Number.MAX_SAFE_INTEGER;
const MIN = Number.MIN_SAFE_INTEGER;
const MAX_BIG = BigInt(MAX);

/** a + b. */
export function add(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= MAX && sum >= MIN) return sum;
  }
  return addBig(a, b);
}

/** a − b. */
export function sub(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (difference <= MAX && difference >= MIN) return difference;
  }
  return subBig(a, b);
}

/** a × b. A float product within the safe range is exact: an inexact one never rounds into it. */
export function mul(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b + 0; // + 0 turns −0 into 0
    if (product <= MAX && product >= MIN) return product;
  }
  return mulBig(a, b);
}

/** −a. */
export function neg(a: Exact): Exact {
  return typeof a === 'number' ? 0 - a : -a;
}

/** |a|. */
export function abs(a: Exact): Exact {
  return a < 0 ? neg(a) : a;
}

/** −1 where a < b, 1 where a > b, else 0. */
export function compare(a: Exact, b: Exact): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The smaller of the two. */
export function min(a: Exact, b: Exact): Exact {
  return b < a ? b : a;
}

/** The larger of the two. */
export function max(a: Exact, b: Exact): Exact {
  return b > a ? b : a;
}

/** −1, 0 or 1. */
export function sign(a: Exact): -1 | 0 | 1 {
  return a < 0 ? -1 : a > 0 ? 1 : 0;
}

/** a / b as an integer, rounded to the named side. Throws RangeError where b is 0. */
export function divide(a: Exact, b: Exact, rounding: Rounding): Exact {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) {
    // Rounding moves a quotient by less than 1/b while a is below 2^53, and so never onto the next whole number.
    const quotient = truncated(a / b);
    const remainder = a - quotient * b;
    if (remainder === 0) return quotient;
    const positive = remainder < 0 ? b < 0 : b > 0; // two booleans compared would be a call in V8's middle compiler
    // What only this rounding asks for is not worked out for the others: a remainder by 2 is slow beyond 32 bits.
    if (rounding === 'half-even') return quotient + toNearest(positive, 2 * Math.abs(remainder) - Math.abs(b), quotient % 2 !== 0) + 0;
    return quotient + aside(rounding, positive) + 0;
  }
  return divideBig(BigInt(a), BigInt(b), rounding);
}

/** `Math.trunc`, which V8's middle compiler makes a call of; never −0. */
export function truncated(a: number): number {
  return (a < 0 ? Math.ceil(a) : Math.floor(a)) + 0;
}

/** Whether a is a whole multiple of b, which is not 0. */
export function isMultiple(a: Exact, b: Exact): boolean {
  return typeof a === 'number' && typeof b === 'number' ? truncated(a / b) * b === a : BigInt(a) % BigInt(b) === 0n;
}

/** What rounding to one side adds to a truncated quotient. */
function aside(rounding: Exclude<Rounding, 'half-even'>, positive: boolean): -1 | 0 | 1 {
  if (rounding === 'trunc') return 0;
  return rounding === 'ceil' ? (positive ? 1 : 0) : positive ? 0 : -1;
}

/** What rounding to the nearest, in the middle to the even one, adds to a truncated quotient; `half` is the sign of 2|remainder| − |divisor|. */
function toNearest(positive: boolean, half: number | bigint, odd: boolean): -1 | 0 | 1 {
  return half > 0 || (half === 0 || half === 0n) && odd ? (positive ? 1 : -1) : 0;
}

/** The one way to write an integer: as a number where it fits. */
function normalise(a: bigint): Exact {
  return a <= MAX_BIG && a >= -MAX_BIG ? Number(a) : a;
}

function addBig(a: Exact, b: Exact): Exact {
  return normalise(BigInt(a) + BigInt(b));
}

function subBig(a: Exact, b: Exact): Exact {
  return normalise(BigInt(a) - BigInt(b));
}

function mulBig(a: Exact, b: Exact): Exact {
  return normalise(BigInt(a) * BigInt(b));
}

function divideBig(a: bigint, b: bigint, rounding: Rounding): Exact {
  if (b === 0n) throw new RangeError(`${a} cannot be divided by zero`);
  const quotient = a / b;
  const remainder = a - quotient * b;
  if (remainder === 0n) return normalise(quotient);
  const positive = (remainder < 0n) === (b < 0n);
  const half = 2n * (remainder < 0n ? -remainder : remainder) - (b < 0n ? -b : b);
  return normalise(quotient + BigInt(rounding === 'half-even' ? toNearest(positive, half, quotient % 2n !== 0n) : aside(rounding, positive)));
}

// Every power of ten that a double holds exactly: up to 10^22, of which 10^15 is the last safe one.
const DOUBLE_POWERS = Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));
const SAFE_POWERS = 15;
// As many as money and shares of it need; beyond them powers are worked out.
const BIG_POWERS = Array.from({ length: 40 }, (_, n) => 10n ** BigInt(n));

/** 10^n for a whole n ≥ 0. */
export function pow10(n: number): Exact {
  if (n <= SAFE_POWERS) return DOUBLE_POWERS[n];
  return n < BIG_POWERS.length ? BIG_POWERS[n] : 10n ** BigInt(n);
}

/** The double nearest to 10^n for a whole n ≥ 0. */
export function double10(n: number): number {
  return n < DOUBLE_POWERS.length ? DOUBLE_POWERS[n] : Number(pow10(n));
}

/** The same amount in other units: exact towards a finer scale, rounded to the named side towards a coarser one. */
export function rescale(a: Exact, fromScale: number, toScale: number, rounding: Rounding): Exact {
  if (fromScale === toScale) return a;
  return fromScale < toScale ? mul(a, pow10(toScale - fromScale)) : divide(a, pow10(fromScale - toScale), rounding);
}

/** The double nearest to a / 10^scale, for the float64 world: correctly rounded at every size. */
export function toNumber(a: Exact, scale: number): number {
  // Both operands are exact doubles, so one division rounds once. V8 reads decimal text correctly rounded.
  if (typeof a === 'number' && scale < DOUBLE_POWERS.length) return a / DOUBLE_POWERS[scale];
  return Number(`${a}e${-scale}`);
}

/** Largest size at which a decimal and the double that stands for it belong to each other alone (15 digits). */
const UNAMBIGUOUS = 1e15;

/**
 * The integer a with a / 10^scale = x, where the double x stands for a decimal: the shortest one
 * that reads back as x. So 0.1 + 1e-17 of binary error in `0.1` never shows. A decimal with more
 * places than `scale` is rounded half-even. Throws RangeError unless x is finite.
 */
export function fromNumber(x: number, scale: number): Exact {
  if (scale < DOUBLE_POWERS.length) {
    const unit = DOUBLE_POWERS[scale];
    const scaled = x * unit;
    const rounded = Math.round(scaled) + 0;
    if (rounded < UNAMBIGUOUS && rounded > -UNAMBIGUOUS && rounded / unit === x) return rounded;
    // Far from a tie the float error of the product, below 0.0003 at this size, cannot turn the rounding.
    if (rounded < 1e12 && rounded > -1e12 && Math.abs(scaled - rounded) < 0.499) return rounded;
  }
  return fromTie(x, scale);
}

/** What lies near the middle of two units: most often at the very middle, as half of a price does, and then it is a decimal of one place more. */
function fromTie(x: number, scale: number): Exact {
  if (scale + 1 < DOUBLE_POWERS.length) {
    const unit = DOUBLE_POWERS[scale + 1];
    const tenths = Math.round(x * unit);
    // A decimal of at most 15 digits that reads back as x is the one that x stands for.
    if (tenths < UNAMBIGUOUS && tenths > -UNAMBIGUOUS && tenths / unit === x) return divide(tenths + 0, 10, 'half-even');
  }
  return fromText(String(x), scale);
}

/** Apart from the quick way, whose code would be given up with what this learns of its rare numbers. */
function fromText(text: string, scale: number): Exact {
  const { significand, places } = readDecimal(text);
  return unboxed(rescale(significand, places, scale, 'half-even'));
}

/** The same integer. V8 boxes what comes out of a division, even a small integer, and an object that holds now the one, now the other is slow. */
function unboxed(a: Exact): Exact {
  const small = Number(a) | 0;
  return small === a ? small : a;
}

/**
 * Reads a decimal such as `-12.50`, `.5` or `1e-12` as an integer of 10^-scale, exactly. Throws
 * RangeError naming the text when it is no decimal or needs more places than `scale`.
 */
export function parseDecimal(text: string, scale: number): Exact {
  const { significand, places } = readDecimal(text);
  if (places > scale) throw new RangeError(`"${text}" has ${places} decimals where at most ${scale} are possible`);
  return rescale(significand, places, scale, 'trunc');
}

/** How many decimals a decimal text needs, trailing zeros not counted: `0.0100` 2, `1e-12` 12, `100` 0. Throws as `parseDecimal`. */
export function decimalPlaces(text: string): number {
  return Math.max(0, readDecimal(text).places);
}

// The bounds keep a hostile exponent or a megabyte of digits from becoming a huge bigint.
const DECIMAL = /^([+-]?)(?=\.?\d)(\d{0,400})(?:\.(\d{0,400}))?(?:[eE]([+-]?\d{1,3}))?$/;
const SHORT = 15;

/** A decimal text as significand × 10^−places, with no trailing zeros in the significand. */
function readDecimal(text: string): { readonly significand: Exact; readonly places: number } {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`"${text}" is not a decimal number`);
  const [, minus, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 48) end--;
  if (end === 0) return { significand: 0, places: 0 };
  const size = end <= SHORT ? Number(digits.slice(0, end)) : normalise(BigInt(digits.slice(0, end)));
  const places = fraction.length - (digits.length - end) - Number(exponent);
  return { significand: minus === '-' ? neg(size) : size, places };
}

/** a / 10^scale as a plain decimal: no exponent, no trailing zeros, no "-0": `7245059.36845`. */
export function format(a: Exact, scale: number): string {
  const digits = String(abs(a)).padStart(scale + 1, '0');
  const point = digits.length - scale;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === 48) end--;
  const text = end > point ? `${digits.slice(0, point)}.${digits.slice(point, end)}` : digits.slice(0, point);
  return a < 0 ? `-${text}` : text;
}
