/** One step of a venue's margin table; the last one of a table has no end. */
export interface MarginBracket {
  /** Value of the position, in account money, up to which the step holds; Infinity in the last one, if it has no end. */
  readonly upTo: number;
  /** Largest leverage at which a position of this value may be opened. */
  readonly maxLeverage: number;
  /** Maintenance margin as a share of value. */
  readonly rate: number;
  /**
   * What is taken off rate × value, which makes the requirement continuous from step to step (Binance's
   * "maintenance amount"); 0 throughout where a venue applies one rate to the whole position.
   */
  readonly deduction: number;
}

/** Margin that a position of this value must keep, in account money. */
export function maintenanceMargin(brackets: readonly MarginBracket[], value: number): number {
  const { rate, deduction } = brackets[stepOf(brackets, value)];
  return value * rate - deduction;
}

/** Largest leverage at which a position of this value may be opened. */
export function maxLeverage(brackets: readonly MarginBracket[], value: number): number {
  return brackets[stepOf(brackets, value)].maxLeverage;
}

/** Index of the step that a position of this value belongs to; the last one where the value is beyond the table. */
function stepOf(brackets: readonly MarginBracket[], value: number): number {
  let i = 0;
  while (i < brackets.length - 1 && value > brackets[i].upTo) i += 1;
  return i;
}

/**
 * The price beyond which a position is liquidated: below it for a long, above it for a short, where
 * `funds` + quantity × price, the equity behind it, is less than its maintenance margin. `funds` is
 * all that does not move with this price, less what else must be kept of it. The price moves away
 * from `last` step by step of the table, which need not be continuous. −Infinity (long) and Infinity
 * (short) where no price does it.
 */
export function liquidationPrice(brackets: readonly MarginBracket[], quantity: number, funds: number, last: number): number {
  const size = Math.abs(quantity);
  const start = stepOf(brackets, size * last);
  return quantity > 0 ? longLiquidation(brackets, size, funds, start) : shortLiquidation(brackets, size, funds, start);
}

/** Down from the step of the last price: the first in which equity falls below maintenance. */
function longLiquidation(brackets: readonly MarginBracket[], size: number, funds: number, start: number): number {
  for (let i = start; i >= 0; i--) {
    const { rate, deduction, upTo } = brackets[i];
    // funds + size × p < size × p × rate − deduction
    const price = -(funds + deduction) / (size * (1 - rate));
    if (price > (i === 0 ? 0 : brackets[i - 1].upTo / size)) return Math.min(price, i === brackets.length - 1 ? Infinity : upTo / size);
  }
  return -Infinity;
}

/** Up from the step of the last price: the first in which equity falls below maintenance. */
function shortLiquidation(brackets: readonly MarginBracket[], size: number, funds: number, start: number): number {
  for (let i = start; i < brackets.length; i++) {
    const { rate, deduction, upTo } = brackets[i];
    // funds − size × p < size × p × rate − deduction
    const price = (funds + deduction) / (size * (1 + rate));
    if (i === brackets.length - 1 || price < upTo / size) return Math.max(price, i === 0 ? -Infinity : brackets[i - 1].upTo / size);
  }
  return Infinity;
}
