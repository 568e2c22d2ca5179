import { isPossibleBar, type Bars } from './bar.ts';
import { MarketStoreError } from './market-store-error.ts';
import type { Span } from './span.ts';
import { isTimestamp } from './time.ts';

const INSTRUMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const SOURCE = /^[\x20-\x7e]{1,80}$/;
const REASON = /^\P{Cc}{1,400}$/u;

/** Throws kind `value` where no series can have this name or interval. */
export function checkSeries({ instrument, intervalMs }: { readonly instrument: string; readonly intervalMs: number }): void {
  if (!INSTRUMENT.test(instrument)) throw new MarketStoreError('value', `${instrument} is no instrument id; it reads like BTC-USDT.BINANCE`);
  if (!(Number.isSafeInteger(intervalMs) && intervalMs > 0)) throw new MarketStoreError('value', `${instrument}: bars of ${intervalMs} ms cannot be`);
}

/** Throws kind `value` where a reason for quarantine is none: a line of at most 400 characters, or undefined. */
export function checkReason(reason: string | undefined): void {
  if (reason !== undefined && !REASON.test(reason)) throw new MarketStoreError('value', 'a reason for quarantine is one line of at most 400 characters');
}

/** Throws kind `value` where a batch cannot be stored: an impossible bar or moment, times out of order or twice. Names the first fault. */
export function checkBatch(
  series: { readonly instrument: string; readonly intervalMs: number },
  { source, knownAt, bars, covers }: { readonly source: string; readonly knownAt: number; readonly bars: Bars; readonly covers?: readonly Span[] },
): void {
  checkSeries(series);
  const refuse = (what: string): never => { throw new MarketStoreError('value', `${series.instrument} from ${source}: ${what}`); };
  if (!SOURCE.test(source)) refuse('a source is named by at most 80 printable characters');
  if (!isTimestamp(knownAt)) refuse(`${knownAt} is no time to have learnt of bars`);
  for (const { from, to } of covers ?? []) if (!(isTimestamp(from) && isTimestamp(to))) refuse(`${from} to ${to} is no span of time`);
  const { length, timestamp, open, high, low, close, volume } = bars;
  let last = -Infinity;
  for (let row = 0; row < length; row++) {
    const time = timestamp[row];
    if (!isTimestamp(time)) refuse(`row ${row}: ${time} is no time`);
    if (!(time > last)) refuse(`row ${row}: ${time} does not come after ${last}`);
    if (!isPossibleBar(open[row], high[row], low[row], close[row], volume[row])) {
      refuse(`row ${row}: open ${open[row]}, high ${high[row]}, low ${low[row]}, close ${close[row]}, volume ${volume[row]} is no possible bar`);
    }
    last = time;
  }
}
