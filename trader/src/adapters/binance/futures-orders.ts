import { z } from 'zod';
import { format, parseDecimal, type Exact } from '../../domain/exact.ts';
import type { Order } from '../../domain/order.ts';
import type { VenueListing, VenueOrder } from '../../ports/venue.ts';
import { lackOf, LASTS, notPermitted, type Listed } from './orders.ts';
import type { Parameters } from './signing.ts';
import { decimal, id, side } from './wire.ts';

/** Where an order goes, and with what. */
interface Sending {
  readonly path: string;
  readonly parameters: Parameters;
}

/**
 * An order as Binance USD-M takes it ("New Order" and "New Algo Order"): stops are conditional orders of
 * the Algo Service since 2025-12-09 and are refused elsewhere; post-only is a time in force. Throws
 * `VenueError`, rejected as not permitted, for what this adapter has no word for.
 */
export function futuresSending(order: Order, { symbol, instrument }: VenueListing): Sending {
  const timeInForce = order.terms?.postOnly === true ? 'GTX' : LASTS[order.timeInForce];
  const lacking = lackOf(order);
  if (timeInForce === undefined || lacking !== undefined) throw notPermitted(lacking ?? `order ${order.timeInForce}`, 'USD-M futures');
  const price = (value: Exact) => format(value, instrument.priceScale);
  const common = {
    symbol, side: order.side.toUpperCase(), quantity: format(order.quantity, instrument.quantityScale), newOrderRespType: 'ACK',
    ...(order.terms?.reduceOnly === true ? { reduceOnly: 'true' } : {}),
  };
  const plain = (rest: Parameters) => ({ path: '/fapi/v1/order', parameters: { ...common, newClientOrderId: order.clientOrderId, ...rest } });
  const conditional = (rest: Parameters) => ({ path: '/fapi/v1/algoOrder', parameters: { ...common, algoType: 'CONDITIONAL', clientAlgoId: order.clientOrderId, ...rest } });
  switch (order.type) {
    case 'market': return plain({ type: 'MARKET' });
    case 'limit': return plain({ type: 'LIMIT', timeInForce, price: price(order.price) });
    case 'stop': return conditional({ type: 'STOP_MARKET', triggerPrice: price(order.price) });
    case 'stop-limit': return conditional({ type: 'STOP', timeInForce, price: price(order.price), triggerPrice: price(order.terms?.trigger ?? order.price) });
    case 'trailing-stop': throw notPermitted('trailing stop', 'USD-M futures');
  }
}

/** Binance's word that it has taken an order, a plain one or a conditional one. */
export const futuresAcceptance = z.union([
  z.object({ orderId: id, updateTime: z.number() }).transform(({ orderId, updateTime }) => ({ venueOrderId: orderId, tsEvent: updateTime })),
  z.object({ algoId: id, createTime: z.number() }).transform(({ algoId, createTime }) => ({ venueOrderId: algoId, tsEvent: createTime })),
]);

/** A trade as `GET /fapi/v1/userTrades` tells it. */
export const futuresTradeEntry = z.object({
  id, orderId: id, price: decimal, qty: decimal, commission: decimal, commissionAsset: z.string(), time: z.number(), buyer: z.boolean(), maker: z.boolean(),
}).transform(({ buyer, maker, ...trade }) => ({ ...trade, isBuyer: buyer, isMaker: maker }));

/** A conditional order's life in our words ("Event: Algo Order Update"); `FINISHED` is decided by what has traded. */
const ALGO_STATUS = { NEW: 'open', TRIGGERING: 'open', TRIGGERED: 'open', CANCELED: 'canceled', EXPIRED: 'expired', REJECTED: 'rejected', FINISHED: 'finished' } as const;

/** A conditional order's status, read into our words. */
export const algoStatus = z.enum(['NEW', 'TRIGGERING', 'TRIGGERED', 'CANCELED', 'EXPIRED', 'REJECTED', 'FINISHED']).transform((word) => ALGO_STATUS[word]);

/** A conditional order as `GET /fapi/v1/algoOrder` and `GET /fapi/v1/openAlgoOrders` tell it. */
export const algoEntry = z.object({
  symbol: z.string(), algoId: id, clientAlgoId: z.string(), quantity: decimal, algoStatus, side, updateTime: z.number(), actualQty: decimal.optional(),
});

/** A conditional order's state in our words. Throws RangeError where a quantity is finer than the instrument's scale. */
export function toConditionalOrder(told: z.infer<typeof algoEntry>, { index, instrument }: Listed): VenueOrder {
  const quantity = parseDecimal(told.quantity, instrument.quantityScale);
  const filled = parseDecimal(told.actualQty ?? '0', instrument.quantityScale);
  return {
    clientOrderId: told.clientAlgoId, venueOrderId: told.algoId, instrument: index, side: told.side, quantity, filled, tsEvent: told.updateTime,
    status: told.algoStatus === 'finished' ? (filled >= quantity ? 'filled' : 'canceled') : told.algoStatus,
  };
}
