import { allocateBars, type Bar, type Bars } from '../src/domain/bar.ts';
import type { Instrument } from '../src/domain/instrument.ts';
import type { Signal } from '../src/domain/signal.ts';
import type { Strategy } from '../src/ports/strategy.ts';
import type { Journal, JournalRecord } from '../src/ports/journal.ts';

/** One minute. */
export const MINUTE = 60_000;

/** An instrument with prices in cents and whole units; give what differs. */
export function testInstrument(differing: Partial<Instrument> = {}): Instrument {
  return {
    id: 'A', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 0,
    tickSize: 1, lotSize: 1, minNotional: 0, ...differing,
  };
}

/** How a random walk of bars goes. */
export interface Walk {
  readonly bars: number;
  readonly intervalMs?: number;
  readonly start?: number;
  /** Largest move within a bar and between bars, as a share of the price. */
  readonly volatility?: number;
  /** Chance that a bar is missing. */
  readonly gaps?: number;
  readonly decimals?: number;
  readonly from?: number;
}

/** Bars that open where they like, near the close before: gaps in price and, if wanted, in time. */
export function walkBars(random: () => number, { bars: length, intervalMs = MINUTE, start = 100, volatility = 0.01, gaps = 0, decimals = 2, from = 0 }: Walk): Bars {
  const bars = allocateBars(length);
  const unit = 10 ** decimals;
  const round = (price: number) => Math.max(1, Math.round(price * unit)) / unit;
  const move = (price: number) => round(price * (1 + (random() * 2 - 1) * volatility));
  let price = start;
  let timestamp = from;
  for (let i = 0; i < length; i++) {
    const open = move(price);
    const close = move(open);
    const edges = [open, close, move(open), move(close)];
    bars.timestamp[i] = timestamp;
    bars.open[i] = open;
    bars.high[i] = Math.max(...edges);
    bars.low[i] = Math.min(...edges);
    bars.close[i] = close;
    bars.volume[i] = Math.floor(random() * 1000);
    price = close;
    timestamp += intervalMs * (random() < gaps ? 2 + Math.floor(random() * 3) : 1);
  }
  return bars;
}

/** A bar from open, high, low, close; its volume is 1. */
export function bar(timestamp: number, open: number, high = open, low = open, close = open): Bar {
  return { timestamp, open, high, low, close, volume: 1 };
}

/** What a scripted strategy says at one bar; what is left out stays as it was. */
export type Line = Partial<Pick<Signal, 'target' | 'stop' | 'trail' | 'takeProfit'>>;

/** Says what it was told to say, bar by bar, and keeps its opinion after the last line. */
export class ScriptedStrategy implements Strategy {
  readonly #script: readonly (Line | undefined)[];
  #bars = 0;

  constructor(script: readonly (Line | undefined)[]) {
    this.#script = script;
  }

  onBar(_bar: Bar, signal: Signal): void {
    Object.assign(signal, this.#script[this.#bars]);
    this.#bars += 1;
  }
}

/** Changes its mind at random, with stops and profit targets around the close, some of them moving. */
export class RandomStrategy implements Strategy {
  readonly #random: () => number;
  readonly #targets: readonly number[];
  readonly #restlessness: number;
  readonly #exits: number;

  /** `restlessness` is the chance of a new opinion at a bar, `exits` that it comes with a stop or a take-profit. */
  constructor(random: () => number, targets: readonly number[], restlessness: number, exits: number) {
    this.#random = random;
    this.#targets = targets;
    this.#restlessness = restlessness;
    this.#exits = exits;
  }

  onBar({ close }: Bar, signal: Signal): void {
    const random = this.#random;
    const changes = random() < this.#restlessness;
    if (changes) signal.target = this.#targets[Math.floor(random() * this.#targets.length)];
    if (!changes && random() > this.#exits / 4) return;
    const side = Math.sign(signal.target) || NaN;
    signal.stop = random() < this.#exits ? close * (1 - side * random() * 0.02) : NaN;
    signal.trail = random() < 0.3 && !Number.isNaN(signal.stop) ? 0.001 + random() * 0.02 : NaN;
    signal.takeProfit = random() < this.#exits ? close * (1 + side * random() * 0.02) : NaN;
  }
}

/** A journal in memory. */
export class MemoryJournal implements Journal {
  readonly records: JournalRecord[] = [];

  append(record: JournalRecord): void {
    this.records.push(structuredClone(record));
  }
}
