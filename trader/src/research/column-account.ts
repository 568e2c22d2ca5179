import { bitWords, type Bars } from '../domain/bar.ts';
import { abs, add, compare, divide, fromNumber, mul, rescale, sub, toNumber, type Exact } from '../domain/exact.ts';
import { EquityCurve } from '../domain/equity-curve.ts';
import { DAY_MS } from '../domain/time.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { TargetBits } from '../ports/kernel.ts';
import { ones, scalarTradeSums, tradeSums, type TradeSums } from './column-trades.ts';

/** The plain profile in exact integers: one instrument, market orders that fill whole, fees proportional to value. */
export interface ColumnProfile {
  readonly intervalMs: number;
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
export interface Settlement {
  readonly fills: number;
  readonly fees: Exact;
  /** Cash and the position at the last close. */
  readonly finalEquity: Exact;
  /** What `EquityCurve.dailyEquity` would hold of the same run. */
  readonly dailyEquity: Float64Array;
}

/**
 * Settles columns of targets: each change of target trades at the next open, or at the close, and
 * equity is taken at the last close of each UTC day. Cash is linear in the positions, so the long
 * and the short side are two columns of ones and zeros whose trades add up: buying at every rise,
 * selling at every fall. Sums of prices are exact in float64, split into as many limbs as that takes.
 */
export class ColumnAccount {
  readonly #profile: ColumnProfile;
  readonly #bars: Bars;
  /** Changes of target on these first bars trade; later ones find no price. */
  readonly #trading: number;
  /** The price at which a change on each bar trades, in limbs of this radix, the highest first. */
  readonly #limbs: readonly Float64Array[];
  readonly #radix: number;
  readonly #last: Exact;
  /** The last close of each UTC day. */
  readonly #dayCloses: Float64Array;
  /** Changes on so many first bars have traded by then. */
  readonly #dayEnds: Int32Array;
  /** Per limb, both sides together by each day's end. */
  readonly #sums: readonly TradeSums[];
  /** One unit of price traded in money, and its fee, where all sums of both fit a float; else NaN. */
  readonly #moneyPerPrice: number;
  readonly #feePerPrice: number;

  /** `sums` adds up prices; all ways to do it come to the same. */
  constructor(bars: Bars, profile: ColumnProfile, sums = tradeSums) {
    const { fill, priceScale } = profile;
    const wait = fill === 'close' ? 0 : 1;
    const source = fill === 'close' ? bars.close : bars.open;
    this.#profile = profile;
    this.#bars = bars;
    this.#trading = Math.max(0, bars.length - wait);
    const prices = source.subarray(wait);
    const whole = spacedUnits(prices, priceScale);
    this.#radix = 2 ** (52 - Math.ceil(Math.log2(Math.max(1, this.#trading))));
    this.#limbs = whole ? [whole.column] : split(Array.from(prices, (price) => fromNumber(price, priceScale)), this.#radix);
    this.#last = bars.length === 0 ? 0 : fromNumber(bars.close[bars.length - 1], priceScale);
    const days = lastBarsOfDays(bars, profile.intervalMs);
    this.#dayCloses = Float64Array.from(days, (bar) => bars.close[bar]);
    this.#dayEnds = Int32Array.from(days, (bar) => bar + 1 - wait);
    this.#sums = this.#limbs.map((limb) => (whole ? sums : scalarTradeSums)(limb, this.#dayEnds)) /* the machine's hold one at a time */;
    const [money, fee] = [Number(this.#money(1)), Number(this.#fee(this.#money(1)))];
    const fits = whole !== undefined && 2 * whole.sum * (money + fee) + Math.abs(Number(profile.cash)) < Number.MAX_SAFE_INTEGER;
    this.#moneyPerPrice = fits ? money : NaN;
    this.#feePerPrice = fits ? fee : NaN;
  }

  /** The outcome of one set's targets. */
  settle({ long, short }: TargetBits): Settlement {
    const { cash } = this.#profile;
    const days = this.#dayEnds.length;
    const fills = this.#trade(long, short) - reversals(long, short, this.#trading);
    if (days === 0) return { fills, fees: 0, finalEquity: cash, dailyEquity: this.#equityByDay(long, short) };
    const fees = this.#fee(this.#money(this.#sumOf(2 * days - 1)));
    const held = mul(this.#last, this.#heldAt(days - 1, long, short));
    return {
      fills, fees, finalEquity: sub(add(cash, this.#money(sub(held, this.#sumOf(2 * days - 2)))), fees),
      dailyEquity: this.#equityByDay(long, short),
    };
  }

  /** Whether `maxDrawdown` can be told: where sums are too large for a float it cannot. */
  get tellsDrawdown(): boolean {
    return !Number.isNaN(this.#moneyPerPrice);
  }

  /** The deepest fall of one set's equity at closes, as `EquityCurve` has it; of every bar, so it takes longer than settling. */
  maxDrawdown({ long, short }: TargetBits): number {
    const { cash, moneyScale, units, quantityScale, fill, intervalMs } = this.#profile;
    const { timestamp, close, length } = this.#bars;
    const [prices] = this.#limbs;
    const wait = fill === 'close' ? 0 : 1;
    const size = toNumber(units, quantityScale);
    const curve = new EquityCurve(toNumber(cash, moneyScale));
    let left = toNumber(cash, moneyScale);
    for (let i = 0, held = 0, cost = 0, turnover = 0; i < length; i++) {
      const decided = i - wait;
      const wanted = decided < 0 ? 0 : bitAt(long, decided) - bitAt(short, decided);
      if (wanted !== held) {
        const price = prices[decided + (decided >> 5)];
        cost += (wanted - held) * price;
        turnover += Math.abs(wanted - held) * price;
        left = toNumber(Number(cash) - cost * this.#moneyPerPrice - turnover * this.#feePerPrice, moneyScale);
        held = wanted;
      }
      curve.record(timestamp[i] + intervalMs, left + held * size * close[i]);
    }
    return curve.maxDrawdown;
  }

  /** A sum of prices as money for the units that a target of 1 comes to. */
  #money(prices: Exact): Exact {
    const { units, priceScale, quantityScale, moneyScale } = this.#profile;
    return rescale(mul(prices, units), priceScale + quantityScale, moneyScale, 'half-even');
  }

  #fee(turnover: Exact): Exact {
    const { fees, quantityScale, moneyScale } = this.#profile;
    return fees.fee(turnover, moneyScale, 0, quantityScale, moneyScale);
  }

  /** Adds up the trades of both sides and returns their number. */
  #trade(long: Int32Array | undefined, short: Int32Array | undefined): number {
    return this.#sums.reduce((_, sums) => sums.take(long, short), 0);
  }

  #sumOf(index: number): Exact {
    return this.#sums.reduce<Exact>((sum, limb) => add(mul(sum, this.#radix), limb.sums[index]), 0);
  }

  /** Whether 1, 0 or −1 of the units are held at a day's end. */
  #heldAt(day: number, long: Int32Array | undefined, short: Int32Array | undefined): number {
    const end = this.#dayEnds[day];
    return end === 0 ? 0 : bitAt(long, end - 1) - bitAt(short, end - 1);
  }

  /** As the engine's portfolio works it out: cash, which is exact, as a float, and the position's value in floats. */
  #equityByDay(long: Int32Array | undefined, short: Int32Array | undefined): Float64Array {
    const { cash, moneyScale, units, quantityScale } = this.#profile;
    const moneyPerPrice = this.#moneyPerPrice;
    const feePerPrice = this.#feePerPrice;
    const [{ sums }] = this.#sums;
    const size = toNumber(units, quantityScale);
    const equity = new Float64Array(this.#dayEnds.length + 1);
    equity[0] = toNumber(cash, moneyScale);
    for (let day = 0; day < this.#dayEnds.length; day++) {
      const left = moneyPerPrice === moneyPerPrice // not NaN
        ? Number(cash) - sums[2 * day] * moneyPerPrice - sums[2 * day + 1] * feePerPrice
        : sub(sub(cash, this.#money(this.#sumOf(2 * day))), this.#fee(this.#money(this.#sumOf(2 * day + 1))));
      equity[day + 1] = toNumber(left, moneyScale) + this.#heldAt(day, long, short) * size * this.#dayCloses[day];
    }
    return equity;
  }
}

/** The last bar of each UTC day by its close; midnight belongs to the day that it ends, as in `EquityCurve`. */
function lastBarsOfDays({ timestamp, length }: Bars, intervalMs: number): number[] {
  const last: number[] = [];
  for (let first = 0; first < length; first = last[last.length - 1] + 1) {
    const latest = Math.ceil((timestamp[first] + intervalMs) / DAY_MS) * DAY_MS - intervalMs;
    let low = first;
    for (let high = length - 1; low < high;) {
      const middle = low + high + 1 >> 1;
      if (timestamp[middle] <= latest) low = middle;
      else high = middle - 1;
    }
    last.push(low);
  }
  return last;
}

function bitAt(bits: Int32Array | undefined, index: number): number {
  return bits === undefined ? 0 : bits[index >> 5] >>> 31 - (index & 31) & 1;
}

/** How many changes turn from long to short or back at once: one order, and one fill, for both. */
function reversals(long: Int32Array | undefined, short: Int32Array | undefined, trading: number): number {
  if (long === undefined || short === undefined) return 0;
  let count = 0, longBefore = 0, shortBefore = 0;
  for (let w = 0; w < bitWords(trading); w++) {
    const l = long[w];
    const s = short[w];
    const counts = trading - (w << 5) < 32 ? ~(-1 >>> (trading & 31)) : -1;
    count += ones((l ^ (l >>> 1 | longBefore << 31)) & (s ^ (s >>> 1 | shortBefore << 31)) & counts);
    longBefore = l;
    shortBefore = s;
  }
  return count;
}

/**
 * Prices in units of 10^-scale, with a zero after every 32, where `trade` looks for what is not
 * there, and their sum; undefined where a sum of them might not be exact in float64.
 */
function spacedUnits(prices: Float64Array, scale: number): { readonly column: Float64Array; readonly sum: number } | undefined {
  const column = new Float64Array(bitWords(prices.length) * 33);
  let sum = 0;
  for (let i = 0; i < prices.length; i++) {
    const price = fromNumber(prices[i], scale);
    if (typeof price !== 'number') return undefined;
    column[i + (i >> 5)] = price;
    sum += Math.abs(price);
  }
  return 2 * sum <= Number.MAX_SAFE_INTEGER ? { column, sum } : undefined; // twice: both sides may trade it
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
