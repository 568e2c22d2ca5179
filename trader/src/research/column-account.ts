import { bitWords, type Bars } from '../domain/bar.ts';
import { abs, add, compare, divide, fromNumber, mul, rescale, sub, type Exact } from '../domain/exact.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { TargetBits } from '../ports/kernel.ts';

/** The plain profile in exact integers: one instrument, market orders that fill whole, fees proportional to value. */
export interface ColumnProfile {
  readonly priceScale: number;
  readonly quantityScale: number;
  /** Units of 10^-quantityScale that a target of 1 comes to. */
  readonly units: Exact;
  /** At least priceScale + quantityScale + fees.scale, so that nothing is rounded. */
  readonly moneyScale: number;
  readonly cash: Exact;
  /** Proportional to value: the fee of a sum is the sum of the fees. */
  readonly fees: FeeModel;
  readonly fill: 'next-open' | 'close';
}

/** What one parameter set came to; money in units of 10^-moneyScale. */
export interface Outcome {
  readonly fills: number;
  readonly fees: Exact;
  /** Cash and the position at the last close. */
  readonly finalEquity: Exact;
}

/**
 * Settles columns of targets: each change of target trades at the next open, or at the close, and
 * the equity is that of the last close. Cash is linear in the positions, so the long and the short
 * side are two columns of ones and zeros whose trades add up: buying at every rise, selling at
 * every fall. Sums of prices are exact in float64, split into as many limbs as that takes.
 */
export class ColumnAccount {
  readonly #profile: ColumnProfile;
  /** Changes of target on these first bars trade; later ones find no price. */
  readonly #trading: number;
  /** The price at which a change on each bar trades, in limbs of this radix, the highest first. */
  readonly #limbs: readonly Float64Array[];
  readonly #radix: number;
  readonly #last: Exact;

  constructor(bars: Bars, profile: ColumnProfile) {
    const { fill, priceScale } = profile;
    const wait = fill === 'close' ? 0 : 1;
    const source = fill === 'close' ? bars.close : bars.open;
    this.#profile = profile;
    this.#trading = Math.max(0, bars.length - wait);
    const prices = source.subarray(wait);
    const whole = spacedUnits(prices, priceScale);
    this.#radix = 2 ** (52 - Math.ceil(Math.log2(this.#trading)));
    this.#limbs = whole ? [whole] : split(Array.from(prices, (price) => fromNumber(price, priceScale)), this.#radix);
    this.#last = bars.length === 0 ? 0 : fromNumber(bars.close[bars.length - 1], priceScale);
  }

  /** The outcome of one set's targets. Writes on them. */
  settle({ long, short }: TargetBits): Outcome {
    const { units, cash, fees, priceScale, quantityScale, moneyScale } = this.#profile;
    const up = this.#trades(long);
    const down = this.#trades(short);
    const money = (prices: Exact) => rescale(mul(prices, units), priceScale + quantityScale, moneyScale, 'half-even');
    const turnover = money(add(up.turnover, down.turnover));
    const paid = fees.fee(turnover, moneyScale, 0, quantityScale, moneyScale);
    const held = mul(this.#last, up.held - down.held);
    return {
      fills: up.changes + down.changes - reversals(long, short, this.#trading),
      fees: paid,
      finalEquity: sub(add(cash, money(add(sub(down.cost, up.cost), held))), paid),
    };
  }

  #trades(bits: Int32Array | undefined): Trades {
    if (bits === undefined || this.#trading === 0) return NO_TRADES;
    const words = bitWords(this.#trading);
    seal(bits, this.#trading);
    let cost: Exact = 0;
    let turnover: Exact = 0;
    for (const limb of this.#limbs) {
      trade(bits, words, limb, SUMS);
      cost = add(mul(cost, this.#radix), SUMS[0]);
      turnover = add(mul(turnover, this.#radix), SUMS[1]);
    }
    return { cost, turnover, changes: SUMS[2], held: bits[words - 1] & 1 };
  }
}

/** What buying at every rise of a column of bits and selling at every fall comes to. */
interface Trades {
  /** Σ prices paid − Σ prices received. */
  readonly cost: Exact;
  /** Σ prices of all trades. */
  readonly turnover: Exact;
  readonly changes: number;
  /** 1 where something is held at the end. */
  readonly held: number;
}

const NO_TRADES: Trades = { cost: 0, turnover: 0, changes: 0, held: 0 };
const SUMS = new Float64Array(3);

/** Repeats the last bit that counts to the end of its word: nothing changes there. */
function seal(bits: Int32Array, count: number): void {
  const after = -count & 31;
  const last = count - 1 >> 5;
  bits[last] = (bits[last] >> after & 1) === 1 ? bits[last] | (1 << after) - 1 : bits[last] & -1 << after;
}

/**
 * Adds up the prices at every change of a column: bought − sold, all of them, and their number.
 * Two changes at a time, four without a branch, as many as a word of 32 bars seldom exceeds: what
 * is not there trades at the price of zero that follows the 32 of each word.
 */
function trade(bits: Int32Array, words: number, prices: Float64Array, sums: Float64Array): void {
  let cost = 0, turnover = 0, changes = 0, held = 0;
  for (let w = 0, at = 0; w < words; w = w + 1 | 0, at = at + 33 | 0) {
    const word = bits[w];
    let left = word ^ (word >>> 1 | held << 31);
    changes = changes + ones(left) | 0;
    let i = Math.clz32(left); left &= 0x7fffffff >>> i;
    let j = Math.clz32(left); left &= 0x7fffffff >>> j;
    const first = prices[at + i | 0], second = prices[at + j | 0];
    i = Math.clz32(left); left &= 0x7fffffff >>> i;
    j = Math.clz32(left); left &= 0x7fffffff >>> j;
    const third = prices[at + i | 0], fourth = prices[at + j | 0];
    let net = first - second + (third - fourth);
    turnover += first + second + (third + fourth);
    while (left !== 0) {
      i = Math.clz32(left); left &= 0x7fffffff >>> i;
      j = Math.clz32(left); left &= 0x7fffffff >>> j;
      net += prices[at + i | 0] - prices[at + j | 0];
      turnover += prices[at + i | 0] + prices[at + j | 0];
    }
    // Changes alternate: the first of a word buys where nothing was held, else it sells.
    cost += (1 - (held << 1)) * net;
    held = word & 1;
  }
  sums[0] = cost;
  sums[1] = turnover;
  sums[2] = changes;
}

/** How many changes turn from long to short or back at once: one order, and one fill, for both. */
function reversals(long: Int32Array | undefined, short: Int32Array | undefined, trading: number): number {
  if (long === undefined || short === undefined) return 0;
  let count = 0, longBefore = 0, shortBefore = 0;
  for (let w = 0; w < bitWords(trading); w++) {
    const l = long[w];
    const s = short[w];
    count += ones((l ^ (l >>> 1 | longBefore << 31)) & (s ^ (s >>> 1 | shortBefore << 31)));
    longBefore = l;
    shortBefore = s;
  }
  return count;
}

/** How many bits of a word are set. */
function ones(word: number): number {
  const pairs = word - (word >>> 1 & 0x55555555) | 0;
  const fours = (pairs & 0x33333333) + (pairs >>> 2 & 0x33333333) | 0;
  return Math.imul(fours + (fours >>> 4) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Prices in units of 10^-scale, with a zero after every 32, where `trade` looks for what is not
 * there; undefined where a sum of them might not be exact in float64.
 */
function spacedUnits(prices: Float64Array, scale: number): Float64Array | undefined {
  const column = new Float64Array(bitWords(prices.length) * 33);
  let sum = 0;
  for (let i = 0; i < prices.length; i++) {
    const price = fromNumber(prices[i], scale);
    if (typeof price !== 'number') return undefined;
    column[i + (i >> 5)] = price;
    sum += Math.abs(price);
  }
  return sum <= Number.MAX_SAFE_INTEGER ? column : undefined;
}

/** Integers in spaced limbs below the radix, the highest first: Σ limb × radix^place is the integer. */
function split(values: readonly Exact[], radix: number): Float64Array[] {
  const limbs: Float64Array[] = [];
  for (let rest = values, done = false; !done;) {
    done = rest.every((value) => compare(abs(value), radix) < 0);
    const higher = done ? [] : rest.map((value) => divide(value, radix, 'floor'));
    const limb = new Float64Array(bitWords(values.length) * 33);
    rest.forEach((value, i) => { limb[i + (i >> 5)] = Number(done ? value : sub(value, mul(higher[i], radix))); });
    limbs.unshift(limb);
    rest = higher;
  }
  return limbs;
}
