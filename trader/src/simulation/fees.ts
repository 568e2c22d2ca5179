import * as exact from '../domain/exact.ts';
import type { Exact } from '../domain/exact.ts';
import type { FeeModel } from '../ports/execution.ts';

// Constants, as `exact.ts` says.
const { decimalPlaces, divide, max, min, mul, parseDecimal, rescale } = exact;

/** No fee at all. */
export const noFee: FeeModel = { scale: 0, fee: () => 0 };

/** A share of the notional in basis points (1 bp = 0.0001), written as a decimal: `10`, `2.5`. */
export class BasisPointFee implements FeeModel {
  readonly scale: number;
  readonly #rate: Exact;

  constructor(basisPoints: string) {
    const places = decimalPlaces(basisPoints);
    let rate = parseDecimal(basisPoints, places);
    let scale = places + 4;
    // 10 bp is 0.001, not 0.0010: fewer decimals keep money in the fast number range.
    while (scale > 0 && rate !== 0 && divide(rate, 10, 'floor') === divide(rate, 10, 'ceil')) {
      rate = divide(rate, 10, 'trunc');
      scale -= 1;
    }
    this.scale = rate === 0 ? 0 : scale;
    this.#rate = rate;
  }

  fee(value: Exact, valueScale: number, _quantity: Exact, _quantityScale: number, moneyScale: number): Exact {
    return rescale(mul(value, this.#rate), valueScale + this.scale, moneyScale, 'ceil');
  }
}

/**
 * So much a share, at least `minimum` and at most `maximumShare` of the notional for an order; decimals
 * in account money. As Interactive Brokers charge: minimum and maximum are those of an order, however
 * many executions it takes.
 */
export class PerShareFee implements FeeModel {
  readonly scale: number;
  readonly perOrder = true;
  readonly #perShare: Exact;
  readonly #minimum: Exact;
  readonly #maximumShare: Exact | undefined;

  constructor(perShare: string, minimum = '0', maximumShare?: string) {
    const scale = Math.max(decimalPlaces(perShare), decimalPlaces(minimum), decimalPlaces(maximumShare ?? '0'));
    this.scale = scale;
    this.#perShare = parseDecimal(perShare, scale);
    this.#minimum = parseDecimal(minimum, scale);
    this.#maximumShare = maximumShare === undefined ? undefined : parseDecimal(maximumShare, scale);
  }

  fee(value: Exact, valueScale: number, quantity: Exact, quantityScale: number, moneyScale: number): Exact {
    const { scale } = this;
    const byShares = rescale(mul(this.#perShare, quantity), scale + quantityScale, moneyScale, 'ceil');
    const atLeast = max(byShares, rescale(this.#minimum, scale, moneyScale, 'ceil'));
    if (this.#maximumShare === undefined) return atLeast;
    return min(atLeast, rescale(mul(value, this.#maximumShare), valueScale + scale, moneyScale, 'ceil'));
  }
}
