import { z } from 'zod';
import { add, divide, format, fromNumber, mul, parseDecimal, type Exact } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Order, OrderType, TimeInForce } from '../../domain/order.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { VenueFill, VenueListing, VenueOrder } from '../../ports/venue.ts';
import { decimal, moment, side, status } from './wire.ts';

/** A listing, and its place in the gateway's list. */
export interface Listed extends VenueListing {
  readonly index: number;
}

/** What an instrument's class can do (docs.alpaca.markets, "Orders at Alpaca" and "Crypto Orders"). */
export interface Abilities {
  readonly types: readonly OrderType[];
  readonly timesInForce: readonly TimeInForce[];
}

const SHARES: Abilities = { types: ['market', 'limit', 'stop', 'stop-limit', 'trailing-stop'], timesInForce: ['gtc', 'ioc', 'fok', 'day'] };
const COINS: Abilities = { types: ['market', 'limit', 'stop-limit'], timesInForce: ['gtc', 'ioc'] };

/** What orders on an instrument may be. */
export function abilitiesOf({ assetClass }: Instrument): Abilities {
  return assetClass === 'crypto' ? COINS : SHARES;
}

/**
 * An order as Alpaca takes it (`POST /v2/orders`). Throws `VenueError`, rejected as not permitted, for
 * what Alpaca has no word for.
 */
export function orderBody(order: Order, { symbol, instrument }: VenueListing): Readonly<Record<string, string>> {
  const lacking = lackOf(order, instrument);
  if (lacking !== undefined) throw new VenueError('rejected', `alpaca: this adapter has no ${lacking} on ${symbol}; nothing was sent`, { reason: 'not-permitted' });
  const price = (value: Exact) => format(value, instrument.priceScale);
  const common = {
    symbol, side: order.side, time_in_force: order.timeInForce, qty: format(order.quantity, instrument.quantityScale), client_order_id: order.clientOrderId,
  };
  switch (order.type) {
    case 'market': return { ...common, type: 'market' };
    case 'limit': return { ...common, type: 'limit', limit_price: price(order.price) };
    case 'stop': return { ...common, type: 'stop', stop_price: price(order.price) };
    case 'stop-limit': return { ...common, type: 'stop_limit', limit_price: price(order.price), stop_price: price(order.terms?.trigger ?? order.price) };
    case 'trailing-stop': return { ...common, type: 'trailing_stop', trail_percent: format(fromNumber(order.terms?.trail ?? 0, TRAIL_PLACES), TRAIL_PLACES - 2) };
  }
}

/** A trail is sent as per cent, to the hundredth of a basis point. */
const TRAIL_PLACES = 6;

/** What an order asks for that must not be left out in silence, and that its instrument has not at Alpaca. */
function lackOf({ type, timeInForce, terms, ocoWith, quantity }: Order, instrument: Instrument): string | undefined {
  const { types, timesInForce } = abilitiesOf(instrument);
  if (!types.includes(type)) return `${type} order`;
  if (!timesInForce.includes(timeInForce)) return `order ${timeInForce}`;
  if (terms?.reduceOnly === true) return 'reduce-only order';
  if (terms?.postOnly === true) return 'post-only order';
  if (ocoWith !== undefined) return 'order that cancels another';
  const whole = mul(divide(quantity, instrument.lotSize, 'trunc'), instrument.lotSize) === quantity;
  if (!whole && instrument.assetClass === 'equity' && timeInForce !== 'day') return `order ${timeInForce} for a part of a share`;
  return undefined;
}

/** An order as Alpaca tells it, asked or over the stream. */
export const orderEntry = z.object({
  id: z.string(), client_order_id: z.string(), symbol: z.string(), qty: decimal.nullable(), filled_qty: decimal, side, status,
  replaced_by: z.string().nullish(), replaces: z.string().nullish(), submitted_at: moment, updated_at: moment,
});

/** See `orderEntry`. */
export type OrderEntry = z.infer<typeof orderEntry>;

/** What every order in a list has: those of instruments that are not ours (options of several legs) may lack the rest. */
export const anyOrder = z.looseObject({ id: z.string(), symbol: z.string().nullable(), submitted_at: z.string().refine((text) => moment.safeParse(text).success) });

/** What every trade in the list has. */
export const anyFill = z.looseObject({ id: z.string(), symbol: z.string().nullish(), transaction_time: moment });

/** A trade of ours as `GET /v2/account/activities/FILL` tells it. */
export const fillActivity = z.object({ order_id: z.string(), side, price: decimal, qty: decimal });

/** A trade as the stream tells it. */
export const fillEvent = z.object({ execution_id: z.string(), price: decimal, qty: decimal, timestamp: moment });

/** Whose an order is: our id, and what had traded of it under ids that it had before it was replaced. */
export interface Origin {
  readonly clientOrderId: string;
  readonly carried: Exact;
}

/**
 * An order's state in our words; a replaced one counts as open, since it goes on under another id.
 * An order for an amount of money, which only others place, has no quantity: what has traded stands for it.
 * Throws RangeError where a quantity is finer than the instrument's scale.
 */
export function toVenueOrder(told: OrderEntry, { clientOrderId, carried }: Origin, { index, instrument }: Listed): VenueOrder {
  const quantity = (text: string) => add(carried, parseDecimal(text, instrument.quantityScale));
  return {
    clientOrderId, venueOrderId: told.id, instrument: index, side: told.side, status: told.status === 'replaced' ? 'open' : told.status,
    quantity: quantity(told.qty ?? told.filled_qty), filled: quantity(told.filled_qty), tsEvent: told.updated_at,
  };
}

/** What of a trade Alpaca says, asked or over the stream. */
export interface Traded {
  readonly tradeId: string;
  readonly venueOrderId: string;
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly qty: string;
  readonly tsEvent: number;
}

/**
 * A trade in our words. Alpaca names neither its fee nor whether it made or took: shares cost no
 * commission, fees on coins are booked at the end of the day (activity CFEE), and a taker is assumed,
 * since that costs more. Throws RangeError where a price or quantity is finer than the instrument's scale.
 */
export function toVenueFill({ tradeId, venueOrderId, side: way, price, qty, tsEvent }: Traded, clientOrderId: string, { index, instrument }: Listed): VenueFill {
  return {
    clientOrderId, venueOrderId, instrument: index, tradeId, side: way, price: parseDecimal(price, instrument.priceScale),
    quantity: parseDecimal(qty, instrument.quantityScale), fee: '0', feeCurrency: instrument.quoteCurrency, liquidity: 'taker', tsEvent,
  };
}

/** The id of an activity is the moment, two colons, and what the stream calls `execution_id`: so a trade has one id, wherever it was heard of. */
export function tradeIdOf(activityId: string): string {
  return activityId.slice(activityId.lastIndexOf(':') + 1);
}
