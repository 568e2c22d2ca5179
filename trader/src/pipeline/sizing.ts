import { abs, add, compare, divide, fromNumber, max, min, mul, neg, parseDecimal, rescale, sub, toNumber, type Exact } from '../domain/exact.ts';
import { floorToLot, toLots, type Instrument } from '../domain/instrument.ts';
import type { FeeModel } from '../ports/execution.ts';

/** What a full target of 1 comes to. Decimal texts, so that nothing is lost on the way. */
export type Sizing =
  /** So many units of the instrument. */
  | { readonly kind: 'units'; readonly units: string }
  /** The largest quantity whose cost with its fee is at most this share of equity. */
  | { readonly kind: 'fraction'; readonly fraction: string };

/** A sizing made ready for one instrument. */
export interface Sizer {
  /** Signed quantity, in whole lots, of a target between −1 and 1 at this price and equity (account money). */
  quantity(target: number, mark: number, equity: () => Exact): Exact;
}

/** Reads a sizing for one instrument. Throws RangeError where the text is no decimal or finer than the instrument's quantity. */
export function createSizer(sizing: Sizing, instrument: Instrument, fees: FeeModel, moneyScale: number): Sizer {
  return sizing.kind === 'units' ? new UnitSizer(sizing.units, instrument) : new FractionSizer(sizing.fraction, instrument, fees, moneyScale);
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
