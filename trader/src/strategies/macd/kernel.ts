import { bitWords, type Bars } from '../../domain/bar.ts';
import { Ema, type Seed } from '../../indicators/moving-average.ts';
import { Macd } from '../../indicators/trend.ts';
import type { ColumnKernel } from '../../ports/kernel.ts';
import { laneMachine, MOST_LANES, STRETCH, type LaneMachine, type Lanes } from './lanes.ts';

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

/** Bits that are worked out before they are shown: 4 MB. */
const BITS = 1 << 25;

/**
 * The cross and zero rules over columns. Each average is worked out once for all sets that share
 * it, and signal lines of one MACD line advance together, by a `machine` for each side that is made
 * when it is first needed. `wait` is the bars without a decision.
 */
export function macdKernel<V extends MacdSet>(wait: (values: V) => number, machine: () => LaneMachine = laneMachine): ColumnKernel<V> {
  let machines: Readonly<Record<Side, LaneMachine>> | undefined;
  return {
    supports: ({ rule, stop, target }) => (rule === 'cross' || rule === 'zero') && stop === 0 && target === 0,
    decide(bars, sets, show) {
      machines ??= { long: machine(), short: machine() };
      const groups = groupByLine(sets);
      const atOnce = Math.max(1, Math.floor(BITS / MOST_LANES / bars.length));
      for (let at = 0; at < groups.length; at += atOnce) {
        const some = groups.slice(at, at + atOnce);
        const members = some.map((group) => group.map((set) => sets[set]));
        const long = columns(bars, members, wait, 'long', machines.long);
        const short = columns(bars, members, wait, 'short', machines.short);
        some.forEach((group, g) => group.forEach((set, line) => {
          const { direction } = sets[set];
          show(set, { long: direction === 'short' ? undefined : long?.row(g, line), short: direction === 'long' ? undefined : short?.row(g, line) });
        }));
      }
    },
  };
}

/** Indices of sets that share a MACD line, in groups as equal as can be of those that advance together, and of close lines one after another. */
function groupByLine(sets: readonly MacdSet[]): number[][] {
  const order = sets.map((_, index) => index).sort((a, b) => compareLines(sets[a], sets[b]) || a - b);
  const groups: number[][] = [];
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && compareLines(sets[order[from]], sets[order[to]]) === 0) to += 1;
    const size = Math.ceil((to - from) / Math.ceil((to - from) / MOST_LANES));
    for (let at = from; at < to; at += size) groups.push(order.slice(at, Math.min(to, at + size)));
  }
  return groups;
}

function compareLines(a: MacdSet, b: MacdSet): number {
  return a.slow - b.slow || a.fast - b.fast || (a.seed === b.seed ? 0 : a.seed < b.seed ? -1 : 1);
}

/** The columns of one side; undefined where no set takes it. */
function columns<V extends MacdSet>(bars: Bars, groups: readonly (readonly V[])[], wait: (values: V) => number, side: Side, machine: LaneMachine): SideColumns | undefined {
  if (groups.every((group) => group.every(({ direction }) => direction !== 'both' && direction !== side))) return undefined;
  const all = new SideColumns(bars, groups, side, machine);
  groups.forEach((group, g) => group.forEach((set, line) => clear(all.row(g, line), Math.min(wait(set), bars.length))));
  return all;
}

/**
 * For each line a row of bits that say where its MACD line is above its signal line, or for shorts
 * below. Short is long on the mirrored line, slow − fast: a sign changes nothing else in any sum.
 */
class SideColumns {
  readonly #bars: Bars;
  readonly #words: number;
  readonly #lanes: Lanes;
  /** Per group, which averages its line is the difference of, and its lanes. */
  readonly #groups: readonly { readonly up: number; readonly down: number; readonly lane: number; readonly lanes: number }[];

  constructor(bars: Bars, groups: readonly (readonly MacdSet[])[], side: Side, machine: LaneMachine) {
    const averages = new AverageList();
    let room = 0;
    this.#groups = groups.map((group) => {
      const [{ fast, slow, seed }] = group;
      const [up, down] = [averages.index(side === 'long' ? fast : slow, seed), averages.index(side === 'long' ? slow : fast, seed)];
      const place = { up, down, lane: room, lanes: Math.ceil(group.length / machine.step) * machine.step };
      room += place.lanes;
      return place;
    });
    this.#bars = bars;
    this.#words = bitWords(bars.length);
    this.#lanes = machine.lanes(averages.all.length, room, this.#words);
    const end = this.#words * 32;
    const lead = Math.min(end, bitWords(Math.max(...groups.map((group) => Math.max(...group.map(barsToStart))))) * 32);
    groups.forEach((group, g) => group.forEach((set, line) => {
      const { lane } = this.#groups[g];
      this.#lanes.signal[lane + line] = start(set, bars, lead, side, this.row(g, line));
      this.#lanes.alpha[lane + line] = set.rule === 'zero' ? 0 : 2 / (set.signal + 1);
    }));
    averages.all.forEach(({ period, seed }, index) => {
      this.#lanes.level[index] = averageAt(bars, lead, period, seed);
      this.#lanes.weight[index] = 2 / (period + 1);
    });
    for (let from = lead; from < end; from += STRETCH) this.#advance(from, Math.min(STRETCH, end - from));
  }

  row(group: number, line: number): Int32Array {
    const lane = this.#groups[group].lane + line;
    return this.#lanes.bits.subarray(lane * this.#words, (lane + 1) * this.#words);
  }

  #advance(from: number, count: number): void {
    const { close, length } = this.#bars;
    const known = Math.min(count, length - from);
    this.#lanes.prices.set(close.subarray(from, from + known));
    this.#lanes.average(known);
    for (const { up, down, lane, lanes } of this.#groups) this.#lanes.advance(up, down, count, lane, lanes, from >> 5);
  }
}

/** The averages of the close that lines share, each once. */
class AverageList {
  readonly all: { readonly period: number; readonly seed: Seed }[] = [];
  readonly #index = new Map<string, number>();

  /** Which average it is: the same one for the same arguments. */
  index(period: number, seed: Seed): number {
    const key = `${seed} ${period}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    this.#index.set(key, this.all.length);
    return this.all.push({ period, seed }) - 1;
  }
}

/** An average after the first `lead` bars, by which it has started. */
function averageAt({ close, length }: Bars, lead: number, period: number, seed: Seed): number {
  if (lead === 0) return close[0];
  const ema = new Ema(period, seed);
  for (let i = 0; i < lead && i < length; i++) ema.update(close[i]);
  return ema.value;
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
