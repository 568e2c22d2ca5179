import type { Bars } from '../domain/bar.ts';
import type { Random } from '../domain/random.ts';
import type { Timestamp } from '../domain/time.ts';
import type { RoundTrip } from '../pipeline/trade-log.ts';
import { firstFrom } from './fill-volume.ts';
import { PathTally, type PathScale, type Simulation } from './path-tally.ts';
import type { Draw } from './resampling.ts';

/** How the trades of a run are priced again on its bars. */
export interface EntrySetting {
  readonly bars: Bars;
  readonly intervalMs: number;
  readonly fill: 'next-open' | 'close';
  readonly cash: number;
  /** Whether a trade's size goes with the equity before it; else it is a number of units. */
  readonly compounds: boolean;
  /** Bars at the beginning on which the strategy could not trade yet. */
  readonly warmup: number;
}

/** Random entries, and how likely they are to do as well as the real ones. */
export interface EntrySimulation extends Simulation {
  /** Share of the random runs that end at least as high as the real trades do, the real one counted among them. */
  readonly pValue: number;
}

/**
 * Trades with the directions, sizes, holding times and costs of a run's round trips, entered at
 * random: is it the timing that earns? The trips are shuffled and laid over the same bars, never
 * two at once, with the time between them divided at random. Prices are the opens (or closes) of the
 * bars that a trade begins and ends on, better or worse by the share by which the real trade's were:
 * slippage, or a stop inside a bar. So the real entries come to the engine's own result; only what is
 * no fill, such as funding, is left out, and that a trade is scaled up and down while it lasts.
 */
export class RandomEntries {
  private readonly setting: EntrySetting;
  /** Prices at the place of a trade; after the last open comes the last close. */
  private readonly prices: Float64Array;
  private readonly entries: Int32Array;
  /** Of each trip: bars from entry to exit, signed size (units, or units × price ÷ equity), costs ÷ value traded. */
  private readonly holdings: Int32Array;
  private readonly sizes: Float64Array;
  private readonly costs: Float64Array;
  /** What each trip paid and got, as shares of the prices at its places. */
  private readonly entrySlips: Float64Array;
  private readonly exitSlips: Float64Array;
  /** First place at which a random trade may begin, and places that no trade covers. */
  private readonly first: number;
  private readonly free: number;

  /** `trips` are those of one book, in order; none of them may overlap another. */
  constructor(trips: readonly RoundTrip[], setting: EntrySetting) {
    const { bars, fill, cash, compounds, warmup } = setting;
    this.setting = setting;
    this.prices = fill === 'close' ? bars.close : Float64Array.from({ length: bars.length + 1 }, (_, i) => (i < bars.length ? bars.open[i] : bars.close[i - 1]));
    this.entries = Int32Array.from(trips, ({ tsEntry }) => this.#place(tsEntry));
    this.holdings = Int32Array.from(trips, ({ tsExit }, i) => this.#place(tsExit) - this.entries[i]);
    this.sizes = new Float64Array(trips.length);
    this.costs = Float64Array.from(trips, ({ quantity, entryPrice, exitPrice, fees }) => fees / (Math.abs(quantity) * (entryPrice + exitPrice)));
    this.entrySlips = Float64Array.from(trips, ({ entryPrice }, i) => entryPrice / this.prices[this.entries[i]]);
    this.exitSlips = Float64Array.from(trips, ({ exitPrice }, i) => exitPrice / this.prices[this.entries[i] + this.holdings[i]]);
    let equity = cash;
    trips.forEach(({ quantity, entryPrice, pnl }, i) => {
      this.sizes[i] = compounds ? (quantity * entryPrice) / equity : quantity;
      equity += pnl;
    });
    this.first = Math.min(warmup, ...this.entries.subarray(0, 1));
    this.free = this.prices.length - 1 - this.first - this.holdings.reduce((sum, bars) => sum + bars, 0);
  }

  /** The course of equity of the trips where they really were: the cash, then the equity at each close. */
  actual(): Float64Array {
    return this.#walk(this.entries, Int32Array.from(this.entries.keys()), new Float64Array(this.setting.bars.length + 1));
  }

  /** Lays the trips at random so many times. */
  simulate(scale: Omit<PathScale, 'steps'>, { runs, random, onDone }: Draw): EntrySimulation {
    const actual = this.actual();
    const order = Int32Array.from(this.entries.keys());
    const entries = new Int32Array(order.length);
    const gaps = new Float64Array(order.length);
    const path = new Float64Array(actual.length);
    const tally = new PathTally(runs, { ...scale, steps: actual.length - 1 });
    for (let run = 0; run < runs; run++) {
      this.#lay(random, order, gaps, entries);
      tally.add(this.#walk(entries, order, path));
      onDone?.(run + 1);
    }
    return { ...tally.result(actual), pValue: tally.pValue(actual) };
  }

  /** Shuffles the trips and divides the free time: cuts in it fall anywhere, and each trip begins at one. */
  #lay(random: Random, order: Int32Array, gaps: Float64Array, entries: Int32Array): void {
    for (let i = order.length - 1; i > 0; i--) {
      const other = random.integer(i + 1);
      const moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
    for (let i = 0; i < gaps.length; i++) gaps[i] = random.integer(this.free + 1);
    gaps.sort();
    let covered = this.first;
    for (let i = 0; i < entries.length; i++) {
      entries[i] = covered + gaps[i];
      covered += this.holdings[order[i]];
    }
  }

  /** Writes the course of trips in this order, entered at these places. */
  #walk(entries: Int32Array, order: Int32Array, path: Float64Array): Float64Array {
    const { prices, holdings, sizes, costs, entrySlips, exitSlips } = this;
    const { bars: { close }, cash, compounds } = this.setting;
    let equity = cash;
    let at = 0;
    path[at++] = cash;
    for (let i = 0; i < entries.length; i++) {
      const trip = order[i];
      const entry = entries[i];
      const exit = entry + holdings[trip];
      const price = prices[entry] * entrySlips[trip];
      const left = prices[exit] * exitSlips[trip];
      // A share of what is not there is nothing, and not the other side.
      const units = compounds ? sizes[trip] * Math.max(0, equity) / price : sizes[trip];
      const rate = Math.abs(units) * costs[trip];
      for (; at <= entry; at++) path[at] = equity;
      const held = equity - units * price - rate * price;
      for (; at <= exit; at++) path[at] = held + units * close[at - 1];
      equity += units * (left - price) - rate * (price + left);
    }
    for (; at < path.length; at++) path[at] = equity;
    // A trade that ends with the last bar is over by its close.
    path[path.length - 1] = equity;
    return path;
  }

  /** The place of a trade: the bar that opens then, or closes then; the end, where there is none later. */
  #place(time: Timestamp): number {
    const { bars: { timestamp }, intervalMs, fill } = this.setting;
    const place = firstFrom(timestamp, fill === 'close' ? time - intervalMs : time);
    return Math.min(place, this.prices.length - 1);
  }
}
