import type { Bar } from '../../domain/bar.ts';
import { format, toNumber } from '../../domain/exact.ts';
import { roundToTick, type Instrument } from '../../domain/instrument.ts';
import type { FillReport } from '../../domain/report.ts';
import type { Timestamp } from '../../domain/time.ts';
import { formatGrouped, formatMoney, formatTime } from '../terminal/format.ts';
import type { TracedOrder } from './order-trace.ts';

/** Where a fill happened. */
export interface FillScene {
  readonly instrument: Instrument;
  readonly intervalMs: number;
  /** Whether a market order may trade at the close that it was decided on. */
  readonly atClose: boolean;
  /** Decimals of account money. */
  readonly moneyScale: number;
  /** The bar that opens at a moment; undefined where there is none. */
  readonly bars: (timestamp: Timestamp) => Bar | undefined;
}

/** A fill in a sentence: when, at which price, where in which bar that price comes from, and what it cost. */
export function wordFill(fill: FillReport, { order }: TracedOrder, scene: FillScene): string {
  const { instrument: { priceScale, quantityScale }, intervalMs, moneyScale, bars } = scene;
  const price = formatGrouped(format(fill.price, priceScale));
  const quantity = formatGrouped(format(fill.quantity, quantityScale));
  const opened = bars(fill.tsEvent);
  const closed = bars(fill.tsEvent - intervalMs);
  const origin = order.leg === 'liquidation' ? 'its liquidation price, or the open of a bar that opened beyond it'
    : order.type === 'market' ? ofMarket(fill, opened, closed, scene)
    : priced(fill, format(order.price, priceScale), opened, closed);
  const verb = order.side === 'buy' ? 'bought' : 'sold';
  return `At ${formatTime(fill.tsEvent)} UTC ${quantity} ${quantity === '1' ? 'was' : 'were'} ${verb} at ${price}, ${origin}. Fee ${formatMoney(format(fill.fee, moneyScale))}.`;
}

/** Where a market order's price comes from: the close it was decided on, the next open, or the close of the bar in which it arrived late. */
function ofMarket(fill: FillReport, opened: Bar | undefined, closed: Bar | undefined, scene: FillScene): string {
  const { tsInit } = fill.order;
  if (scene.atClose && fill.tsEvent === tsInit) return originOf(fill, closed, 'close', scene, 'the close that it was decided on');
  if (closed !== undefined && closed.timestamp <= tsInit && tsInit < fill.tsEvent) return originOf(fill, closed, 'close', scene, 'in which it arrived, too late for its open');
  return originOf(fill, opened, 'open', scene, fill.tsEvent === tsInit ? 'the first price after the decision' : 'the first price that was to be had');
}

/** A market order's price: that of the bar, rounded to the tick against the trader, and what is beyond it. */
function originOf({ price, order }: FillReport, bar: Bar | undefined, which: 'open' | 'close', { instrument }: FillScene, why: string): string {
  if (bar === undefined) return 'the last price that the venue had seen';
  const stated = bar[which];
  const place = `the ${which} of the bar of ${formatTime(bar.timestamp)}, ${why}`;
  if (roundToTick(stated, instrument, order.side === 'buy' ? 'ceil' : 'floor') === price) return place;
  const beyond = Math.abs(toNumber(price, instrument.priceScale) - stated);
  const worse = toNumber(price, instrument.priceScale) > stated === (order.side === 'buy');
  return `${Number(beyond.toPrecision(6))} ${worse ? 'worse' : 'better'} than ${formatGrouped(String(stated))}, ${place}; the venue's slippage made the difference`;
}

/** Why a resting order traded at its own price, or at another. */
function priced({ tsEvent, price, order }: FillReport, own: string, opened: Bar | undefined, closed: Bar | undefined): string {
  const bar = closed ?? opened;
  const isStop = order.type !== 'limit';
  const buy = order.side === 'buy';
  if (bar === undefined) return `its own price being ${formatGrouped(own)}`;
  const extreme = isStop === buy ? `high of ${formatGrouped(String(bar.high))}` : `low of ${formatGrouped(String(bar.low))}`;
  if (!isStop) return `its limit: the bar of ${formatTime(bar.timestamp)} went through it (${extreme}), and a limit fills at its price, never better`;
  if (order.type === 'trailing-stop') return `its stop, which began at ${formatGrouped(own)} and had followed the price: the bar of ${formatTime(bar.timestamp)} reached it (${extreme})`;
  if (price === order.price) return `its stop price: the bar of ${formatTime(bar.timestamp)} reached it (${extreme})`;
  const stop = Number(own);
  const isBeyond = (one: number | undefined) => one !== undefined && (buy ? one >= stop : one <= stop);
  if (![opened?.timestamp === tsEvent ? opened.open : undefined, bar.open, bar.close].some(isBeyond)) {
    return `worse than its stop price of ${formatGrouped(own)}, which the bar of ${formatTime(bar.timestamp)} reached (${extreme}); the venue's slippage made the difference`;
  }
  const jumped = opened !== undefined && tsEvent === opened.timestamp ? opened : bar;
  return `beyond its stop of ${formatGrouped(own)}: the bar of ${formatTime(jumped.timestamp)} opened at ${formatGrouped(String(jumped.open))}, or lay past it when the stop arrived, and a stop then takes what there is`;
}
