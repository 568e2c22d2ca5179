import type { Bars } from '../domain/bar.ts';
import type { Random } from '../domain/random.ts';

/**
 * The same bars in another order, put end to end: what happens within a bar (its range, its close and
 * its volume), and the gaps between bars, are shuffled each among themselves, and the times stay. It
 * begins and ends at the same prices, with the same volatility, and remembers nothing. (T. Masters,
 * "Permutation and randomization tests for trading system development", 2020.) Prices are rounded to
 * `decimals`, and never to 0.
 */
export function permuteBars(bars: Bars, decimals: number, random: Random): Bars {
  const { length, timestamp } = bars;
  const bodies = shuffled(length, random);
  const gaps = shuffled(Math.max(0, length - 1), random);
  const unit = 10 ** decimals;
  const round = (price: number) => Math.max(1, Math.round(price * unit)) / unit;
  const column = () => new Float64Array(length);
  const permuted: Bars = { length, timestamp, open: column(), high: column(), low: column(), close: column(), volume: column() };
  let price = length === 0 ? 0 : bars.open[0];
  for (let i = 0; i < length; i++) {
    const body = bodies[i];
    const scale = price / bars.open[body];
    permuted.open[i] = round(price);
    permuted.high[i] = round(bars.high[body] * scale);
    permuted.low[i] = round(bars.low[body] * scale);
    permuted.close[i] = round(bars.close[body] * scale);
    permuted.volume[i] = bars.volume[body];
    if (i + 1 < length) price = bars.close[body] * scale * (bars.open[gaps[i] + 1] / bars.close[gaps[i]]);
  }
  return permuted;
}

/** 0, 1, …, count − 1 in an order at random. */
function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.integer(i + 1);
    const moved = order[i];
    order[i] = order[other];
    order[other] = moved;
  }
  return order;
}
