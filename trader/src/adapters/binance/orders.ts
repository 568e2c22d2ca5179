import { z } from 'zod';
import { add, decimalPlaces, format, parseDecimal, rescale, type Exact } from '../../domain/exact.ts';
import type { Order, TimeInForce } from '../../domain/order.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { VenueFill, VenueListing, VenueOrder } from '../../ports/venue.ts';
import { checked } from './rest-client.ts';
import type { Parameters } from './signing.ts';
import { decimal, id, side, status } from './wire.ts';

/** A listing, and its place in the gateway's list. */
export interface Listed extends VenueListing {
  readonly index: number;
}

/** Binance's words for how long an order lasts; undefined where this adapter has none. */
export const LASTS: Readonly<Record<TimeInForce, string | undefined>> = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK', gtd: undefined, day: undefined };

/**
 * An order as Binance spot takes it (rest-api.md, "New order"): post-only is a type of its own, a stop
 * is a stop loss, which triggers from below for a buy and from above for a sell. Throws `VenueError`,
 * rejected as not permitted, for what Binance spot has no word for.
 */
export function orderParameters(order: Order, { symbol, instrument }: VenueListing): Parameters {
  const timeInForce = LASTS[order.timeInForce];
  const lacking = order.terms?.reduceOnly === true ? 'reduce-only order' : lackOf(order);
  if (timeInForce === undefined || lacking !== undefined) throw notPermitted(lacking ?? `order ${order.timeInForce}`, 'spot');
  const price = (value: Exact) => format(value, instrument.priceScale);
  const common = {
    symbol, side: order.side.toUpperCase(), newClientOrderId: order.clientOrderId, quantity: format(order.quantity, instrument.quantityScale), newOrderRespType: 'ACK',
  };
  switch (order.type) {
    case 'market': return { ...common, type: 'MARKET' };
    case 'limit': return order.terms?.postOnly === true ? { ...common, type: 'LIMIT_MAKER', price: price(order.price) } : { ...common, type: 'LIMIT', timeInForce, price: price(order.price) };
    case 'stop': return { ...common, type: 'STOP_LOSS', stopPrice: price(order.price) };
    case 'stop-limit': return { ...common, type: 'STOP_LOSS_LIMIT', timeInForce, price: price(order.price), stopPrice: price(order.terms?.trigger ?? order.price) };
    case 'trailing-stop': throw notPermitted('trailing stop', 'spot');
  }
}

/** What an order asks for that must not be left out in silence, and that this adapter has on no market. */
export function lackOf({ type, timeInForce, terms, ocoWith }: Order): string | undefined {
  if (ocoWith !== undefined) return 'order that cancels another';
  if (terms?.postOnly === true && (type !== 'limit' || timeInForce !== 'gtc')) return `post-only ${type} order ${timeInForce}`;
  return undefined;
}

/** The refusal of what this adapter has no word for. */
export function notPermitted(what: string, market: 'spot' | 'USD-M futures'): VenueError {
  return new VenueError('rejected', `binance: this adapter has no ${what} on ${market}; nothing was sent`, { reason: 'not-permitted' });
}

/** Binance's word that it has taken an order. */
export const acceptance = z.object({ orderId: id, transactTime: z.number() });

/** An order as `GET /api/v3/order` and `GET /api/v3/openOrders` tell it. */
export const orderEntry = z.object({
  symbol: z.string(), orderId: id, clientOrderId: z.string(), origQty: decimal, executedQty: decimal, status, side, updateTime: z.number(),
});

/** Those of our symbols that a list of orders names. Throws `VenueError` where it is none. */
export function symbolsOf(orders: unknown, ours: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  return new Set(checked(z.array(z.looseObject({ symbol: z.string() })), orders, 'open orders').map(({ symbol }) => symbol).filter((symbol) => ours.has(symbol)));
}

/** A trade as `GET /api/v3/myTrades` tells it; whose order it was, only the venue's id says. */
export const tradeEntry = z.object({
  id, orderId: id, price: decimal, qty: decimal, commission: decimal, commissionAsset: z.string(), time: z.number(), isBuyer: z.boolean(), isMaker: z.boolean(),
});

/** What is read of a trade. */
export type TradeEntry = z.infer<typeof tradeEntry>;

/** An order's state in our words. Throws RangeError where a quantity is finer than the instrument's scale. */
export function toVenueOrder(told: z.infer<typeof orderEntry>, { index, instrument }: Listed): VenueOrder {
  return {
    clientOrderId: told.clientOrderId, venueOrderId: told.orderId, instrument: index, side: told.side, status: told.status,
    quantity: parseDecimal(told.origQty, instrument.quantityScale), filled: parseDecimal(told.executedQty, instrument.quantityScale), tsEvent: told.updateTime,
  };
}

/** A trade in our words. Throws RangeError where a price or quantity is finer than the instrument's scale. */
export function toVenueFill(told: TradeEntry, clientOrderId: string, { index, instrument }: Listed): VenueFill {
  return {
    clientOrderId, venueOrderId: told.orderId, instrument: index, tradeId: told.id, side: told.isBuyer ? 'buy' : 'sell',
    price: parseDecimal(told.price, instrument.priceScale), quantity: parseDecimal(told.qty, instrument.quantityScale),
    fee: plain(told.commission), feeCurrency: told.commissionAsset, liquidity: told.isMaker ? 'maker' : 'taker', tsEvent: told.time,
  };
}

/** Balances by currency. The money that our instruments are paid in is told also where nothing of it is left: the venue lists no zeros, and what is not told cannot be missed. */
export function balancesOf(held: Iterable<readonly [currency: string, amount: string]>, listed: readonly Listed[]): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(listed.map(({ instrument }) => [instrument.quoteCurrency, '0'])), ...Object.fromEntries(held) };
}

/** A decimal without trailing zeros, so that stream and questions tell the same. */
export function plain(text: string): string {
  return format(parseDecimal(text, decimalPlaces(text)), decimalPlaces(text));
}

/** A balance, free and locked together: as decimal text, and in whole units of an instrument's quantity, where what is finer (dust that fees leave) cannot be sold and is not counted. */
export function holding(free: string, locked: string): { readonly text: string; units(quantityScale: number): Exact } {
  const places = Math.max(decimalPlaces(free), decimalPlaces(locked));
  const total = add(parseDecimal(free, places), parseDecimal(locked, places));
  return { text: format(total, places), units: (quantityScale) => rescale(total, places, quantityScale, 'floor') };
}
