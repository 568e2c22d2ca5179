import { dayCounted, monthlyReturns, yearlyReturns } from '../../analytics/calendar-returns.ts';
import { drawdowns } from '../../analytics/drawdowns.ts';
import { performance } from '../../analytics/metrics.ts';
import { returnsInYear } from '../../analytics/returns.ts';
import { tradeStatistics } from '../../analytics/trades.ts';
import { add, format, parseDecimal, type Exact } from '../../domain/exact.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EquityRow } from '../../ports/engine-feed.ts';
import type { JournalNote, NoteStore } from '../../ports/note-store.ts';
import { holds, type Caller } from '../auth/access.ts';
import { found, present, type Handlers } from '../call.ts';
import { pageOf } from '../paging.ts';
import { ApiError } from '../problem.ts';
import type { EngineReplica } from '../replica.ts';
import type { RoundTrip } from '../round-trips.ts';
import type { TripHistory } from '../trip-history.ts';

/** What the record of a run is worked out from. */
export interface PerformanceParts {
  readonly replica: EngineReplica;
  readonly notes: NoteStore;
  readonly clock: Clock;
  /** All round trips of the run. */
  readonly history: TripHistory;
}

type PerformanceRoute =
  | 'performance' | 'performanceMonths' | 'performanceDrawdowns' | 'performanceSlices' | 'listTrips' | 'listNotes' | 'addNote' | 'changeNote' | 'removeNote';

/** Decimals that money of many trades is added up with. */
const MONEY_SCALE = 24;
/** Fewer days than this say nothing about a year. */
const YEARLY_DAYS = 30;
/** Falls that are listed. */
const DRAWDOWNS_MAX = 20;

/** The record of the run: figures, round trips, and what people wrote about them. */
export function performanceHandlers({ replica, notes, clock, history }: PerformanceParts): Handlers<PerformanceRoute> {
  const run = () => present(replica.facts, 'the trading loop');
  const trips = () => {
    run();
    return history.all();
  };
  /** A note that the caller may change: it bears the name of who wrote it, so nobody else but an administrator may. */
  const ownNote = (id: string, { name, role }: Caller): JournalNote => {
    const note = found(notes.get(id), `note ${id}`);
    if (note.by !== name && !holds(role, 'admin')) throw new ApiError('role-too-low', `${note.by} wrote this note: only they or an administrator change or remove it`);
    return note;
  };
  return {
    async performance({ query }) {
      const ended = (await trips()).filter(({ exitTime }) => isWithin(exitTime, query));
      const { equity, days, run: { startEquity, currency }, markets, account } = run();
      const whole = query.from === undefined && query.to === undefined;
      const rows = within(equity.all(), query);
      return figures({
        rows, trips: ended, currency, opening: whole || rows.length === 0 ? Number(startEquity) : Number(rows[0][1]), days: within([...days.values()], query),
        // The loop has looked at every moment; a part of the curve is thinned, though that leaves no trough out.
        maxDrawdown: Math.max(deepest(rows), whole ? account.maxDrawdown : 0), periodsPerYear: returnsInYear([...markets.values()].map(({ assetClass, intervalMs }) => ({ instrument: { assetClass }, intervalMs }))),
      });
    },
    performanceMonths() {
      const [opening, series] = [Number(run().run.startEquity), seriesOf([...run().days.values()])];
      const value = (of: number) => (Number.isFinite(of) ? of : null);
      return {
        months: monthlyReturns(opening, series).map((each) => ({ ...each, value: value(each.value) })),
        years: yearlyReturns(opening, series).map((each) => ({ ...each, value: value(each.value) })),
      };
    },
    performanceDrawdowns() {
      const rows = run().equity.all();
      const falls = drawdowns({ timestamps: Float64Array.from(rows, ([at]) => at), values: Float64Array.from(rows, ([, equity]) => Number(equity)) });
      return { items: falls.toSorted((a, b) => b.depth - a.depth).slice(0, DRAWDOWNS_MAX).map((each) => ({ ...each, recovered: each.recovered ?? null })) };
    },
    performanceSlices: async ({ query: { by } }) => ({ items: slices(await trips(), (trip) => trip[by]) }),
    async listTrips({ query }) {
      const counts = Map.groupBy(notes.list(), ({ trade }) => trade);
      const asked = (await trips()).filter((trip) => (query.instrument === undefined || trip.instrument === query.instrument) && (query.strategy === undefined || trip.strategy === query.strategy));
      const { items, next } = pageOf(asked.toReversed(), query, ({ id }) => id);
      return { items: items.map((trip) => ({ ...trip, notes: counts.get(trip.id)?.length ?? 0 })), next };
    },
    listNotes: ({ query }) => pageOf(notes.list(query.trade), query, ({ id }) => id),
    addNote({ id, body, caller }) {
      notes.put({ id, ...body, at: clock.now(), by: caller.name });
      return found(notes.get(id), 'note');
    },
    changeNote({ params: { id }, body: { text, tags }, caller }) {
      const note = ownNote(id, caller);
      const changed = { ...note, text: text ?? note.text, tags: tags ?? note.tags };
      notes.put(changed);
      return changed;
    },
    removeNote({ params: { id }, caller }) {
      notes.remove(ownNote(id, caller).id);
      return { done: true };
    },
  };
}

interface Span { readonly from?: Timestamp | undefined; readonly to?: Timestamp | undefined }

function isWithin(at: Timestamp, { from = -Infinity, to = Infinity }: Span): boolean {
  return at >= from && at < to;
}

function within(rows: readonly EquityRow[], span: Span): readonly EquityRow[] {
  return rows.filter(([at]) => isWithin(at, span));
}

/** The last equities of days, each named by its UTC day's first moment. */
function seriesOf(days: readonly EquityRow[]) {
  return { timestamps: Float64Array.from(days, ([at]) => dayCounted(at)), values: Float64Array.from(days, ([, equity]) => Number(equity)) };
}

/** The deepest fall of a curve, as a share of the peak before it. */
function deepest(rows: readonly EquityRow[]): number {
  let peak = -Infinity;
  let deepest = 0;
  for (const [, equity] of rows) {
    peak = Math.max(peak, Number(equity));
    deepest = Math.max(deepest, 1 - Number(equity) / peak);
  }
  return deepest;
}

/** What figures are worked out from. */
interface Record {
  readonly rows: readonly EquityRow[];
  /** The last equity of each day. */
  readonly days: readonly EquityRow[];
  readonly trips: readonly RoundTrip[];
  /** Equity before the first of them. */
  readonly opening: number;
  readonly currency: string;
  readonly maxDrawdown: number;
  readonly periodsPerYear: number;
}

function figures({ rows, days, trips, opening, currency, maxDrawdown, periodsPerYear }: Record) {
  const known = performance({ dailyEquity: [opening, ...days.map(([, equity]) => Number(equity))], maxDrawdown, trades: tradeStatistics(trips.map(({ pnl }) => Number(pnl))), periodsPerYear });
  const [first, last] = [rows.at(0), rows.at(-1)];
  const lasted = first !== undefined && last !== undefined ? last[0] - first[0] : 0;
  return {
    from: first?.[0] ?? null, to: last?.[0] ?? null, currency, days: days.length,
    netReturn: last === undefined ? null : Number(last[1]) / opening - 1, ...known, ...(days.length < YEARLY_DAYS && { cagr: null, calmar: null }), maxDrawdown: rows.length === 0 ? null : maxDrawdown,
    trades: trips.length, exposure: lasted > 0 ? held(trips) / lasted : null, fees: sum(trips.map(({ fees }) => fees)),
  };
}

/** Time during which any of the trips was on, milliseconds. */
function held(trips: readonly RoundTrip[]): number {
  let total = 0;
  let until = -Infinity;
  for (const { entryTime, exitTime } of trips.toSorted((a, b) => a.entryTime - b.entryTime)) {
    total += Math.max(0, exitTime - Math.max(entryTime, until));
    until = Math.max(until, exitTime);
  }
  return total;
}

function slices(trips: readonly RoundTrip[], nameOf: (trip: RoundTrip) => string) {
  return [...Map.groupBy(trips, nameOf)].map(([name, own]) => ({
    name, trades: own.length, pnl: sum(own.map(({ pnl }) => pnl)), fees: sum(own.map(({ fees }) => fees)), ...tradeStatistics(own.map(({ pnl }) => Number(pnl))),
  })).toSorted((a, b) => Number(b.pnl) - Number(a.pnl));
}

function sum(amounts: readonly string[]): string {
  return format(amounts.reduce<Exact>((total, amount) => add(total, parseDecimal(amount, MONEY_SCALE)), 0), MONEY_SCALE);
}
