import { allocateBars, BAR_COLUMNS, type Bars } from '../domain/bar.ts';
import type { Random } from '../domain/random.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Strategy } from '../ports/strategy.ts';
import { copyBars, decide, firstDifference, opinionAt, type Decisions, type Difference } from './decisions.ts';

/** A strategy under suspicion: how a new one is made, and what it is tried on. */
export interface Suspect {
  readonly create: () => Strategy;
  readonly bars: Bars;
}

/** A place at which the future was taken away or exchanged, and decisions before it changed. */
export interface Leak extends Difference {
  /** How the future was kept from the strategy: cut off, or replaced by another. */
  readonly way: 'hidden' | 'replaced';
  /** Bars that it was given unchanged. */
  readonly given: number;
  /** What it threw instead of deciding, where it did. */
  readonly thrown: string | undefined;
}

/** What was found out about where a strategy's decisions come from. */
export interface BiasFindings {
  /** Decisions that were looked at. */
  readonly bars: number;
  /** Where two strategies made alike disagree on the same bars: then nothing else can be told. */
  readonly unrepeatable: Difference | undefined;
  /** A bar that the strategy has changed. */
  readonly tampered: { readonly bar: number; readonly timestamp: Timestamp; readonly column: string } | undefined;
  /** Places at which the future was taken away, and those of them at which that changed a decision. */
  readonly places: number;
  readonly leaks: readonly Leak[];
  /** How far ahead it looked at most, in bars; 0 without a leak. */
  readonly reach: number;
  /** How well decisions on invented prices foretell the real ones. */
  readonly foresight: Foresight;
}

/** What decisions on invented prices know of the real ones. */
export interface Foresight {
  /** The t of the real returns after decisions on invented prices that lies farthest from 0; null where it wanted nothing there. */
  readonly t: number | null;
  readonly knows: boolean;
}

/**
 * |t| of a knowing strategy: for decisions that know nothing of the real prices t is about standard
 * normal, whatever they are, so that 5 comes by chance once in a million tries.
 */
const KNOWING = 5;
/** Invented worlds: one could be such that a strategy wants nothing. */
const WORLDS = 3;
/** Decisions that are added up before a return, so that one who sees far shows as well as one who sees near. */
const HORIZONS = [1, 10, 100];

/**
 * Finds out whether a strategy decides by what it could not have known. It is run again and must
 * repeat itself; its bars must be untouched; it is run with the future cut off and with another
 * future at `places` seeded places, and must decide the same up to there; and it is run on invented
 * prices, where whoever knows the real ones from elsewhere (a file, a former run, the network) gives
 * himself away by decisions that foretell them. Throws what the strategy throws on its first run.
 */
export function checkBias(suspect: Suspect, places: number, random: Random): BiasFindings {
  const { bars } = suspect;
  const shown = copyBars(bars, 0, bars.length);
  const expected = decide(suspect.create(), shown);
  const tampered = changedBar(bars, shown);
  const unrepeatable = firstDifference(expected, decide(suspect.create(), copyBars(bars, 0, bars.length)), bars, bars.length);
  const findings = { bars: bars.length, unrepeatable, tampered };
  if (unrepeatable !== undefined) return { ...findings, places: 0, leaks: [], reach: 0, foresight: { t: null, knows: false } };
  const leaks: Leak[] = [];
  for (let place = 0; place < places; place++) {
    const given = 1 + random.integer(Math.max(1, bars.length - 1));
    for (const way of ['hidden', 'replaced'] as const) {
      const leak = leakAt(suspect, expected, given, way);
      if (leak) leaks.push(leak);
    }
  }
  return { ...findings, places, leaks, reach: Math.max(0, ...leaks.map(({ given, bar }) => given - bar)), foresight: foresightOf(suspect, random) };
}

function leakAt({ create, bars }: Suspect, expected: Decisions, given: number, way: Leak['way']): Leak | undefined {
  const world = way === 'hidden' ? copyBars(bars, 0, given) : withOtherFuture(bars, given);
  try {
    const difference = firstDifference(expected, decide(create(), world), bars, given);
    return difference && { ...difference, way, given, thrown: undefined };
  } catch (error) {
    const last = given - 1;
    const opinion = opinionAt(expected, last);
    return { bar: last, timestamp: bars.timestamp[last], expected: opinion, got: opinion, way, given, thrown: error instanceof Error ? error.message : String(error) };
  }
}

/** The same bars up to `given`; from there on every price is mirrored at the last one, so that what rose falls. */
function withOtherFuture(bars: Bars, given: number): Bars {
  const other = copyBars(bars, 0, bars.length);
  const square = bars.close[given - 1] ** 2;
  for (let i = given; i < bars.length; i++) {
    other.open[i] = square / bars.open[i];
    other.high[i] = square / bars.low[i];
    other.low[i] = square / bars.high[i];
    other.close[i] = square / bars.close[i];
  }
  return other;
}

/** The first value of the bars that is no longer what it was. */
function changedBar(before: Bars, after: Bars): BiasFindings['tampered'] {
  for (let bar = 0; bar < before.length; bar++) {
    const column = BAR_COLUMNS.find((name) => !Object.is(before[name][bar], after[name][bar]));
    if (column !== undefined) return { bar, timestamp: before.timestamp[bar], column };
  }
  return undefined;
}

/**
 * Runs on prices that never were, at the times of the real ones, and asks whether the decisions foretell
 * the real returns. Their mean is taken off, so that whoever is always long knows nothing. Products of
 * earlier decisions and a later return have no expectation unless the one knows the other, so for each
 * horizon, with x the sum of that many last decisions, t = Σ x·r / √Σ (x·r)²: the self-normalised sum.
 */
function foresightOf({ create, bars }: Suspect, random: Random): Foresight {
  const returns = Float64Array.from({ length: Math.max(0, bars.length - 1) }, (_, i) => Math.log(bars.close[i + 1] / bars.close[i]));
  const mean = returns.reduce((sum, value) => sum + value, 0) / returns.length;
  const deviation = Math.sqrt(returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / returns.length);
  const worlds: Float64Array[] = [];
  for (let world = 0; world < WORLDS; world++) {
    try {
      worlds.push(decide(create(), inventedBars(bars, deviation, random)).target);
    } catch {
      // Whoever cannot live in another world tells nothing by it.
    }
  }
  const ts = HORIZONS.map((horizon) => tStatistic(worlds, horizon, returns, mean)).filter((t) => t !== undefined);
  const t = ts.length === 0 ? null : ts.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return { t, knows: t !== null && Math.abs(t) > KNOWING };
}

/** One t over all worlds; undefined where nothing was wanted in any. */
function tStatistic(worlds: readonly Float64Array[], horizon: number, returns: Float64Array, mean: number): number | undefined {
  let sum = 0;
  let squares = 0;
  for (const target of worlds) {
    let last = 0;
    for (let i = 0; i < returns.length; i++) {
      last += target[i] - (i >= horizon ? target[i - horizon] : 0);
      const product = last * (returns[i] - mean);
      sum += product;
      squares += product * product;
    }
  }
  // Worlds of one who knows are alike: together they are no more evidence than one.
  return squares > 0 ? sum / Math.sqrt(squares * worlds.length) : undefined;
}

/** A random walk with the times and the volatility of `bars`, and nothing else of them. */
function inventedBars(bars: Bars, deviation: number, random: Random): Bars {
  const { length } = bars;
  const invented = allocateBars(length);
  invented.timestamp.set(bars.timestamp);
  let price = length > 0 ? bars.open[0] : 1;
  for (let i = 0; i < length; i++) {
    const close = price * Math.exp(deviation * random.normal());
    invented.open[i] = price;
    invented.close[i] = close;
    invented.high[i] = Math.max(price, close) * Math.exp(deviation * random.next() / 2);
    invented.low[i] = Math.min(price, close) * Math.exp(-deviation * random.next() / 2);
    invented.volume[i] = bars.volume[random.integer(length)];
    price = close;
  }
  return invented;
}
