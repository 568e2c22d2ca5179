import { z } from 'zod';
import { byId, countText, decimal, done, id, instrumentId, interval, line, page, paging, ratio, spanQuery, time, timeText } from './values.ts';

const span = z.strictObject({ from: time, to: time });

const seriesStatus = z.strictObject({
  instrument: z.string(), interval, bars: z.int(), first: time, last: time, ageMs: z.number(),
  gaps: z.int(), longestGapMs: z.number(), coverage: z.array(span), unaskedMs: z.number(),
  trust: ratio, compared: z.int(), quarantined: z.int(), revisions: z.int(), sources: z.array(z.string()),
}).meta({ id: 'SeriesStatus' });

const providerStatus = z.strictObject({
  name: z.string(), documented: z.boolean(),
  limits: z.array(z.strictObject({ calls: z.int(), windowMs: z.number(), used: z.int() })),
}).meta({ id: 'ProviderStatus' });

const quarantinedBar = z.strictObject({
  instrument: z.string(), interval, time, reason: line,
  /** Every state that this bar has had, first known first: both sources side by side. */
  states: z.array(z.strictObject({
    source: z.string(), knownAt: time, open: z.number(), high: z.number(), low: z.number(), close: z.number(), volume: z.number().nullable(), quarantine: z.string().nullable(),
  })),
}).meta({ id: 'QuarantinedBar' });

const economicSeries = z.strictObject({
  id: z.string(), source: z.string(), title: z.string(), units: z.string(), frequency: z.string(), adjustment: z.string(),
  /** Whether its figures are kept here; else it was only found. */
  stored: z.boolean(), dates: z.int(), first: time.nullable(), last: time.nullable(), fetchedAt: time.nullable(), dueAt: time.nullable(), vintages: z.boolean(),
}).meta({ id: 'EconomicSeries' });

const note = z.strictObject({ id, trade: z.string(), at: time, by: z.string(), text: z.string().max(4000), tags: z.array(z.string().max(32)) }).meta({ id: 'JournalNote' });

const metrics = z.strictObject({
  from: time.nullable(), to: time.nullable(), currency: z.string(), days: z.int(),
  netReturn: ratio, sharpe: ratio, sortino: ratio, calmar: ratio, volatility: ratio, cagr: ratio, maxDrawdown: ratio,
  trades: z.int(), winRate: ratio, profitFactor: ratio, expectancy: ratio, payoff: ratio, exposure: ratio, fees: decimal,
}).meta({ id: 'PerformanceMetrics', description: 'Figures of the daily equity and of finished round trips; null where there is too little to compute one from' });

const slice = z.strictObject({
  name: z.string(), trades: z.int(), pnl: decimal, fees: decimal, winRate: ratio, profitFactor: ratio, expectancy: ratio, payoff: ratio,
}).meta({ id: 'PerformanceSlice' });

const trip = z.strictObject({
  id, book: z.string(), strategy: z.string(), instrument: z.string(), side: z.enum(['long', 'short']), quantity: decimal,
  entryTime: time, exitTime: time, entryPrice: decimal, exitPrice: decimal, fees: decimal, pnl: decimal, notes: z.int(),
}).meta({ id: 'RoundTrip' });

/** Requests and answers about stored data, economic series, performance and the trade journal. */
export const DATA_SCHEMAS = {
  dataStatus: {
    answer: z.strictObject({
      at: time, series: z.array(seriesStatus), providers: z.array(providerStatus),
      today: z.strictObject({ hits: z.int(), misses: z.int(), hitRate: ratio, failures: z.record(z.string(), z.int()) }),
      cost: z.strictObject({ paid: z.number(), paidFeeds: z.array(z.number()).min(2).max(2) }),
    }),
  },
  dataCoverage: {
    query: z.strictObject({ instrument: instrumentId, interval, ...spanQuery.shape }),
    answer: z.strictObject({
      instrument: z.string(), interval,
      /** For each UTC day: how many bars there are, how many there should be by the clock, and what is wrong. */
      days: z.array(z.strictObject({ day: time, bars: z.int(), expected: z.int(), quarantined: z.int(), asked: z.boolean() })),
    }),
  },
  dataGaps: { query: z.strictObject({ instrument: instrumentId, interval, ...paging.shape }), answer: page(span) },
  dataQuarantine: { query: z.strictObject({ instrument: instrumentId.optional(), ...paging.shape }), answer: page(quarantinedBar) },
  searchSeries: {
    query: z.strictObject({ text: z.string().max(100).optional(), limit: countText(1, 100, 50) }),
    answer: z.strictObject({ items: z.array(economicSeries), /** Why only what is stored was searched; null where the source was asked too. */ note: z.string().nullable() }),
  },
  readSeries: {
    params: z.strictObject({ id: z.string().max(80).regex(/^[A-Za-z0-9._:-]+$/) }),
    query: z.strictObject({ asOf: timeText.optional(), ...spanQuery.shape }),
    answer: z.strictObject({ series: economicSeries, date: z.array(time), value: z.array(z.number().nullable()), availableAt: z.array(time) }),
  },
  seriesReleases: {
    query: z.strictObject({ days: countText(1, 90, 14) }),
    answer: z.strictObject({ items: z.array(z.strictObject({ id: z.string(), title: z.string(), dueAt: time.nullable(), lastFetchedAt: time })) }),
  },
  performance: { query: spanQuery, answer: metrics },
  performanceMonths: { answer: z.strictObject({ months: z.array(z.strictObject({ year: z.int(), month: z.int(), value: ratio })), years: z.array(z.strictObject({ year: z.int(), value: ratio })) }) },
  performanceDrawdowns: {
    answer: z.strictObject({ items: z.array(z.strictObject({ peak: time, trough: time, recovered: time.nullable(), depth: z.number(), durationMs: z.number() })) }),
  },
  performanceSlices: { query: z.strictObject({ by: z.enum(['strategy', 'instrument']) }), answer: z.strictObject({ items: z.array(slice) }) },
  listTrips: { query: z.strictObject({ ...paging.shape, instrument: instrumentId.optional(), strategy: z.string().max(80).optional() }), answer: page(trip) },
  listNotes: { query: z.strictObject({ ...paging.shape, trade: z.string().max(128).optional() }), answer: page(note) },
  addNote: { body: z.strictObject({ trade: id, text: z.string().min(1).max(4000), tags: z.array(z.string().min(1).max(32)).max(10).default([]) }), answer: note },
  changeNote: { params: byId, body: z.strictObject({ text: z.string().min(1).max(4000).optional(), tags: z.array(z.string().min(1).max(32)).max(10).optional() }), answer: note },
  removeNote: { params: byId, answer: done },
  exportCsv: { params: z.strictObject({ what: z.enum(['trips', 'fills', 'orders', 'equity', 'notes']) }), query: spanQuery, answer: z.string().meta({ description: 'CSV (RFC 4180), UTF-8, times ISO 8601' }) },
} as const;
