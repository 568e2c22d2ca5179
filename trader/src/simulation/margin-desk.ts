import * as exact from '../domain/exact.ts';
import type { Exact } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Timestamp } from '../domain/time.ts';
import type { MarketTerms } from './account-terms.ts';
import { Borrow, Swap, type BorrowTerms } from './carry.ts';
import { Funding } from './funding.ts';
import type { MarginBracket } from './margin.ts';

// Constants, as `exact.ts` says.
const { add, sub } = exact;

/** One market of a venue's account, in float64 where a bar asks and exact where money moves. (Fields are declared as in `Order`.) */
export class Desk {
  /** Place in the account's list of markets. */
  declare readonly index: number;
  declare readonly instrument: Instrument;
  declare readonly brackets: readonly MarginBracket[];
  /** The highest share of a value that the table asks for. */
  declare readonly steepest: number;
  declare readonly shortable: boolean;
  declare readonly minQuantity: number;
  declare readonly funding: Funding | undefined;
  declare readonly borrow: Borrow | undefined;
  declare readonly swap: Swap | undefined;
  /** Interest on the account's debt, collected with its first market. */
  declare readonly debit: Borrow | undefined;
  private declare readonly payments: readonly Pick<Funding, 'next' | 'after'>[];
  /** Stops that would end a position at a known price. */
  readonly stops: Order[] = [];
  /** Other orders that have not ended, what of each has not filled, and what all of them may still buy and sell. */
  private readonly sent: Order[] = [];
  private readonly left: Exact[] = [];
  buying: Exact = 0;
  selling: Exact = 0;
  /** Held, signed: exact, and as float64. */
  held: Exact = 0;
  quantity = 0;
  /** What was paid for it, which only isolated margin asks for. */
  declare readonly position: Position | undefined;
  /** Last price. */
  mark = NaN;
  /** The price beyond which what is held is liquidated; NaN until it is asked for. */
  trigger = NaN;
  /** The price that a bar must pass before that one is asked for; NaN until a bar asks. */
  near = NaN;
  /** When the next payment is due. */
  due = -Infinity;
  /** Bars that open before it need no look at the time. */
  wakes = -Infinity;
  /** Liquidated: nothing is traded here any more, and no bar is passed on. */
  closed = false;

  constructor(index: number, instrument: Instrument, { brackets, shortable, minQuantity, funding, borrow, swap }: MarketTerms, position: Position | undefined, debit: BorrowTerms | undefined) {
    this.index = index;
    this.instrument = instrument;
    this.brackets = brackets;
    this.steepest = brackets.reduce((most, { rate }) => Math.max(most, rate), 0);
    this.shortable = shortable;
    this.minQuantity = minQuantity ?? 0;
    this.position = position;
    this.funding = funding && new Funding(funding);
    this.borrow = borrow && new Borrow(borrow);
    this.swap = swap && new Swap(swap);
    this.debit = debit && new Borrow(debit);
    this.payments = [this.funding, this.borrow, this.swap, this.debit].filter((one) => one !== undefined);
  }

  /** Counts an order until it has ended. */
  send(order: Order): void {
    this.sent.push(order);
    this.left.push(order.quantity);
    if (order.side === 'buy') this.buying = add(this.buying, order.quantity);
    else this.selling = add(this.selling, order.quantity);
  }

  /** Counts what of an order has filled no longer; all of it where it has ended. */
  settle(order: Order, filled?: Exact): void {
    const { sent, left } = this;
    const at = sent.indexOf(order);
    if (at < 0) return;
    const done = filled ?? left[at];
    if (order.side === 'buy') this.buying = sub(this.buying, done);
    else this.selling = sub(this.selling, done);
    left[at] = sub(left[at], done);
    if (left[at] !== 0) return;
    // Mostly there is no other; and nothing hangs on their order.
    sent[at] = sent[sent.length - 1];
    left[at] = left[left.length - 1];
    sent.pop();
    left.pop();
  }

  /** Trades here no more. */
  end(): void {
    this.closed = true;
    this.buying = this.selling = 0;
    this.sent.length = this.left.length = 0;
    this.wakes = -Infinity;
  }

  /** Moves on to what falls due after `ts`. */
  moveOn(ts: Timestamp): void {
    this.due = Infinity;
    for (let i = 0; i < this.payments.length; i++) {
      const one = this.payments[i];
      if (one.next <= ts) one.after(ts);
      if (one.next < this.due) this.due = one.next;
    }
  }
}
