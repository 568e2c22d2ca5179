import type { Exact } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Position } from '../domain/position.ts';
import type { Timestamp } from '../domain/time.ts';
import type { MarketTerms } from './account-terms.ts';
import { Borrow, Swap, type BorrowTerms } from './carry.ts';
import { Funding } from './funding.ts';
import type { MarginBracket } from './margin.ts';

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

  /** Trades here no more. */
  end(): void {
    this.closed = true;
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
