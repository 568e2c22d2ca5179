import { allocateBars, sliceBars, type Bars } from '../../domain/bar.ts';
import { resample } from '../../domain/resample.ts';
import { formatInterval, parseInterval, type Timestamp } from '../../domain/time.ts';
import type { BarRow } from '../../ports/engine-feed.ts';
import type { MarketStore, SeriesSummary } from '../../ports/market-store.ts';
import { present, type Handlers } from '../call.ts';
import { ApiError } from '../problem.ts';
import type { EngineReplica } from '../replica.ts';
import type { Answer, Checked } from '../schema/table.ts';

/** Where bars come from: those of the run, and the stored ones of whatever else was fetched. */
export interface BarParts {
  readonly replica: EngineReplica;
  /** Undefined while nothing was ever stored. */
  readonly marketStore: () => Promise<MarketStore | undefined>;
}

type Asked = Checked<'listBars'>['query'];

/** Bars as a chart asks for them: the newest before `to`, of any interval that those at hand divide. */
export function barHandlers({ replica, marketStore }: BarParts): Handlers<'listBars'> {
  return {
    async listBars({ query }) {
      const facts = present(replica.facts, 'the trading loop');
      const base = facts.markets.get(query.instrument)?.intervalMs;
      const rows = facts.bars.get(query.instrument)?.all() ?? [];
      const wanted = query.interval === undefined ? base : parseInterval(query.interval);
      const stored = await storedSeries(await marketStore(), query.instrument, wanted);
      if (stored !== undefined && (base === undefined || endsBefore(rows, query))) return storedBars(stored, query, wanted ?? stored.series.intervalMs);
      if (base === undefined) throw new ApiError('not-found', `neither the run nor the store has ${query.instrument} in ${query.interval ?? 'any interval'}`);
      return runBars(rows, query, divided(base, wanted ?? base), stored?.series.first);
    },
  };
}

/** Whether what is asked for lies before the first bar of the run. */
function endsBefore(rows: readonly BarRow[], { to }: Asked): boolean {
  return rows.length === 0 || (to !== undefined && to <= rows[0][0]);
}

function runBars(rows: readonly BarRow[], query: Asked, intervalMs: number, firstStored = Infinity): Answer<'listBars'> {
  if (rows.length === 0) return answer(query, intervalMs, allocateBars(0), 'run', false);
  return answer(query, intervalMs, resample(columns(rows), intervalMs, true), 'run', firstStored < rows[0][0]);
}

interface Stored {
  readonly store: MarketStore;
  readonly series: SeriesSummary;
}

async function storedBars({ store, series }: Stored, query: Asked, intervalMs: number): Promise<Answer<'listBars'>> {
  const to = query.to ?? series.last + series.intervalMs;
  const first = Math.max(query.from ?? -Infinity, series.first);
  const from = Math.max(first, to - SPARE * query.limit * intervalMs);
  let bars = await store.range(series, { from, to });
  // Nights and holidays: so many bars reach further back.
  if (bars.length * series.intervalMs < query.limit * intervalMs && from > first) bars = await store.range(series, { from: first, to });
  return answer(query, intervalMs, bars.length === 0 ? bars : resample(bars, intervalMs, true), 'store', bars.length > 0 && bars.timestamp[0] > series.first);
}

/** So many times the asked span is read at first. */
const SPARE = 2;

function divided(base: number, wanted: number): number {
  if (wanted % base !== 0) throw new ApiError('not-found', `bars of ${formatInterval(base)} do not make bars of ${formatInterval(wanted)}`);
  return wanted;
}

/** The stored series of the longest interval that divides the wanted one; of the shortest there is where none is wanted. */
async function storedSeries(store: MarketStore | undefined, instrument: string, wanted: number | undefined): Promise<Stored | undefined> {
  if (store === undefined) return undefined;
  const own = (await store.list()).filter((series) => series.instrument === instrument && (wanted === undefined || wanted % series.intervalMs === 0));
  const series = own.toSorted((a, b) => (wanted === undefined ? a.intervalMs - b.intervalMs : b.intervalMs - a.intervalMs)).at(0);
  return series && { store, series };
}

function columns(rows: readonly BarRow[]): Bars {
  const bars = allocateBars(rows.length);
  rows.forEach(([at, open, high, low, close, volume], i) => {
    bars.timestamp[i] = at;
    bars.open[i] = open;
    bars.high[i] = high;
    bars.low[i] = low;
    bars.close[i] = close;
    bars.volume[i] = volume ?? NaN;
  });
  return bars;
}

function answer({ instrument, from = -Infinity, to = Infinity, limit }: Asked, intervalMs: number, bars: Bars, source: 'run' | 'store', moreBefore: boolean): Answer<'listBars'> {
  const end = firstFrom(bars, to);
  const begin = Math.max(firstFrom(bars, from), end - limit);
  const part = sliceBars(bars, begin, end);
  const list = (column: Float64Array) => Array.from(column.subarray(0, part.length));
  return {
    instrument, interval: formatInterval(intervalMs), time: list(part.timestamp), open: list(part.open), high: list(part.high), low: list(part.low), close: list(part.close),
    volume: list(part.volume).map((volume) => (Number.isNaN(volume) ? null : volume)),
    more: begin > 0 && bars.timestamp[begin - 1] >= from || begin === 0 && moreBefore && from === -Infinity, source,
  };
}

/** Place of the first bar that opens at or after a moment. */
function firstFrom(bars: Bars, moment: Timestamp): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars.timestamp[middle] < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
