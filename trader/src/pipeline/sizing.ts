import type { Bar } from '../domain/bar.ts';
import type { EquityCurve } from '../domain/equity-curve.ts';
import { abs, add, compare, divide, fromNumber, max, min, mul, neg, parseDecimal, rescale, sub, toNumber, type Exact } from '../domain/exact.ts';
import { floorToLot, toLots, type Instrument } from '../domain/instrument.ts';
import type { Signal } from '../domain/signal.ts';
import type { Sized, SizingBound } from '../domain/sized.ts';
import type { Timestamp } from '../domain/time.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { Strategy } from '../ports/strategy.ts';
import { kellySize, type Edge } from './kelly.ts';
import type { TradeLog } from './trade-log.ts';

/** What a full target of 1 comes to. Decimal texts, so that nothing is lost on the way. */
export type Sizing =
  /** So many units of the instrument. */
  | { readonly kind: 'units'; readonly units: string }
  /** The largest quantity whose cost with its fee is at most this share of equity. */
  | { readonly kind: 'fraction'; readonly fraction: string }
  /**
   * So many times Kelly's fraction of what the strategy's own closed trades say, or of a given edge (mean and standard
   * deviation of a trade's return, and of how many trades), within a volatility where one is given, at most `cap` times equity, and with little
   * of the room that a prop firm's rules leave.
   */
  | { readonly kind: 'kelly'; readonly fraction: string; readonly cap: string; readonly volatility?: string | undefined; readonly edge?: { readonly mean: string; readonly deviation: string; readonly trades: string } | undefined }
  /** As much as moves equity by this standard deviation a year, at most `cap` times equity. */
  | { readonly kind: 'volatility'; readonly volatility: string; readonly cap: string };

/** A sizing as it is given on the command line. */
export function sizingText(sizing: Sizing): string {
  switch (sizing.kind) {
    case 'units': return `units:${sizing.units}`;
    case 'fraction': return `fraction:${sizing.fraction}`;
    case 'volatility': return `volatility:${sizing.volatility},cap=${sizing.cap}`;
    case 'kelly': return `kelly:${sizing.fraction},cap=${sizing.cap}${sizing.volatility === undefined ? '' : `,volatility=${sizing.volatility}`}${sizing.edge === undefined ? '' : `,edge=${sizing.edge.mean}/${sizing.edge.deviation}/${sizing.edge.trades}`}`;
  }
}

/** What a size may depend on besides price and equity. */
export interface SizingContext {
  readonly owner: string;
  /** Place of the sub-position in the log of trades. */
  readonly book: number;
  readonly trades: TradeLog;
  readonly curve: EquityCurve;
  /** What may be lost before the nearest limit; undefined without limits. */
  readonly room: (() => number) | undefined;
  /** Hears of every size that was decided. */
  readonly onSized: ((sized: Sized) => void) | undefined;
}

/** A sizing made ready for one instrument. */
export interface Sizer {
  /** Signed quantity, in whole lots, of a target between −1 and 1 at this price and equity (account money); `stop` is where it would be given up, NaN for nowhere. */
  quantity(target: number, mark: number, equity: () => Exact, stop: number): Exact;
  /** Told once of the account, before anything has happened there. */
  attach?(context: SizingContext): void;
  /** A strategy that decides as `strategy`, whose bars the sizer sees. */
  watch?(strategy: Strategy): Strategy;
  /** What decided the last size, and how many sizes each bound decided. */
  readonly last?: Sized | undefined;
  readonly bindings?: ReadonlyMap<SizingBound, number>;
}

/** Reads a sizing for one instrument. Throws RangeError where the text is no decimal or finer than the instrument's quantity. */
export function createSizer(sizing: Sizing, instrument: Instrument, fees: FeeModel, moneyScale: number): Sizer {
  switch (sizing.kind) {
    case 'units': return new UnitSizer(sizing.units, instrument);
    case 'fraction': return new FractionSizer(sizing.fraction, instrument, fees, moneyScale);
    case 'kelly':
    case 'volatility': return new BoundedSizer(sizing, instrument, moneyScale);
  }
}

class UnitSizer implements Sizer {
  readonly #full: Exact;
  readonly #instrument: Instrument;

  constructor(units: string, instrument: Instrument) {
    this.#full = toLots(parseDecimal(units, instrument.quantityScale), instrument);
    this.#instrument = instrument;
  }

  quantity(target: number): Exact {
    if (target === 1) return this.#full;
    if (target === 0) return 0;
    if (target === -1) return neg(this.#full);
    const units = toNumber(this.#full, this.#instrument.quantityScale) * Math.abs(target);
    const size = floorToLot(units, this.#instrument);
    return target > 0 ? size : neg(size);
  }
}

/** Decimals kept of a share of equity. */
export const SHARE_SCALE = 9;

class FractionSizer implements Sizer {
  readonly #fraction: Exact;
  readonly #instrument: Instrument;
  readonly #fees: FeeModel;
  readonly #moneyScale: number;

  constructor(fraction: string, instrument: Instrument, fees: FeeModel, moneyScale: number) {
    this.#fraction = parseDecimal(fraction, SHARE_SCALE);
    this.#instrument = instrument;
    this.#fees = fees;
    this.#moneyScale = moneyScale;
  }

  quantity(target: number, mark: number, equity: () => Exact): Exact {
    if (target === 0) return 0;
    const part = Math.abs(target);
    // All of it, as mostly, needs half the digits.
    const [share, scale] = part === 1 ? [this.#fraction, SHARE_SCALE] : [mul(this.#fraction, fromNumber(part, SHARE_SCALE)), 2 * SHARE_SCALE];
    const budget = rescale(mul(equity(), share), this.#moneyScale + scale, this.#moneyScale, 'floor');
    const size = compare(budget, 0) > 0 ? this.#largest(budget, mark) : 0;
    return target > 0 ? size : neg(size);
  }

  /** The largest quantity that the budget pays for with its fee: guesses close in on it, and halving ends the search whatever the fee. */
  #largest(budget: Exact, mark: number): Exact {
    const price = fromNumber(mark, this.#instrument.priceScale);
    if (price === 0) return 0;
    const lot = this.#instrument.lotSize;
    // What a unit costs with its fee, as the last guess has shown.
    let unit = mark;
    const lots = (money: Exact) => floorToLot(toNumber(money, this.#moneyScale) / unit, this.#instrument);
    // The first is known to be affordable, the second not to be; its infinity is only ever compared.
    let enough: Exact = 0;
    let tooMuch: Exact = Infinity;
    const spare = (size: Exact) => {
      const left = sub(budget, this.#cost(price, size));
      if (compare(left, 0) >= 0) enough = max(enough, size);
      else tooMuch = min(tooMuch, size);
      return left;
    };
    // Each round moves by the money that is over or missing: where fees are a share, the second finds it.
    let size = lots(budget);
    for (let round = 0; round < 8; round++) {
      const left = spare(size);
      if (size !== 0) unit = toNumber(sub(budget, left), this.#moneyScale) / toNumber(size, this.#instrument.quantityScale);
      const step = lots(abs(left));
      if (compare(left, 0) < 0) size = max(0, sub(size, add(step, lot)));
      else if (step === 0) break;
      else size = add(size, step);
    }
    for (let step = lot; compare(add(enough, step), tooMuch) < 0; step = mul(step, 2)) spare(add(enough, step));
    for (let gap = sub(tooMuch, enough); compare(gap, lot) > 0; gap = sub(tooMuch, enough)) {
      spare(add(enough, max(lot, toLots(divide(gap, 2, 'trunc'), this.#instrument))));
    }
    return enough;
  }

  #cost(price: Exact, quantity: Exact): Exact {
    const { priceScale, quantityScale } = this.#instrument;
    const valueScale = priceScale + quantityScale;
    const value = mul(price, quantity);
    const notional = rescale(value, valueScale, this.#moneyScale, 'half-even');
    return add(notional, this.#fees.fee(value, valueScale, quantity, quantityScale, this.#moneyScale));
  }
}

/** How far off a stop is taken to be where there is none, and how near one may be said to be: shares of the price. */
const NO_STOP = 0.05;
const NEAREST_STOP = 0.001;
/** Weight that a bar keeps of those before it, and the bars that a forecast needs. */
const MEMORY = 0.99;
const LEAST_BARS = 30;
const YEAR_MS = 365.25 * 86_400_000;

/** The smallest of several bounds, each looked at anew for every opinion; sees nothing but bars and trades that are over. */
class BoundedSizer implements Sizer {
  last: Sized | undefined = undefined;
  readonly bindings = new Map<SizingBound, number>();
  readonly #instrument: Instrument;
  readonly #moneyScale: number;
  readonly #fraction: number;
  readonly #cap: number;
  readonly #target: number | undefined;
  readonly #edge: Edge | undefined;
  readonly #kelly: boolean;
  #context: SizingContext | undefined;
  /** Returns of the book's own closed trades, on the value of each: how many, their mean, and the sum of squares about it. */
  #seen = 0;
  #count = 0;
  #mean = 0;
  #squares = 0;
  /** Squared log returns of bars and the time that they took, older ones weighted less. */
  #variance = 0;
  #elapsed = 0;
  #bars = 0;
  #close = NaN;
  #now: Timestamp = NaN;

  constructor(sizing: Sizing & { readonly kind: 'kelly' | 'volatility' }, instrument: Instrument, moneyScale: number) {
    this.#instrument = instrument;
    this.#moneyScale = moneyScale;
    this.#kelly = sizing.kind === 'kelly';
    this.#fraction = sizing.kind === 'kelly' ? Number(sizing.fraction) : NaN;
    this.#cap = Number(sizing.cap);
    this.#target = sizing.volatility === undefined ? undefined : Number(sizing.volatility);
    const given = sizing.kind === 'kelly' ? sizing.edge : undefined;
    this.#edge = given && { mean: Number(given.mean), variance: Number(given.deviation) ** 2, observations: Number(given.trades) };
  }

  attach(context: SizingContext): void {
    this.#context = context;
  }

  watch(strategy: Strategy): Strategy {
    return {
      onBar: (bar: Bar, signal: Signal) => {
        this.#see(bar);
        strategy.onBar(bar, signal);
      },
      ...(strategy.describe && { describe: () => strategy.describe?.() ?? {} }),
    };
  }

  quantity(target: number, mark: number, equity: () => Exact, stop: number): Exact {
    if (target === 0) return 0;
    const context = this.#context;
    const money = toNumber(equity(), this.#moneyScale);
    const { value, bound, bounds } = kellySize({
      equity: money, fraction: this.#fraction, edge: this.#kelly ? this.#edge ?? this.#ownEdge() : undefined, room: context?.room?.(), cap: this.#cap,
      stopDistance: Number.isNaN(stop) ? NO_STOP : Math.max(NEAREST_STOP, Math.abs(mark - stop) / mark),
      volatility: this.#target === undefined ? undefined : { target: this.#target, forecast: this.#forecast() },
      drawdown: context === undefined ? 0 : Math.max(0, 1 - money / context.curve.peak),
    });
    this.last = { owner: context?.owner ?? '', tsEvent: this.#now, target, bound, value, bounds };
    this.bindings.set(bound, (this.bindings.get(bound) ?? 0) + 1);
    context?.onSized?.(this.last);
    const size = floorToLot(value * Math.abs(target) / mark, this.#instrument);
    return target > 0 ? size : neg(size);
  }

  /** What the trades that have closed since the last look add to what is known. (Welford 1962.) */
  #ownEdge(): Edge {
    const { trades, book } = this.#context ?? { trades: undefined, book: 0 };
    for (; trades !== undefined && this.#seen < trades.length; this.#seen++) {
      const trade = trades.at(this.#seen);
      if (trade.book !== book) continue;
      const value = trade.pnl / (Math.abs(trade.quantity) * trade.entryPrice);
      this.#count += 1;
      const off = value - this.#mean;
      this.#mean += off / this.#count;
      this.#squares += off * (value - this.#mean);
    }
    return { mean: this.#mean, variance: this.#count > 1 ? this.#squares / (this.#count - 1) : NaN, observations: this.#count };
  }

  #see({ timestamp, close }: Bar): void {
    const elapsed = timestamp - this.#now;
    if (elapsed > 0) {
      const moved = Math.log(close / this.#close);
      this.#variance = MEMORY * this.#variance + moved * moved;
      this.#elapsed = MEMORY * this.#elapsed + elapsed;
      this.#bars += 1;
    }
    this.#close = close;
    this.#now = timestamp;
  }

  /** Standard deviation a year as the last bars had it; gaps count for the time that they took. */
  #forecast(): number {
    return this.#bars < LEAST_BARS ? NaN : Math.sqrt(this.#variance / this.#elapsed * YEAR_MS);
  }
}
