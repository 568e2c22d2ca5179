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
  const { rate, deduction } = bracketOf(brackets, value);
  return value * rate - deduction;
}

/** The step that a position of this value belongs to; the last one where the value is beyond the table. */
export function bracketOf(brackets: readonly MarginBracket[], value: number): MarginBracket {
  let i = 0;
  while (i < brackets.length - 1 && value > brackets[i].upTo) i += 1;
  return brackets[i];
}

/**
 * The price beyond which a position is liquidated: below it for a long, above it for a short, where
 * `funds` + quantity × price, the equity behind it, is less than its maintenance margin. `funds` is
 * all that does not move with this price, less what else must be kept of it. −Infinity (long) and
 * Infinity (short) where no price above zero does it.
 */
export function liquidationPrice(brackets: readonly MarginBracket[], quantity: number, funds: number): number {
  return quantity > 0 ? longLiquidation(brackets, quantity, funds) : shortLiquidation(brackets, -quantity, funds);
}

/** From the highest price down: the first step in which equity falls below maintenance. */
function longLiquidation(brackets: readonly MarginBracket[], size: number, funds: number): number {
  for (let i = brackets.length - 1; i >= 0; i--) {
    const { rate, deduction, upTo } = brackets[i];
    const from = i === 0 ? 0 : brackets[i - 1].upTo / size;
    const to = i === brackets.length - 1 ? Infinity : upTo / size;
    // funds + size × p < size × p × rate − deduction
    const price = rate < 1 ? -(funds + deduction) / (size * (1 - rate)) : -Infinity;
    if (price > from) return Math.min(price, to);
  }
  return -Infinity;
}

/** From the lowest price up: the first step in which equity falls below maintenance. */
function shortLiquidation(brackets: readonly MarginBracket[], size: number, funds: number): number {
  for (let i = 0; i < brackets.length; i++) {
    const { rate, deduction, upTo } = brackets[i];
    const from = i === 0 ? 0 : brackets[i - 1].upTo / size;
    const to = i === brackets.length - 1 ? Infinity : upTo / size;
    // funds − size × p < size × p × rate − deduction
    const price = (funds + deduction) / (size * (1 + rate));
    if (price < to) return Math.max(price, from);
  }
  return Infinity;
}
