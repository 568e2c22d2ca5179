import type { Exact } from './exact.ts';
import { causalId } from './id.ts';
import type { Timestamp } from './time.ts';

/** Which way an order trades. */
export type Side = 'buy' | 'sell';
/** Market: at once at what is offered. Limit: at its price or not at all. Stop: at market once its price is touched. */
export type OrderType = 'market' | 'limit' | 'stop';
/** How long an order stays: good till canceled, or immediate or cancel. */
export type TimeInForce = 'gtc' | 'ioc';

/** Why an order exists: to reach a target, to protect a position, or because a person said so. */
export type Leg = 'target' | 'stop' | 'take-profit' | 'flatten';

/** The sub-position that an order belongs to. Ownership is by this reference, never by a time window. */
export interface OrderOwner {
  /** Names the run: the same decisions of another run have other ids. */
  readonly run: string;
  /** Strategy and instrument: `macd@BTC-USDT-PERP.BINANCE`. */
  readonly name: string;
  /** Place in the engine's list of sub-positions. */
  readonly index: number;
}

/**
 * An instruction to a venue. It never changes; how it fares is the execution stage's to know.
 * (Fields are only declared: otherwise each one is first defined as undefined and then set, for every
 * order of a backtest.)
 */
export class Order {
  declare readonly owner: OrderOwner;
  /** How many times the strategy had changed its mind when it wanted this. */
  declare readonly signalId: number;
  /** How many orders the owner had made before. */
  declare readonly ordinal: number;
  declare readonly leg: Leg;
  /** Index of the instrument in the account's list. */
  declare readonly instrument: number;
  declare readonly side: Side;
  declare readonly type: OrderType;
  declare readonly timeInForce: TimeInForce;
  /** Units of 10^-quantityScale, above zero. */
  declare readonly quantity: Exact;
  /** Limit or stop price in units of 10^-priceScale; 0 for a market order. */
  declare readonly price: Exact;
  /** When it was decided, event time. */
  declare readonly tsInit: Timestamp;
  /** An order sent before this one, of which the venue lets only one fill: one cancels the other. */
  declare readonly ocoWith: Order | undefined;
  private id: string | undefined = undefined;

  constructor(
    owner: OrderOwner, signalId: number, ordinal: number, leg: Leg, instrument: number, side: Side,
    type: OrderType, timeInForce: TimeInForce, quantity: Exact, price: Exact, tsInit: Timestamp, ocoWith?: Order,
  ) {
    this.owner = owner;
    this.signalId = signalId;
    this.ordinal = ordinal;
    this.leg = leg;
    this.instrument = instrument;
    this.side = side;
    this.type = type;
    this.timeInForce = timeInForce;
    this.quantity = quantity;
    this.price = price;
    this.tsInit = tsInit;
    this.ocoWith = ocoWith;
  }

  /**
   * 32 hex digits, derived from what caused the order, so a replay repeats them. Worked out when
   * first asked for: a backtest of a hundred thousand orders never pays for it.
   */
  get clientOrderId(): string {
    return this.id ??= causalId(this.owner.run, this.owner.name, this.signalId, this.leg, this.ordinal);
  }
}

declare const approved: unique symbol;

/** What the risk stage has checked and reserved for. Only `pipeline/risk.ts` can make one. */
export type Approved<T> = T & { readonly [approved]: true };
