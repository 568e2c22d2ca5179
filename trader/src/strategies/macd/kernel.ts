import { bitWords, type Bars } from '../../domain/bar.ts';
import { Ema, type Seed } from '../../indicators/moving-average.ts';
import { Macd } from '../../indicators/trend.ts';
import type { ColumnKernel } from '../../ports/kernel.ts';

/** What the kernel reads of a parameter set. */
interface MacdSet {
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
  readonly seed: Seed;
  readonly rule: string;
  readonly direction: 'long' | 'short' | 'both';
  readonly stop: number;
  readonly target: number;
}

type Side = 'long' | 'short';

/** Signal lines that advance together. */
const LANES = 5;
/** Bars that all groups advance over before any goes on, a multiple of 32: the averages stay in the cache. */
const STRETCH = 480;
/** Bits that are worked out before they are shown: 16 MB. */
const BITS = 1 << 27;

/**
 * The cross and zero rules over columns. Each average is worked out once for all sets that share
 * it. Signal lines of one MACD line advance five at a time: each is a recurrence, and a single one
 * would leave the processor waiting for its own last result. `wait` is the bars without a decision.
 */
export function macdKernel<V extends MacdSet>(wait: (values: V) => number): ColumnKernel<V> {
  return {
    supports: ({ rule, stop, target }) => (rule === 'cross' || rule === 'zero') && stop === 0 && target === 0,
    decide(bars, sets, show) {
      const groups = groupByLine(sets);
      const atOnce = Math.max(1, Math.floor(BITS / LANES / bars.length));
      for (let at = 0; at < groups.length; at += atOnce) {
        const some = groups.slice(at, at + atOnce);
        const members = some.map((group) => group.map((set) => sets[set]));
        const long = columns(bars, members, wait, 'long');
        const short = columns(bars, members, wait, 'short');
        some.forEach((group, g) => group.forEach((set, lane) => {
          const { direction } = sets[set];
          const row = g * LANES + lane;
          show(set, { long: direction === 'short' ? undefined : long?.row(row), short: direction === 'long' ? undefined : short?.row(row) });
        }));
      }
    },
  };
}

/** Indices of sets that share a MACD line, at most five together, and of close lines one after another. */
function groupByLine(sets: readonly MacdSet[]): number[][] {
  const order = sets.map((_, index) => index).sort((a, b) => compareLines(sets[a], sets[b]) || a - b);
  const groups: number[][] = [];
  for (const index of order) {
    const group = groups.at(-1);
    if (group && group.length < LANES && compareLines(sets[group[0]], sets[index]) === 0) group.push(index);
    else groups.push([index]);
  }
  return groups;
}

function compareLines(a: MacdSet, b: MacdSet): number {
  return a.slow - b.slow || a.fast - b.fast || (a.seed === b.seed ? 0 : a.seed < b.seed ? -1 : 1);
}

/** The columns of one side; undefined where no set takes it. */
function columns<V extends MacdSet>(bars: Bars, groups: readonly (readonly V[])[], wait: (values: V) => number, side: Side): SideColumns | undefined {
  if (groups.every((group) => group.every(({ direction }) => direction !== 'both' && direction !== side))) return undefined;
  const all = new SideColumns(bars, groups, side);
  groups.forEach((group, g) => group.forEach((set, lane) => clear(all.row(g * LANES + lane), Math.min(wait(set), bars.length))));
  return all;
}

/**
 * For each lane a row of bits that say where its MACD line is above its signal line, or for shorts
 * below. Short is long on the mirrored line, slow − fast: a sign changes nothing else in any sum.
 */
class SideColumns {
  readonly #words: number;
  readonly #bits: Int32Array;
  readonly #signal: Float64Array;
  readonly #alpha: Float64Array;
  readonly #averages: Averages;
  /** Per group, which averages its line is the difference of. */
  readonly #up: readonly number[];
  readonly #down: readonly number[];

  constructor(bars: Bars, groups: readonly (readonly MacdSet[])[], side: Side) {
    const room = groups.length * LANES;
    this.#words = bitWords(bars.length);
    this.#bits = new Int32Array(room * this.#words);
    this.#signal = new Float64Array(room);
    this.#alpha = new Float64Array(room);
    this.#averages = new Averages(bars);
    this.#up = groups.map(([{ fast, slow, seed }]) => this.#averages.index(side === 'long' ? fast : slow, seed));
    this.#down = groups.map(([{ fast, slow, seed }]) => this.#averages.index(side === 'long' ? slow : fast, seed));
    const end = this.#words * 32;
    const lead = Math.min(end, bitWords(Math.max(...groups.map((group) => Math.max(...group.map(barsToStart))))) * 32);
    groups.forEach((group, g) => group.forEach((set, lane) => {
      this.#signal[g * LANES + lane] = start(set, bars, lead, side, this.row(g * LANES + lane));
      this.#alpha[g * LANES + lane] = set.rule === 'zero' ? 0 : 2 / (set.signal + 1);
    }));
    this.#averages.start(lead);
    for (let from = lead; from < end; from += STRETCH) this.#advance(from, Math.min(STRETCH, end - from));
  }

  row(lane: number): Int32Array {
    return this.#bits.subarray(lane * this.#words, (lane + 1) * this.#words);
  }

  #advance(from: number, count: number): void {
    const averages = this.#averages;
    averages.advance(from, count);
    for (let group = 0; group < this.#up.length; group++) {
      const up = this.#up[group] * STRETCH;
      const down = this.#down[group] * STRETCH;
      advance(averages.values, up, down, count, group * LANES, this.#alpha, this.#signal, this.#bits, from >> 5, this.#words);
    }
  }
}

/** The averages of the close that lines share, one stretch of bars at a time. */
class Averages {
  /** The stretch, one average after the other. */
  values = new Float64Array(0);
  readonly #bars: Bars;
  readonly #index = new Map<string, number>();
  readonly #emas: { readonly period: number; readonly seed: Seed; value: number }[] = [];

  constructor(bars: Bars) {
    this.#bars = bars;
  }

  /** Which average it is: the same one for the same arguments. */
  index(period: number, seed: Seed): number {
    const key = `${seed} ${period}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    this.#index.set(key, this.#emas.length);
    return this.#emas.push({ period, seed, value: NaN }) - 1;
  }

  /** Takes the first `lead` bars, by which every average has started. */
  start(lead: number): void {
    const { close, length } = this.#bars;
    this.values = new Float64Array(this.#emas.length * STRETCH);
    for (const average of this.#emas) {
      const ema = new Ema(average.period, average.seed);
      for (let i = 0; i < lead && i < length; i++) ema.update(close[i]);
      average.value = lead === 0 ? close[0] : ema.value;
    }
  }

  advance(from: number, count: number): void {
    const { close, length } = this.#bars;
    this.#emas.forEach((ema, index) => {
      ema.value = average(close, from, Math.min(count, length - from), ema.value, 2 / (ema.period + 1), this.values, index * STRETCH);
    });
  }
}

/**
 * Bars that only the streaming indicator can take, before every average of the set has started.
 * Seed `first` has none: averages that stand at the first close, and a signal line at zero, are
 * moved by nothing when that close comes.
 */
function barsToStart({ slow, signal, seed }: MacdSet): number {
  return seed === 'first' ? 0 : slow + signal - 1;
}

/**
 * Decides the first `lead` bars of one lane by the streaming indicator and returns the signal line
 * there. The zero rule is a signal line that stays at zero.
 */
function start({ fast, slow, signal, seed, rule }: MacdSet, { close, length }: Bars, lead: number, side: Side, row: Int32Array): number {
  if (lead === 0) return 0;
  const lines = new Macd(fast, slow, signal, seed);
  let word = 0;
  for (let i = 0; i < lead; i++) {
    if (i < length) lines.update(close[i]);
    const level = rule === 'zero' ? 0 : lines.signal;
    word = word << 1 | Number(side === 'long' ? lines.macd > level : lines.macd < level);
    if (i % 32 === 31) row[i >> 5] = word;
  }
  if (rule === 'zero') return 0;
  return side === 'long' ? lines.signal : -lines.signal;
}

/** Clears the first `count` bits. */
function clear(row: Int32Array, count: number): void {
  row.fill(0, 0, count >> 5);
  if (count % 32 > 0) row[count >> 5] &= -1 >>> count % 32;
}

/** The arithmetic of `Ema` from `value` on, in a local, which stays in a register. Returns the last value. */
function average(x: Float64Array, from: number, count: number, value: number, alpha: number, out: Float64Array, at: number): number {
  for (let i = 0; i < count; i++) {
    value += alpha * (x[from + i] - value);
    out[at + i] = value;
  }
  return value;
}

/**
 * Moves the five signal lines from `lane` on over `count` bars, a multiple of 32, with the
 * arithmetic of `Ema`, and writes the comparisons as words. Locals, because they stay in
 * registers; `| 0`, because it spares the overflow checks that would keep every old value alive.
 */
function advance(
  averages: Float64Array, up: number, down: number, count: number, lane: number, alpha: Float64Array, signal: Float64Array,
  bits: Int32Array, word: number, words: number,
): void {
  const a0 = alpha[lane], a1 = alpha[lane + 1], a2 = alpha[lane + 2], a3 = alpha[lane + 3], a4 = alpha[lane + 4];
  let s0 = signal[lane], s1 = signal[lane + 1], s2 = signal[lane + 2], s3 = signal[lane + 3], s4 = signal[lane + 4];
  let at = lane * words + word;
  for (let from = 0; from < count; from = from + 32 | 0, at = at + 1 | 0) {
    const to = from + 32 | 0;
    let w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0;
    for (let i = from; i < to; i = i + 1 | 0) {
      const x = averages[up + i | 0] - averages[down + i | 0];
      s0 += a0 * (x - s0); s1 += a1 * (x - s1); s2 += a2 * (x - s2); s3 += a3 * (x - s3); s4 += a4 * (x - s4);
      w0 = w0 << 1 | +(s0 < x); w1 = w1 << 1 | +(s1 < x); w2 = w2 << 1 | +(s2 < x); w3 = w3 << 1 | +(s3 < x); w4 = w4 << 1 | +(s4 < x);
    }
    bits[at] = w0; bits[at + words | 0] = w1; bits[at + 2 * words | 0] = w2; bits[at + 3 * words | 0] = w3; bits[at + 4 * words | 0] = w4;
  }
  signal[lane] = s0; signal[lane + 1] = s1; signal[lane + 2] = s2; signal[lane + 3] = s3; signal[lane + 4] = s4;
}
