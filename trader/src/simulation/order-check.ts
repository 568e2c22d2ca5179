import { fromNumber, isMultiple, max, min, mul, neg, type Exact } from '../domain/exact.ts';
import { roundToTick, type Instrument } from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import type { Timestamp } from '../domain/time.ts';

/** What a venue knows of a market when an order arrives there. */
export interface MarketState {
  readonly last: number;
  /** What the account holds, signed, in quantity units. */
  readonly net: Exact;
}

/** Why a venue refuses an order on its arrival, by what it can check by itself; undefined where it does not. `price` is the market's at that moment. */
export function refusalOf(order: Order, instrument: Instrument, state: MarketState, arrival: Timestamp, price: number): string | undefined {
  const { lotSize, tickSize, minNotional, priceScale } = instrument;
  if (lotSize !== 1 && !isMultiple(order.quantity, lotSize)) return 'quantity is not a whole number of lots';
  if (tickSize !== 1 && !isMultiple(order.price, tickSize)) return 'price is not a whole number of ticks';
  const reason = isPlain(order) ? undefined : refusalOfTerms(order, instrument, state, arrival, price);
  if (reason !== undefined) return reason;
  if (minNotional === 0 || !opens(order)) return undefined;
  const { last, net } = state;
  // A position must be able to end, however little it is worth by then.
  if (order.side === 'sell' ? net >= order.quantity : neg(net) >= order.quantity) return undefined;
  if (order.type === 'market' && last !== last) return undefined;
  const value = order.type === 'limit' ? order.price : fromNumber(last, priceScale);
  return mul(order.quantity, value) < minNotional ? 'order value is below the minimum' : undefined;
}

/** Whether it is one of those that may open a position. */
function opens({ leg }: Order): boolean {
  return leg === 'target' || leg === 'manual';
}

/** Whether it is a market order, as most are, that asks for nothing besides its side and size. */
export function isPlain({ type, timeInForce, terms }: Order): boolean {
  return type === 'market' && timeInForce === 'ioc' && terms === undefined;
}

/** What an order asks for besides its side, size and price. */
function refusalOfTerms(order: Order, instrument: Instrument, { last, net }: MarketState, arrival: Timestamp, price: number): string | undefined {
  const { terms } = order;
  const lacking = missingTerm(order);
  if (lacking !== undefined || terms === undefined) return lacking;
  const { trigger = 0, trail = 0.5, expires = Infinity } = terms;
  if (instrument.tickSize !== 1 && !isMultiple(trigger, instrument.tickSize)) return 'trigger is not a whole number of ticks';
  if (!(trail > 0 && trail < 1)) return 'a trailing stop\'s distance lies above 0 and below 1';
  if (expires <= arrival) return 'its date has passed';
  if (terms.reduceOnly && reducible(order.side, net) === 0) return 'there is nothing to reduce';
  return terms.postOnly ? refusalOfMaker(order, instrument, last, price) : undefined;
}

function refusalOfMaker(order: Order, instrument: Instrument, last: number, price: number): string | undefined {
  if (order.type !== 'limit' || order.timeInForce === 'ioc' || order.timeInForce === 'fok') return 'post-only is for limit orders that wait';
  return takes(order, instrument, price, last) ? 'post-only would trade at once' : undefined;
}

function missingTerm({ type, timeInForce, terms }: Order): string | undefined {
  if (type === 'stop-limit' && terms?.trigger === undefined) return 'a stop-limit order needs a trigger';
  if (type === 'trailing-stop' && terms?.trail === undefined) return 'a trailing stop needs a distance';
  return timeInForce === 'gtd' && terms?.expires === undefined ? 'good till date needs a date' : undefined;
}

/**
 * Whether a limit order that arrives could trade at once: at the market's price at that moment, or at its last one,
 * between which it may have come. A touch counts: who asks at that price would be taken.
 */
export function takes(order: Order, instrument: Instrument, price: number, last: number): boolean {
  return meets(order, instrument, price) || meets(order, instrument, last);
}

function meets({ side, price: limit }: Order, instrument: Instrument, price: number): boolean {
  if (Number.isNaN(price)) return false;
  return side === 'buy' ? roundToTick(price, instrument, 'floor') <= limit : roundToTick(price, instrument, 'ceil') >= limit;
}

/** How much an order of this side can take off a signed position. */
export function reducible(side: Order['side'], net: Exact): Exact {
  const open = side === 'sell' ? net : neg(net);
  return open > 0 ? open : 0;
}

/** The worse of a price and an order's limit at most. */
export function noWorse({ side, price: limit }: Order, price: Exact): Exact {
  return side === 'buy' ? min(price, limit) : max(price, limit);
}
