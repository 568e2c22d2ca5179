import * as exact from './exact.ts';
import type { Exact } from './exact.ts';

// Constants, as `exact.ts` says.
const { abs, add, divide, mul, neg, sub } = exact;

/**
 * What is held of one instrument, at average cost. Quantities are integers in the instrument's
 * quantity scale, money in the account's money scale. At every step, to the unit:
 * `bought − sold = quantity` and `cash paid in and out = realised − fees − cost`. (Money begins as NaN: V8 takes
 * a field that begins as 0 for one of small integers, and gives up all code that had relied on it when the
 * sum outgrows them, hundreds of fills into a run.)
 */
export class Position {
  /** Held: positive long, negative short. */
  quantity: Exact = 0;
  /** Money paid for what is held: positive long, negative short (money received). */
  cost: Exact = NaN;
  /** Profit of what was closed, before fees. */
  realised: Exact = NaN;
  /** Fees paid. */
  fees: Exact = NaN;
  /** Quantity bought in all. */
  bought: Exact = 0;

  constructor() {
    this.cost = this.realised = this.fees = 0;
  }

  /** Quantity sold in all. */
  get sold(): Exact {
    return sub(this.bought, this.quantity);
  }

  /**
   * Books a fill and returns the profit that it realised, before its fee. `quantity` is positive
   * for a buy, negative for a sell, never 0; `notional` is the positive money value of it. A
   * fill against the position releases cost in proportion to what it closes, and what it has
   * beyond the position opens the other side.
   */
  applyFill(quantity: Exact, notional: Exact, fee: Exact): Exact {
    const paid = quantity > 0 ? notional : neg(notional);
    const held = this.quantity;
    if (quantity > 0) this.bought = add(this.bought, quantity);
    this.quantity = add(held, quantity);
    this.fees = add(this.fees, fee);
    if (held === 0 || (held > 0 ? quantity > 0 : quantity < 0)) {
      this.cost = add(this.cost, paid);
      return 0;
    }
    const realised = this.close(held, quantity, paid);
    this.realised = add(this.realised, realised);
    return realised;
  }

  /**
   * Settles a fill of the opposite sign against what was held. Released cost is rounded towards
   * zero, so that the remainder stays in the basis until the position is flat; likewise the
   * remainder of a split notional goes to the side that opens.
   */
  private close(held: Exact, quantity: Exact, paid: Exact): Exact {
    const basis = this.cost;
    if (this.quantity === 0) {
      this.cost = 0;
      return neg(add(paid, basis));
    }
    if (abs(quantity) < abs(held)) {
      const released = divide(mul(basis, abs(quantity)), abs(held), 'trunc');
      this.cost = sub(basis, released);
      return neg(add(paid, released));
    }
    const closing = divide(mul(paid, abs(held)), abs(quantity), 'trunc');
    this.cost = sub(paid, closing);
    return neg(add(closing, basis));
  }
}
