import type { Bar } from '../domain/bar.ts';
import { add, decimalPlaces, divide, format, mul, parseDecimal, rescale, type Exact } from '../domain/exact.ts';
import type { ParameterSpecs, ParameterValues } from '../domain/parameters.ts';
import type { Random } from '../domain/random.ts';
import { Signal } from '../domain/signal.ts';
import type { FeeModel } from '../ports/execution.ts';
import type { Strategy, StrategyDefinition } from '../ports/strategy.ts';
import type { AccountTerms, OwnFee } from '../simulation/account-terms.ts';

/** Draws per set of parameters before it is given up. */
const MOST_DRAWS = 200;

/**
 * Parameters in the neighbourhood of a set: every number moved by up to `reach` of itself either way
 * (0.1 is 10 %), a whole number by at least 1, within its range. Words stay, and so does 0, which
 * for most parameters means "off". Undefined where the strategy's own check refuses 200 draws.
 */
export function nearbyParameters<S extends ParameterSpecs>(
  { parameters, check }: Pick<StrategyDefinition<S>, 'parameters' | 'check'>, values: ParameterValues<S>, reach: number, random: Random,
): ParameterValues<S> | undefined {
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const moved = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, nearby(parameters[name], value, reach, random)])) as ParameterValues<S>;
    if (check?.(moved) === undefined) return moved;
  }
  return undefined;
}

/** Whether a set of parameters has a number that `nearbyParameters` would move. */
export function canMove(parameters: ParameterSpecs, values: ParameterValues): boolean {
  return Object.entries(parameters).some(([name, { kind }]) => kind !== 'choice' && values[name] !== 0);
}

function nearby(spec: ParameterSpecs[string], value: number | string, reach: number, random: Random): number | string {
  if (spec.kind === 'choice' || typeof value === 'string' || value === 0) return value;
  const distance = Math.abs(value) * reach;
  const clamp = (moved: number) => Math.max(spec.min, Math.min(spec.max, moved));
  if (spec.kind === 'number') return clamp(value + (2 * random.next() - 1) * distance);
  const whole = Math.max(1, Math.round(distance));
  return clamp(value - whole + random.integer(2 * whole + 1));
}

/** Fees that are so many thousandths of another model's, and so many thousandths of a basis point of the value more; rounded up. */
export class CostlierFee implements FeeModel {
  readonly scale: number;
  readonly perOrder: boolean;
  readonly #inner: FeeModel;
  readonly #thousandths: number;
  readonly #more: number;

  constructor(inner: FeeModel, thousandths: number, more: number) {
    this.scale = inner.scale;
    this.perOrder = inner.perOrder === true;
    this.#inner = inner;
    this.#thousandths = thousandths;
    this.#more = more;
  }

  fee(...trade: Parameters<FeeModel['fee']>): Exact {
    const [value, valueScale, , , moneyScale] = trade;
    const scaled = divide(mul(this.#inner.fee(...trade), this.#thousandths), 1000, 'ceil');
    return add(scaled, rescale(mul(value, this.#more), valueScale + 7, moneyScale, 'ceil'));
  }
}

/** A venue's terms with their fees changed in the same way; what is below zero, a rebate, is not multiplied. */
export function costlierTerms(terms: AccountTerms, thousandths: number, more: number): AccountTerms {
  /** `unit` is the scale in which `more` counts thousandths of a basis point. */
  const costlier = (text: string, unit: number, extra: number) => {
    const places = decimalPlaces(text);
    const scale = Math.max(places + 3, unit);
    const fee = parseDecimal(text, places);
    const scaled = rescale(mul(fee, fee > 0 ? thousandths : 1000), places + 3, scale, 'ceil');
    return format(add(scaled, rescale(extra, unit, scale, 'ceil')), scale);
  };
  const ownFee = (fee: OwnFee): OwnFee => {
    switch (fee.kind) {
      case 'none': return { kind: 'bps', bps: costlier('0', 3, more) };
      case 'bps': return { kind: 'bps', bps: costlier(fee.bps, 3, more) };
      case 'per-unit': return { kind: 'per-unit', perUnit: costlier(fee.perUnit, 0, 0) };
    }
  };
  return {
    ...terms,
    tiers: terms.tiers?.map(({ volume, maker, taker }) => ({ volume, maker: costlier(maker, 7, more), taker: costlier(taker, 7, more) })),
    markets: terms.markets.map((market) => ({ ...market, fee: market.fee && ownFee(market.fee) })),
  };
}

/** How often a strategy is not done justice. */
export interface Mishaps {
  /** Chance that an entry is missed: the strategy stays out until it wants something else. */
  readonly missed: number;
  /** Chance that a change of mind is heard a bar late. */
  readonly late: number;
}

/** A strategy whose wishes are now and then not heard, or a bar late. */
export class UnreliableStrategy implements Strategy {
  readonly #inner: Strategy;
  readonly #mishaps: Mishaps;
  readonly #random: Random;
  /** What the strategy itself wants, and the side that it wanted the bar before. */
  readonly #wish = new Signal();
  #target = 0;
  #missing = false;

  constructor(inner: Strategy, mishaps: Mishaps, random: Random) {
    this.#inner = inner;
    this.#mishaps = mishaps;
    this.#random = random;
  }

  onBar(bar: Bar, signal: Signal): void {
    const wish = this.#wish;
    this.#inner.onBar(bar, wish);
    const changed = wish.target !== this.#target;
    if (changed && Math.sign(wish.target) !== Math.sign(this.#target)) {
      this.#missing = wish.target !== 0 && this.#random.next() < this.#mishaps.missed;
    }
    this.#target = wish.target;
    if (changed && this.#random.next() < this.#mishaps.late) return;
    Object.assign(signal, wish); // whatever an opinion consists of
    if (this.#missing) signal.target = 0;
  }
}
