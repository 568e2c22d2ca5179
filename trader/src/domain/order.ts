import type { Exact } from './exact.ts';
import { causalId } from './id.ts';
import type { Timestamp } from './time.ts';

/** Which way an order trades. */
export type Side = 'buy' | 'sell';
/**
 * Market: at once at what is offered. Limit: at its price or not at all. Stop: at market once its price is touched.
 * Stop-limit: a limit order once its trigger is touched. Trailing stop: a stop that follows the price and never goes back.
 */
export type OrderType = 'market' | 'limit' | 'stop' | 'stop-limit' | 'trailing-stop';
/** How long an order stays: good till canceled, immediate or cancel, fill (whole and at once) or kill, good till its date, or for the day. */
export type TimeInForce = 'gtc' | 'ioc' | 'fok' | 'gtd' | 'day';

/** Why an order exists: to reach a target, to protect a position, because a person closed everything or wrote an order, because the venue took the position away, or because others changed it at the venue. */
export type Leg = 'target' | 'stop' | 'take-profit' | 'flatten' | 'manual' | 'liquidation' | 'external';

/** The sub-position that an order belongs to. Ownership is by this reference, never by a time window. */
export interface OrderOwner {
  /** Names the run: the same decisions of another run have other ids. */
  readonly run: string;
  /** Strategy and instrument: `macd@BTC-USDT-PERP.BINANCE`. */
  readonly name: string;
  /** Place in the engine's list of sub-positions. */
  readonly index: number;
}

/** What only some orders ask for. Orders that ask for the same may share one object. */
export interface OrderTerms {
  /** Stop-limit: the price whose touch makes it a limit order, in units of 10^-priceScale. */
  readonly trigger?: Exact;
  /** Trailing stop: how far it stays behind the best price since its arrival, as a share of that price above 0 and below 1. */
  readonly trail?: number;
  /** Good till date: when it ends. */
  readonly expires?: Timestamp;
  /** Only ever a maker: rejected where it would trade on arrival. For limit orders. */
  readonly postOnly?: boolean;
  /** Never opens or turns over what the account holds at the venue: shrinks to it, or is rejected. */
  readonly reduceOnly?: boolean;
  /** The command of a person that it carries out; decides its id. */
  readonly command?: string;
}

/**
 * An instruction to a venue. It never changes; how it fares is the execution stage's to know.
 * (Fields are only declared: otherwise each one is first defined as undefined and then set, for every
 * order of a backtest, and code that reads it must ask each time what it finds, since V8 has seen undefined there.)
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
  /** Limit or stop price in units of 10^-priceScale, of a trailing stop the one that it begins with; 0 for a market order. */
  declare readonly price: Exact;
  /** When it was decided, event time. */
  declare readonly tsInit: Timestamp;
  /** An order sent before this one, of which the venue lets only one fill: one cancels the other. */
  declare readonly ocoWith: Order | undefined;
  /** What it asks for besides; undefined for a plain order. */
  declare readonly terms: OrderTerms | undefined;
  private id: string | undefined = undefined;

  constructor(
    owner: OrderOwner, signalId: number, ordinal: number, leg: Leg, instrument: number, side: Side,
    type: OrderType, timeInForce: TimeInForce, quantity: Exact, price: Exact, tsInit: Timestamp, ocoWith?: Order, terms?: OrderTerms,
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
    this.terms = terms;
  }

  /**
   * 32 hex digits, derived from what caused the order, so a replay repeats them. Worked out when
   * first asked for: a backtest of a hundred thousand orders never pays for it.
   */
  get clientOrderId(): string {
    return this.id ??= this.terms?.command === undefined
      ? causalId(this.owner.run, this.owner.name, this.signalId, this.leg, this.ordinal) : causalId(this.owner.run, 'command', this.terms.command);
  }
}

declare const approved: unique symbol;

/** What the risk stage has checked and reserved for. Only `pipeline/risk.ts` can make one. */
export type Approved<T> = T & { readonly [approved]: true };
