import { z } from 'zod';
import { byId, countText, decimal, done, id, instrumentId, interval, page, paging, positive, ratio, time } from './values.ts';

/** A parameter's value as a form sends it. */
const parameterValue = z.union([z.number(), z.string().max(64)]);
/** Values by name; what is not given keeps its default or its present value. */
export const parameterValues = z.record(z.string().max(64), parameterValue).meta({ id: 'ParameterValues' });

const bound = { min: z.number(), max: z.number(), default: z.number(), help: z.string() };
/** From which a form is made, in the order in which a person should read it. */
export const parameterSpecs = z.record(z.string(), z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('integer'), ...bound }),
  z.strictObject({ kind: z.literal('number'), ...bound }),
  z.strictObject({ kind: z.literal('choice'), default: z.string(), choices: z.array(z.string()), help: z.string() }),
])).meta({ id: 'ParameterSpecs' });

const catalogEntry = z.strictObject({
  name: z.string(), summary: z.string(), parameters: parameterSpecs, series: z.array(z.string()), hasKernel: z.boolean(),
}).meta({ id: 'StrategyCatalogEntry' });

const jobKind = z.enum(['backtest', 'sweep', 'verdict']);
/** Values to try by parameter: `5:23:2` (from, to, step) or `a,b,c`. */
const grid = z.record(z.string().max(64), z.string().regex(/^[0-9A-Za-z.,:-]{1,200}$/));
const moment = z.string().regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/);
/** A word of the command line, as `fraction:0.5`. */
const word = z.string().regex(/^[a-z][a-z0-9-]*(:[0-9A-Za-z.,:-]+)?$/).max(100);
/** A model or a fee as the command line takes it: `spread:2`, `250`, `per-share:0.005,min=1`. */
const modelText = z.string().regex(/^[a-z0-9][a-z0-9-]*(:[0-9A-Za-z.,:=%-]+)?$/).max(100);
const subject = {
  strategy: z.string().max(64).regex(/^[a-z][a-z0-9-]*$/), parameters: parameterValues.optional(),
  /** What `GET /job-sources` lists; never a path. */
  bars: z.string().max(120).regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  interval: interval.optional(), from: moment.optional(), to: moment.optional(), cash: positive.optional(),
  sizing: word.optional(), feeBps: decimal.optional(), slippage: modelText.optional(), latency: modelText.optional(),
  fee: modelText.optional(), instrument: instrumentId.optional(), venue: z.string().regex(/^[a-z][a-z0-9-]{0,40}$/).optional(), leverage: positive.optional(),
  fill: z.enum(['next-open', 'close']).optional(), volumeShare: z.string().regex(/^\d{1,3}(\.\d{1,6})?%?$/).optional(), series: z.array(id).max(10).optional(),
};

/** What long work is asked for, as the command line takes it. */
const jobRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('backtest'), ...subject }),
  z.strictObject({ kind: z.literal('sweep'), ...subject, grid }),
  z.strictObject({ kind: z.literal('verdict'), ...subject, grid: grid.optional() }),
]).meta({ id: 'JobRequest' });

const job = z.strictObject({
  id, request: jobRequest, state: z.enum(['waiting', 'running', 'done', 'failed', 'canceled', 'lost']), phase: z.string(),
  done: z.number().nullable(), total: z.number().nullable(), by: z.string(), createdAt: time, startedAt: time.nullable(), endedAt: time.nullable(),
  etaMs: z.number().nullable(), error: z.strictObject({ message: z.string(), hint: z.string().nullable() }).nullable(), runId: z.string().nullable(),
}).meta({ id: 'Job' });

/** The report that `backtest --json` prints: money as decimal text, shares as ratios. */
const report = z.looseObject({
  strategy: z.string(), parameters: z.record(z.string(), parameterValue), instrument: z.string(), interval: z.string(), bars: z.int(),
  from: z.string(), to: z.string(), cash: decimal, fills: z.int(), orders: z.int(), denials: z.int(), trades: z.int(),
  finalEquity: decimal, netReturn: z.number(), fees: decimal, sharpe: ratio, sortino: ratio, volatility: ratio, cagr: ratio, calmar: ratio,
  maxDrawdown: z.number(), winRate: ratio, profitFactor: ratio, expectancy: ratio, payoff: ratio, exposure: z.number(), turnover: z.number(),
  fill: z.string(), fee: z.string(), sizing: z.string(), warnings: z.array(z.string()), equityCurve: z.array(z.number()), benchmarkCurve: z.array(z.number()).optional(),
}).meta({ id: 'RunReport' });

const runSummary = z.strictObject({
  id: z.string(), kind: z.literal('backtest'), keptAt: time, version: z.string(), strategy: z.string(), parameters: z.record(z.string(), parameterValue),
  instrument: z.string(), interval: z.string(), from: z.string(), to: z.string(), bars: z.int(), trades: z.int(),
  netReturn: z.number(), maxDrawdown: z.number(), sharpe: ratio, winRate: ratio, warnings: z.int(),
}).meta({ id: 'RunSummary' });

const run = z.strictObject({
  id: z.string(), kind: z.literal('backtest'), keptAt: time, version: z.string(), report,
  /** The judgement in a sentence, and what speaks against trusting the figures. */
  verdict: z.string(), cautions: z.array(z.string()),
  /** Equity, in time and at most 240 points, and how far below its highest point it was. */
  curve: z.strictObject({
    time: z.array(time), equity: z.array(z.number()), drawdown: z.array(z.number()),
    /** The same money spread over the instruments at their first close and held; null for a run that was kept without it. */
    benchmark: z.array(z.number()).nullable(),
  }),
  /** Net return of that; null where it is not known. */
  benchmarkReturn: ratio,
}).meta({ id: 'Run' });

const trade = z.strictObject({
  instrument: z.string(), side: z.enum(['long', 'short']), quantity: z.number(), entryTime: time, exitTime: time,
  entryPrice: z.number(), exitPrice: z.number(), fees: z.number(), pnl: z.number(),
}).meta({ id: 'RunTrade' });

/** Requests and answers about the strategies on offer, long work, and the runs that were kept. */
export const RESEARCH_SCHEMAS = {
  strategyCatalog: { answer: z.strictObject({ items: z.array(catalogEntry) }) },
  jobSources: {
    answer: z.strictObject({
      items: z.array(z.strictObject({ /** As `bars` of a job takes it. */ bars: z.string(), title: z.string(), instrument: z.string(), intervals: z.array(interval), first: time.nullable(), last: time.nullable(), count: z.int().nullable() })),
      /** Whose rules a job can be run under. */
      venues: z.array(z.string()),
    }),
  },
  listJobs: { query: z.strictObject({ ...paging.shape, kind: jobKind.optional() }), answer: page(job) },
  startJob: { body: jobRequest, answer: job },
  readJob: { params: byId, answer: job },
  cancelJob: { params: byId, answer: job },
  jobResult: { params: byId, answer: z.strictObject({ job, /** What the command prints with `--json`; null while there is none. */ result: z.unknown() }) },
  listRuns: { query: z.strictObject({ ...paging.shape, strategy: z.string().max(80).optional(), instrument: instrumentId.optional() }), answer: page(runSummary) },
  readRun: { params: byId, answer: run },
  runTrades: { params: byId, query: paging, answer: page(trade) },
  runTearSheet: { params: byId, answer: z.string().meta({ description: 'A page in HTML that stands alone' }) },
  removeRun: { params: byId, answer: done },
  compareRuns: { query: z.strictObject({ a: id, b: id, points: countText(10, 240, 240) }), answer: z.strictObject({ runs: z.array(run), differences: z.array(z.strictObject({ name: z.string(), a: z.string(), b: z.string() })) }) },
} as const;
