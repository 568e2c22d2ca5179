import { closeSync, openSync, writeSync } from 'node:fs';
import { allocateBars, BAR_COLUMNS, type Bars } from '../src/domain/bar.ts';
import { seededRandom } from '../test/random.ts';

/** Lines that are put together before they are written. */
const LINES = 10_000;

/** One-minute bars of a random walk that is the same every time: prices to the cent, volumes to four decimals. */
export function makeBars(length: number): Bars {
  const bars = allocateBars(length);
  const random = seededRandom(20_240_101);
  let price = 3_000_000; // cents
  for (let row = 0; row < length; row++) {
    const close = Math.max(1_000_000, Math.round(price * (1 + (random() - 0.5) * 2e-3)));
    bars.timestamp[row] = 1_577_836_800_000 + row * 60_000;
    bars.open[row] = price / 100;
    bars.high[row] = Math.round(Math.max(price, close) * (1 + random() * 5e-4)) / 100;
    bars.low[row] = Math.round(Math.min(price, close) * (1 - random() * 5e-4)) / 100;
    bars.close[row] = close / 100;
    bars.volume[row] = Math.round(random() * 1e6) / 1e4;
    price = close;
  }
  return bars;
}

/** Writes bars as a CSV file and gives its path back. */
export function writeCsv(path: string, bars: Bars): string {
  const descriptor = openSync(path, 'w');
  writeSync(descriptor, `${BAR_COLUMNS.join(',')}\n`);
  for (let from = 0; from < bars.length; from += LINES) {
    let text = '';
    for (let row = from; row < Math.min(from + LINES, bars.length); row++) text += `${BAR_COLUMNS.map((column) => bars[column][row]).join(',')}\n`;
    writeSync(descriptor, text);
  }
  closeSync(descriptor);
  return path;
}
