import type { Exact } from '../domain/exact.ts';
import type { Order, OrderOwner } from '../domain/order.ts';
import { Signal } from '../domain/signal.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Strategy } from '../ports/strategy.ts';
import { ReusableList } from '../domain/reusable-list.ts';
import type { Sizer } from './sizing.ts';

/** An order on its way or resting at the venue. */
export interface WorkingOrder {
  readonly order: Order;
  /** Whether it protects a position rather than reaching for a target. */
  readonly protective: boolean;
  /** What is not filled yet, in quantity units. */
  leaves: Exact;
  /** Its end has been asked for. */
  canceling: boolean;
  /** The last trade of it that was booked: venues number trades upwards, so a repeated one is not above it. */
  lastTrade: number;
}

/** An order of which nothing is known yet. (A literal is made at one stroke, where a constructor goes from shape to shape with each field.) */
export function workingOrder(order: Order): WorkingOrder {
  return { order, protective: isProtective(order), leaves: order.quantity, canceling: false, lastTrade: -1 };
}

/** How long after a refusal a way out is tried again on a price between bars: twice as long each time. */
const RETRY_MS = 5_000;

/**
 * The sub-position of one strategy in one instrument: what it wants, what it has, and what is on
 * its way. The venue sees the sum of all books; orders and fills belong to exactly one. (Fields are declared as in `Order`.)
 */
export class Book implements OrderOwner {
  declare readonly run: string;
  declare readonly name: string;
  declare readonly index: number;
  declare readonly instrument: number;
  declare strategy: Strategy;
  declare readonly sizer: Sizer;
  /** What the strategy writes its opinion into. */
  readonly signal = new Signal();

  /** The opinion last acted on. */
  target = 0;
  stop = NaN;
  trail = NaN;
  takeProfit = NaN;
  /** How many times the target has changed. */
  signalId = 0;
  /** The quantity that the opinion comes to, signed. */
  wanted: Exact = 0;
  /** A protective exit has ended this opinion, or the guards refused it: flat until the next one. */
  latched = false;
  /** A person has canceled what was on its way: what of it ends is not asked for again. */
  withdrawn = false;
  /** The venue has liquidated what it held: it never trades again. */
  liquidated = false;
  /** Something is left to do at the next bar. */
  attention = false;
  /** From when on it is tried on a price between bars; Infinity where there is nothing to try. */
  retryAt = Infinity;
  private retries = 0;

  /** What is held, signed. */
  quantity: Exact = 0;
  /** What is on its way towards the target, each at least 0; protective orders are not counted. */
  buying: Exact = 0;
  selling: Exact = 0;
  /** How many orders it has made. */
  orders = 0;
  /** Orders that have not ended. */
  readonly working = new ReusableList<WorkingOrder>();
  /** How many of those are protective. */
  protecting = 0;
  /** How many have been asked to end. */
  canceling = 0;

  constructor(run: string, name: string, index: number, instrument: number, strategy: Strategy, sizer: Sizer) {
    this.run = run;
    this.name = name;
    this.index = index;
    this.instrument = instrument;
    this.strategy = strategy;
    this.sizer = sizer;
  }

  /** The venue has refused what was to take risk off: it is tried again on a price between bars, a while after `now`, and on the next bar. */
  tryLater(now: Timestamp): void {
    this.attention = true;
    this.retryAt = now + RETRY_MS * 2 ** this.retries;
    this.retries += 1;
  }

  /** Whether it is to be tried now; once, until it is refused again. */
  isDue(now: Timestamp): boolean {
    if (this.retryAt > now) return false;
    this.retryAt = Infinity;
    return true;
  }

  /** Nothing is left to do any more. */
  calm(): void {
    this.attention = false;
    this.retryAt = Infinity;
    this.retries = 0;
  }
}

/** Whether an order protects a position rather than reaching for a target. */
export function isProtective(order: Order): boolean {
  return order.leg === 'stop' || order.leg === 'take-profit';
}
