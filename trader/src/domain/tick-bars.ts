import { allocateBars, sliceBars, type Bars } from './bar.ts';
import { OrderBook } from './order-book.ts';
import { TICK, type Ticks, type TickSeries } from './tick.ts';

/**
 * Bars of the ticks as they became known here, in buckets aligned to the Unix epoch: of the trades, or
 * of the middle between best bid and ask where none were recorded, without volume then. A bucket in
 * which nothing came is no bar, nor is the last one, which more might have come for; the first may have
 * begun before the recording. A tick that overtook others on its way counts when the later of them came.
 */
export function tickBars({ ticks, priceScale, quantityScale }: TickSeries, intervalMs: number): Bars {
  if (!(intervalMs > 0 && Number.isInteger(intervalMs))) throw new RangeError(`an interval of ${intervalMs} ms`);
  const source = hasTrades(ticks) ? tradePrices(ticks) : middlePrices(ticks);
  const [priceUnit, sizeUnit] = [10 ** priceScale, 10 ** quantityScale];
  const { tsLocal } = ticks;
  const first = Math.floor(tsLocal[0] / intervalMs);
  let last = first;
  for (let i = 0; i < ticks.length; i++) last = Math.max(last, Math.floor(tsLocal[i] / intervalMs));
  const bars = allocateBars(Math.min(ticks.length, last - first + 1));
  let count = 0;
  let latest = -Infinity;
  for (let i = 0; i < ticks.length; i++) {
    latest = Math.max(latest, tsLocal[i]);
    const whole = source.price(i);
    if (Number.isNaN(whole)) continue;
    const price = whole / priceUnit;
    const start = Math.floor(latest / intervalMs) * intervalMs;
    if (count === 0 || bars.timestamp[count - 1] !== start) {
      bars.timestamp[count] = start;
      bars.open[count] = bars.high[count] = bars.low[count] = price;
      bars.volume[count] = Number.isNaN(source.size(i)) ? NaN : 0;
      count += 1;
    }
    const bar = count - 1;
    bars.high[bar] = Math.max(bars.high[bar], price);
    bars.low[bar] = Math.min(bars.low[bar], price);
    bars.close[bar] = price;
    bars.volume[bar] += source.size(i) / sizeUnit;
  }
  const complete = count > 0 && bars.timestamp[count - 1] < last * intervalMs ? count : count - 1;
  return sliceBars(bars, 0, Math.max(0, complete));
}

/** What a tick says of the price, in units of the scales; a price of NaN where it says nothing. */
interface PriceSource {
  price(index: number): number;
  size(index: number): number;
}

function hasTrades({ length, kind }: Ticks): boolean {
  for (let i = 0; i < length; i++) if (isTrade(kind[i])) return true;
  return false;
}

function isTrade(kind: number): boolean {
  return kind === TICK.buy || kind === TICK.sell;
}

function tradePrices({ kind, price, size }: Ticks): PriceSource {
  return { price: (i) => (isTrade(kind[i]) ? price[i] : NaN), size: (i) => size[i] };
}

/** Asked for in order. Depth is looked at where it is, quotes where there is none. */
function middlePrices({ kind, tsExchange, price, size, length }: Ticks): PriceSource {
  const book = new OrderBook();
  const deep = kind.includes(TICK.bid);
  const sides = deep ? [TICK.bid, TICK.ask] as const : [TICK.bidQuote, TICK.askQuote] as const;
  return {
    price(i) {
      if (kind[i] === TICK.reset) book.clear();
      const side = kind[i] === sides[0] ? book.bids : kind[i] === sides[1] ? book.asks : undefined;
      if (side === undefined) return NaN;
      if (deep) side.set(price[i], size[i]);
      else book.quote(side, price[i], size[i]);
      // Prices of one message come one after the other; between them the book is neither old nor new.
      const settled = !deep || i + 1 === length || tsExchange[i + 1] !== tsExchange[i];
      return settled && book.isKnown && !book.isCrossed ? (book.bids.best + book.asks.best) / 2 : NaN;
    },
    size: () => NaN,
  };
}
