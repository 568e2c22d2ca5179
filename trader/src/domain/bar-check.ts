import { isPossibleBar, type Bars } from './bar.ts';
import { minuteText } from './calendar.ts';

/**
 * A close that is so many times the one before, or so small a part of it, is no market: it is a price in
 * hundredths, a split that nobody took out, or another share. Real days of more than tenfold exist among
 * the smallest shares; a person can look at those and import them.
 */
const JUMP = 10;

/**
 * Why bars that somebody gave cannot be true, in words that name the first bar; undefined where they
 * can. Beyond each bar by itself (`isPossibleBar`) and ascending times: no jump of more than tenfold,
 * from `before` (the close known ahead of them) on, nor to `after` (the open known behind them), and no
 * bar that repeats the one before in all its numbers, as when yesterday's data is given as today's.
 */
export function barFault(bars: Bars, known: { readonly before?: number | undefined; readonly after?: number | undefined } = {}): string | undefined {
  const { length, timestamp, open, high, low, close, volume } = bars;
  let last = known.before ?? NaN;
  for (let i = 0; i < length; i++) {
    if (i > 0 && timestamp[i] === timestamp[i - 1]) return `the bar of ${minuteText(timestamp[i])} stands twice`;
    if (i > 0 && !(timestamp[i] > timestamp[i - 1])) return `the bar of ${minuteText(timestamp[i])} is out of order`;
    if (!isPossibleBar(open[i], high[i], low[i], close[i], volume[i])) return `the bar of ${minuteText(timestamp[i])} cannot be: open ${open[i]}, high ${high[i]}, low ${low[i]}, close ${close[i]}, volume ${volume[i]}`;
    if (isJump(last, close[i])) return `the price goes from ${last} to ${close[i]} at ${minuteText(timestamp[i])}`;
    if (i > 0 && repeats(bars, i)) return `the bar of ${minuteText(timestamp[i])} repeats all numbers of the one before`;
    last = close[i];
  }
  return known.after !== undefined && isJump(last, known.after) ? `the price goes from ${last} to ${known.after} after the last bar` : undefined;
}

/** False where one of both is not known (NaN). */
function isJump(from: number, to: number): boolean {
  return to > from * JUMP || to < from / JUMP;
}

function repeats({ open, high, low, close, volume }: Bars, i: number): boolean {
  return high[i] > low[i] && volume[i] > 0
    && open[i] === open[i - 1] && high[i] === high[i - 1] && low[i] === low[i - 1] && close[i] === close[i - 1] && volume[i] === volume[i - 1];
}
