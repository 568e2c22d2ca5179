import { basename } from 'node:path';
import type { BarSet } from '../../adapters/bars/column-file.ts';
import { allocateBars, BAR_COLUMNS, sliceBars, type Bars } from '../../domain/bar.ts';
import { resample } from '../../domain/resample.ts';
import { DAY_MS, formatInterval, type Timestamp } from '../../domain/time.ts';
import { openBarSource } from '../bar-source.ts';
import { Refusal } from '../refusal.ts';
import type { BarsRequest } from './backtest-request.ts';

/** Which bars are wanted of a source. */
export interface BarChoice {
  /** The state folder. */
  readonly home: string;
  /** Resample to this interval; undefined takes the bars as they are. */
  readonly intervalMs: number | undefined;
  readonly from: Timestamp | undefined;
  /** Exclusive. */
  readonly to: Timestamp | undefined;
  /** Only so many bars, counted after from, to and interval. */
  readonly first: number | undefined;
  readonly strict: boolean;
  readonly onProgress?: (fraction: number) => void;
}

/** One market's bars, chosen and ready to run. */
export interface ChosenBars {
  readonly id: string;
  readonly set: BarSet;
  readonly intervalMs: number;
  readonly length: number;
  /** Opening times of the first and the last bar. */
  readonly first: Timestamp;
  readonly last: Timestamp;
  /** Close of the first bar. */
  readonly firstClose: number;
  /** Whether any bar opens on a Saturday: an exchange's do not, a coin's do. */
  readonly weekends: boolean;
  /** In pieces, each valid until the next is taken: the whole, unless it is too large to hold. */
  readonly pieces: Iterable<Bars>;
}

/** Bars up to which a file is held in memory whole: 48 bytes each. */
const HELD_BARS = 2_000_000;
/** Bars looked at to see whether they go on over weekends. */
const WEEKEND_SAMPLE = 100_000;

/** Opens a source and chooses its bars. Refuses an interval that they cannot be made into, and a span without bars. */
export async function chooseBars(source: BarsRequest, choice: BarChoice): Promise<ChosenBars> {
  const set = await openBarSource(source.file, choice);
  try {
    return choose(source, set, choice);
  } catch (error) {
    set.close();
    throw error;
  }
}

/** Opens several sources and chooses their bars, in order. Refuses as `chooseBars`, and then leaves none open. */
export async function chooseAll(sources: readonly BarsRequest[], choice: BarChoice): Promise<readonly ChosenBars[]> {
  const chosen: ChosenBars[] = [];
  try {
    for (const source of sources) chosen.push(await chooseBars(source, choice));
    return chosen;
  } catch (error) {
    for (const { set } of chosen) set.close();
    throw error;
  }
}

/** All chosen bars in one piece, for those who read them more than once; in shared memory where threads are to. */
export function joinBars({ pieces, length }: ChosenBars, shared = false): Bars {
  const bars = allocateBars(length, shared);
  let at = 0;
  for (const piece of pieces) {
    for (const column of BAR_COLUMNS) bars[column].set(piece[column], at);
    at += piece.length;
  }
  return bars;
}

function choose(source: BarsRequest, set: BarSet, choice: BarChoice): ChosenBars {
  const from = choice.from === undefined ? 0 : set.indexOf(choice.from);
  const to = choice.to === undefined ? set.length : set.indexOf(choice.to);
  if (to <= from) {
    throw new Refusal('usage', 'no bars are left in the chosen span', {
      where: source.file, hint: `It holds ${new Date(set.quality.from).toISOString()} to ${new Date(set.quality.to).toISOString()}.`,
    });
  }
  const id = source.instrument ?? basename(source.file).replace(/\.(csv|gz|parquet)/g, '');
  const intervalMs = choice.intervalMs ?? set.intervalMs;
  if (intervalMs !== set.intervalMs) {
    checkInterval(set.intervalMs, intervalMs);
    return held(id, set, intervalMs, firstOf(resample(set.read(from, to), intervalMs), choice.first));
  }
  const end = Math.min(to, from + (choice.first ?? Infinity));
  return end - from <= HELD_BARS ? held(id, set, intervalMs, set.read(from, end)) : streamed(id, set, from, end);
}

function checkInterval(have: number, want: number): void {
  if (want > have && want % have === 0) return;
  throw new Refusal('usage', `bars of ${formatInterval(have)} cannot be made into bars of ${formatInterval(want)}`, {
    where: '--interval', hint: `Give a multiple of ${formatInterval(have)}.`,
  });
}

function firstOf(bars: Bars, first: number | undefined): Bars {
  return first === undefined || first >= bars.length ? bars : sliceBars(bars, 0, first);
}

function held(id: string, set: BarSet, intervalMs: number, bars: Bars): ChosenBars {
  const { length, timestamp } = bars;
  if (length === 0) throw new Refusal('usage', `there are not enough bars for one of ${formatInterval(intervalMs)}`, { where: '--interval' });
  return { id, set, intervalMs, length, first: timestamp[0], last: timestamp[length - 1], firstClose: bars.close[0], weekends: tradesOnWeekends(bars), pieces: [bars] };
}

function streamed(id: string, set: BarSet, from: number, to: number): ChosenBars {
  const head = set.read(from, Math.min(to, from + WEEKEND_SAMPLE));
  return {
    id, set, intervalMs: set.intervalMs, length: to - from, first: head.timestamp[0],
    last: set.read(to - 1, to).timestamp[0], firstClose: head.close[0], weekends: tradesOnWeekends(head), pieces: set.blocks(from, to),
  };
}

/** Less than a week tells nothing and counts as a coin. */
function tradesOnWeekends({ length, timestamp }: Bars): boolean {
  if (timestamp[length - 1] - timestamp[0] < 7 * DAY_MS) return true;
  // The epoch was a Thursday, so Saturday is day 2 of the week that begins there.
  for (let i = 0; i < length; i++) if (Math.floor(timestamp[i] / DAY_MS) % 7 === 2) return true;
  return false;
}
