import { z } from 'zod';
import { add, decimalPlaces, format, parseDecimal, rescale, type Exact } from '../../domain/exact.ts';
import type { Order } from '../../domain/order.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { VenueFill, VenueListing, VenueOrder } from '../../ports/venue.ts';
import type { KnownOrder } from './known-orders.ts';
import { amount, decimal, maybeTime, side, status, time } from './wire.ts';

/** A listing, and its place in the gateway's list. */
export interface Listed extends VenueListing {
  readonly index: number;
}

/** One of Coinbase's names for an order, and what is said beneath it besides size and limit. */
interface Configuration {
  readonly name: string;
  readonly stop?: true;
  readonly until?: true;
  readonly postOnly?: true;
}

/** What Coinbase calls each type of order with each time in force. */
const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  // A market order takes what is there and leaves nothing, whichever of the two it is called.
  'market gtc': { name: 'market_market_ioc' }, 'market ioc': { name: 'market_market_ioc' },
  'limit gtc': { name: 'limit_limit_gtc', postOnly: true }, 'limit gtd': { name: 'limit_limit_gtd', postOnly: true, until: true },
  'limit ioc': { name: 'sor_limit_ioc' }, 'limit fok': { name: 'limit_limit_fok' },
  'stop-limit gtc': { name: 'stop_limit_stop_limit_gtc', stop: true }, 'stop-limit gtd': { name: 'stop_limit_stop_limit_gtd', stop: true, until: true },
};

/**
 * An order as Coinbase takes it ("Create Order"): what it is and how long it stays are one name, with
 * its sizes and prices beneath. Throws `VenueError`, rejected as not permitted, for what has no such name.
 */
export function orderBody(order: Order, { symbol, instrument }: VenueListing): object {
  const { terms, type, timeInForce } = order;
  const configuration = CONFIGURATIONS[`${type} ${timeInForce}`];
  const lacking = lackOf(order, configuration);
  if (configuration === undefined || lacking !== undefined) throw notPermitted(lacking ?? `${type} order ${timeInForce}`);
  const { name, stop, until, postOnly } = configuration;
  const price = (value: Exact) => format(value, instrument.priceScale);
  const said = {
    base_size: format(order.quantity, instrument.quantityScale),
    ...(type === 'market' ? {} : { limit_price: price(order.price) }),
    ...(stop === undefined ? {} : { stop_price: price(terms?.trigger ?? order.price), stop_direction: order.side === 'buy' ? 'STOP_DIRECTION_STOP_UP' : 'STOP_DIRECTION_STOP_DOWN' }),
    ...(until === undefined ? {} : { end_time: new Date(terms?.expires ?? 0).toISOString() }),
    ...(postOnly === undefined ? {} : { post_only: terms?.postOnly === true }),
  };
  return { client_order_id: order.clientOrderId, product_id: symbol, side: order.side.toUpperCase(), order_configuration: { [name]: said } };
}

/** What an order asks for that must not be left out in silence, and that spot has not. */
function lackOf({ terms, ocoWith, type, timeInForce }: Order, configuration: Configuration | undefined): string | undefined {
  if (terms?.reduceOnly === true) return 'reduce-only order';
  if (ocoWith !== undefined) return 'order that cancels another';
  if (terms?.postOnly === true && configuration?.postOnly === undefined) return `post-only ${type} order ${timeInForce}`;
  return configuration?.until !== undefined && terms?.expires === undefined ? `${type} order ${timeInForce} without its date` : undefined;
}

function notPermitted(what: string): VenueError {
  return new VenueError('rejected', `coinbase: this adapter has no ${what} on spot; nothing was sent`, { reason: 'not-permitted' });
}

/** Coinbase's answer to a new order: its id, or why there is none. */
export const acceptance = z.union([
  z.object({ success: z.literal(true), success_response: z.object({ order_id: z.string().min(1), client_order_id: z.string() }) }),
  z.object({
    success: z.literal(false),
    failure_reason: z.string().optional(),
    error_response: z.object({
      error: z.string().optional(), message: z.string().optional(), error_details: z.string().optional(), preview_failure_reason: z.string().optional(), new_order_failure_reason: z.string().optional(),
    }).optional(),
  }),
]);

/** A size, which Coinbase's documentation shows without its quotes for some orders. */
const size = z.union([decimal, z.number().transform(String).pipe(decimal)]);

/** An order as List Orders and Get Order tell it. */
export const orderEntry = z.object({
  order_id: z.string().min(1), product_id: z.string(), client_order_id: z.string(), side, status, filled_size: amount,
  order_configuration: z.record(z.string(), z.looseObject({ base_size: size.optional().catch(undefined) })).nullish().catch(undefined),
  edit_history: z.array(z.object({ size: decimal, replace_accept_timestamp: maybeTime })).nullish().catch(undefined),
  created_time: time, last_fill_time: maybeTime, last_update_time: maybeTime,
});

/** A trade as List Fills tells it; whose order it was, only the venue's id says. */
export const fillEntry = z.object({
  trade_id: z.string().min(1), order_id: z.string().min(1), trade_time: time, trade_type: z.string(), price: decimal, size: decimal, commission: amount,
  product_id: z.string(), liquidity_indicator: z.string(), size_in_quote: z.boolean(), side,
});

/** An order of the user channel ("User channel"). */
export const streamedOrder = z.object({
  order_id: z.string().min(1), product_id: z.string(), client_order_id: z.string(), order_side: side, status, cumulative_quantity: amount, leaves_quantity: amount,
});

/** An order's state in our words. A size that was changed is the last one accepted. Throws RangeError where a quantity is finer than the instrument's scale. */
export function toVenueOrder(told: z.infer<typeof orderEntry>, { index, instrument }: Listed, remembered: KnownOrder | undefined): VenueOrder {
  const exact = (text: string) => parseDecimal(text, instrument.quantityScale);
  const filled = exact(told.filled_size);
  const edits = [...told.edit_history ?? []].sort((a, b) => a.replace_accept_timestamp - b.replace_accept_timestamp);
  const ordered = edits.at(-1)?.size ?? Object.values(told.order_configuration ?? {}).find(({ base_size: size }) => size !== undefined)?.base_size;
  return {
    clientOrderId: told.client_order_id, venueOrderId: told.order_id, instrument: index, side: told.side, status: told.status, filled,
    // An order sized in money by somebody else has no quantity but what has traded.
    quantity: ordered === undefined ? remembered?.quantity ?? filled : exact(ordered),
    tsEvent: Math.max(told.created_time, told.last_fill_time, told.last_update_time),
  };
}

/** A streamed order's state in our words. What is left is told as 0 when an order has ended, so what was remembered counts then. Throws RangeError as above. */
export function streamedToVenueOrder(told: z.infer<typeof streamedOrder>, { index, instrument }: Listed, remembered: KnownOrder | undefined, tsEvent: number): VenueOrder {
  const filled = parseDecimal(told.cumulative_quantity, instrument.quantityScale);
  const whole = add(filled, parseDecimal(told.leaves_quantity, instrument.quantityScale));
  return {
    clientOrderId: told.client_order_id, venueOrderId: told.order_id, instrument: index, side: told.order_side, status: told.status, filled,
    quantity: told.status === 'open' ? whole : remembered?.quantity ?? whole, tsEvent,
  };
}

/**
 * A trade in our words; Coinbase takes its fee in the quote currency. Throws RangeError where a price or
 * quantity is finer than the instrument's scale, TypeError for a correction of the books or a size in
 * money, which only orders of other hands have.
 */
export function toVenueFill(told: z.infer<typeof fillEntry>, clientOrderId: string, { index, instrument }: Listed): VenueFill {
  if (told.trade_type !== 'FILL' || told.size_in_quote) throw new TypeError(`a fill of type ${told.trade_type}${told.size_in_quote ? ' sized in money' : ''}`);
  return {
    clientOrderId, venueOrderId: told.order_id, instrument: index, tradeId: told.trade_id, side: told.side,
    price: parseDecimal(told.price, instrument.priceScale), quantity: parseDecimal(told.size, instrument.quantityScale),
    fee: plain(told.commission), feeCurrency: instrument.quoteCurrency, liquidity: told.liquidity_indicator === 'MAKER' ? 'maker' : 'taker', tsEvent: told.trade_time,
  };
}

/** A decimal without trailing zeros. */
export function plain(text: string): string {
  return format(parseDecimal(text, decimalPlaces(text)), decimalPlaces(text));
}

/** The sum of two decimals. */
export function sum(a: string, b: string): string {
  const places = Math.max(decimalPlaces(a), decimalPlaces(b));
  return format(add(parseDecimal(a, places), parseDecimal(b, places)), places);
}

/** A balance in whole units of an instrument's quantity: what is finer cannot be sold and is not counted. */
export function wholeUnits(balance: string, quantityScale: number): Exact {
  const places = decimalPlaces(balance);
  return rescale(parseDecimal(balance, places), places, quantityScale, 'floor');
}
