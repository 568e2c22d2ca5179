import * as exact from '../domain/exact.ts';
import type { Exact } from '../domain/exact.ts';
import * as instruments from '../domain/instrument.ts';
import type { Order } from '../domain/order.ts';
import { reducible } from './order-check.ts';
import type { Book } from './resting.ts';
import type { SlippageModel } from './slippage.ts';
import type { VolumeLimit } from './volume-limit.ts';

// Constants, as `exact.ts` says.
const { add, min, sub, toNumber } = exact;
const { floorToLot, roundToTick } = instruments;

/** Most that slippage takes of a price: beyond it a model says nothing any more, and a sale would bring less than nothing. */
const MOST_SLIPPAGE = 0.99;

/** How much of what an order still wants can trade now; 0 or less where nothing can. */
export function offered(order: Order, leaves: Exact, { bar, instrument, net, traded }: Book, volumeLimit: VolumeLimit | undefined): Exact {
  const wanted = order.terms?.reduceOnly ? min(leaves, reducible(order.side, net)) : leaves;
  const possible = volumeLimit && bar ? min(wanted, sub(floorToLot(volumeLimit.units(bar), instrument), traded)) : wanted;
  return order.timeInForce === 'fok' && possible !== leaves ? 0 : possible;
}

/** Whether the bar at hand shows a price: where volume counts, one in which nothing traded shows none. */
export function hasVolume({ bar }: Book, volumeLimit: VolumeLimit | undefined): boolean {
  return volumeLimit === undefined || bar === undefined || volumeLimit.units(bar) > 0;
}

/** The price at which a quantity is taken where the market is at `price`: beyond it by the slippage, and between two ticks the worse. */
export function takenAt({ side }: Order, quantity: Exact, price: number, { bar, instrument, traded }: Book, slippage: SlippageModel | undefined): Exact {
  const buy = side === 'buy';
  let beyond = 0;
  if (slippage && bar) {
    const share = slippage.share(toNumber(add(traded, quantity), instrument.quantityScale), bar);
    beyond = price * (share > MOST_SLIPPAGE ? MOST_SLIPPAGE : share);
  }
  return roundToTick(buy ? price + beyond : price - beyond, instrument, buy ? 'ceil' : 'floor');
}
