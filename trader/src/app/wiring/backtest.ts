import { setFlagsFromString } from 'node:v8';
import { performance as measure } from '../../analytics/metrics.ts';
import { returnsInYear } from '../../analytics/returns.ts';
import { talliedStatistics } from '../../analytics/trades.ts';
import { sliceBars, type Bars } from '../../domain/bar.ts';
import { decimalPlaces, format, parseDecimal, type Exact } from '../../domain/exact.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { formatInterval } from '../../domain/time.ts';
import type { Audit, Engine, Market } from '../../pipeline/engine.ts';
import { tied } from '../../pipeline/informed.ts';
import type { Strategy, StrategyDefinition } from '../../ports/strategy.ts';
import { runBacktest, type BacktestSpec, type Watch } from '../../research/backtest.ts';
import type { SizingBound } from '../../domain/sized.ts';
import { sizingText } from '../../pipeline/sizing.ts';
import { PropFirmRun } from '../../research/prop-firm-run.ts';
import { RunWatch, type RunDetail } from '../../research/run-detail.ts';
import type { BacktestReport, BacktestRequest, Costs, FeeRequest, OptimisticBound } from './backtest-request.ts';
import { Refusal } from '../refusal.ts';
import { chooseAll, type ChosenBars } from './chosen-bars.ts';
import { checkSizing, createFees, plainInstrument } from './profile.ts';
import { createPropFirmGuard, propFirmWarnings } from './prop-firm.ts';
import { openSeriesInputs, type SeriesInputs } from './series-inputs.ts';
import { faultOf, loadStrategy, readStrategyParameters } from './strategy.ts';
import { createVenueModels, venueModelTexts } from './venue-models.ts';
import type { OpenedMarkets } from './venue-account.ts';

/** What a backtest needs of its surroundings. */
export interface BacktestContext {
  /** The state folder. */
  readonly home: string;
  /** Hears what is going on and the fraction of it done. */
  readonly onProgress?: (what: 'load' | 'run', fraction: number) => void;
  /** Told what happens inside, order by order; it costs time, so a plain backtest has none. */
  readonly audit?: Audit;
  /** Keeps what a tear sheet shows, at the price of a look at every bar; there is no other audit then. */
  readonly detailed?: boolean;
  /** More is to run in this process: V8 then compiles as it always does, since what it is told for one run holds for all that come after it. */
  readonly followed?: boolean;
}

/** A backtest that is over, with what it was made of, for those who want more than the report. */
export interface FinishedBacktest {
  readonly report: BacktestReport;
  readonly engine: Engine;
  readonly markets: readonly Market[];
  /** SHA-256 of the file of each source, in the order of the request. */
  readonly barsSha256: readonly string[];
  /** SHA-256 of what each series that it reads was known to be. */
  readonly seriesSha256: readonly string[];
  /** Undefined unless it was asked for. */
  readonly detail: RunDetail | undefined;
}

/** Equities in the picture. */
const PICTURE_POINTS = 240;
/** Bars after which V8 has counted calls enough of all that runs on every bar, and few yet of what runs on orders. */
const COUNTED_BARS = 1_000;

/** Runs a backtest as asked for. Refuses what cannot be run; file faults pass through as `BarFileError`. */
export async function backtest(request: BacktestRequest, context: BacktestContext): Promise<BacktestReport> {
  return (await finishBacktest(request, context)).report;
}

/** What a backtest comes to by the optimistic policy. */
export async function optimisticBound(request: BacktestRequest, context: BacktestContext): Promise<OptimisticBound> {
  const plain = { slippage: undefined, latency: undefined, volume: undefined };
  const { fills, trades, finalEquity, netReturn, fees, sharpe, maxDrawdown, winRate } = await backtest({ ...request, models: { ...plain, ...request.models, fillPolicy: 'optimistic' } }, context);
  return { fills, trades, finalEquity, netReturn, fees, sharpe, maxDrawdown, winRate };
}

/** Runs a backtest as `backtest` does, and gives its engine besides the report. */
export async function finishBacktest(request: BacktestRequest, context: BacktestContext): Promise<FinishedBacktest> {
  const definition = await loadStrategy(request.strategy, request.series);
  const values = readStrategyParameters(definition, request.parameters);
  const startedWall = performance.now();
  const loaded = await chooseAll(request.bars, { ...request, home: context.home, onProgress: (fraction) => context.onProgress?.('load', fraction) });
  try {
    const opened = await openMarkets(request, loaded);
    const inputs = await openSeriesInputs(context.home, request.series, loaded);
    return run(request, context, { definition, values, loaded, opened, inputs, loadSeconds: (performance.now() - startedWall) / 1000 });
  } catch (error) {
    throw faultOf(request.strategy, error);
  } finally {
    for (const { set } of loaded) set.close();
  }
}

/**
 * What V8 is told before the first bar. Its middle compiler is to inline getters, which it takes for calls that never happen: otherwise
 * they stay calls in what it compiles, and are called so often that the last compiler takes each for itself.
 */
const INLINING = '--min-maglev-inlining-frequency=0';
/**
 * What V8 is told once it has counted what runs on every bar. What only orders need is so much code, and called
 * so seldom, that in a run of a million bars giving it to the last compiler costs more than it saves: that one is
 * to wait, where it has not begun to count yet. The middle compiler, which then has the last word on orders, is
 * to inline larger functions too, since each call that stays passes its numbers through the heap.
 */
const SPARING = ['--invocation-count-for-turbofan=2000000', '--max-maglev-inlined-bytecode-size=150', '--max-maglev-inline-depth=2'];

/** Runs bars as `runBacktest` does, and has V8 compile sparingly what only orders need. */
export function runSparingly(spec: BacktestSpec, [first, ...others]: readonly Iterable<Bars>[], watchEvery: number, watch: Watch): Engine {
  setFlagsFromString(INLINING);
  return runBacktest(spec, [sparedAfter(COUNTED_BARS, first), ...others], watchEvery, watch);
}

/** The same bars; V8 is told when the first of them are over. */
function* sparedAfter(count: number, pieces: Iterable<Bars>): Generator<Bars> {
  let left = count;
  for (const piece of pieces) {
    const counted = Math.min(left, piece.length);
    left -= counted;
    if (counted > 0) yield sliceBars(piece, 0, counted);
    if (left === 0 && counted > 0) for (const flag of SPARING) setFlagsFromString(flag);
    if (counted < piece.length) yield sliceBars(piece, counted, piece.length);
  }
}

/** What runs the bars: sparingly, unless more follows. */
function runnerOf({ followed }: BacktestContext): typeof runSparingly {
  return followed === true ? runBacktest : runSparingly;
}

/** What a backtest runs on. */
interface Prepared {
  readonly definition: StrategyDefinition;
  readonly values: ParameterValues;
  readonly loaded: readonly ChosenBars[];
  readonly opened: OpenedMarkets;
  readonly inputs: SeriesInputs;
  readonly loadSeconds: number;
}

/** The strategy for one market, with what it reads. */
function createStrategy({ definition, values, inputs, opened }: Prepared, market: number): Strategy {
  return tied(definition, opened.markets[market].intervalMs, inputs.courses).create(values);
}

function run(request: BacktestRequest, context: BacktestContext, prepared: Prepared): FinishedBacktest {
  const { definition, loaded, opened, inputs } = prepared;
  const fees = createFees(request.fee);
  const { markets, account } = opened;
  const cpu = process.cpuUsage();
  const total = loaded.reduce((sum, { length }) => sum + length, 0);
  const every = Math.max(1, Math.ceil(total / PICTURE_POINTS));
  const equityCurve: number[] = [];
  const benchmarkCurve: number[] = [];
  const picture = (running: Engine) => {
    equityCurve.push(running.portfolio.equity());
    benchmarkCurve.push(heldEquity(request.cash, loaded, running));
  };
  const seen = context.detailed === true ? new RunWatch(markets) : undefined;
  const guard = request.propFirm && createPropFirmGuard(request.propFirm, markets, account);
  const guarded = guard && new PropFirmRun(guard);
  const audit = seen ?? context.audit;
  const engine = runnerOf(context)({
    markets, fees, account, guards: guard ? [guard] : [], latencyMs: 0, marketFill: request.fill, cash: request.cash,
    books: markets.map((_, market) => ({ strategyName: definition.name, strategy: guarded?.wrap(createStrategy(prepared, market), market) ?? createStrategy(prepared, market), market, sizing: request.sizing })),
    ...(request.models && { models: createVenueModels(request.models) }),
    ...(audit && { audit }),
  }, loaded.map(({ pieces }, market) => seen?.through(market, pieces) ?? pieces), seen === undefined && guarded === undefined ? every : 1, (done, running) => {
    guarded?.look(running);
    seen?.look(running);
    if (done % every !== 0) return;
    picture(running);
    context.onProgress?.('run', done / total);
  });
  if (equityCurve.length === 0 || total % every !== 0) picture(engine);
  const metrics = metricsOf(engine, markets);
  const cpuSeconds = seconds(process.cpuUsage(cpu));

  const report = reportOf(request, prepared, { engine, markets, metrics, equityCurve, benchmarkCurve, cpuSeconds, propFirm: guarded?.result() ?? null });
  return { report, engine, markets, barsSha256: loaded.map(({ set }) => set.sha256), seriesSha256: inputs.sha256, detail: seen?.detail(engine) };
}

/** What came out of a run, before it is put into words. */
interface Outcome {
  readonly engine: Engine;
  readonly markets: readonly Market[];
  readonly metrics: ReturnType<typeof metricsOf>;
  readonly equityCurve: readonly number[];
  readonly benchmarkCurve: readonly number[];
  readonly cpuSeconds: number;
  readonly propFirm: BacktestReport['propFirm'];
}

function reportOf(request: BacktestRequest, { definition, values, loaded, opened, inputs, loadSeconds }: Prepared, { engine, markets, metrics, equityCurve, benchmarkCurve, cpuSeconds, propFirm }: Outcome): BacktestReport {
  const bars = loaded.reduce((sum, { length }) => sum + length, 0);
  const { moneyScale } = engine.portfolio.account;
  const finalEquity = format(engine.portfolio.exactEquity(), moneyScale);
  return {
    strategy: definition.name,
    parameters: values,
    series: Object.fromEntries((definition.series ?? []).map((name, i) => [name, request.series?.[i] ?? ''])),
    instrument: loaded.map(({ id }) => id).join(','),
    interval: formatInterval(loaded[0].intervalMs),
    bars,
    from: new Date(Math.min(...loaded.map(({ first }) => first))).toISOString(),
    to: new Date(Math.max(...loaded.map(({ last }) => last))).toISOString(),
    cash: request.cash,
    fills: engine.portfolio.fills,
    orders: engine.execution.orders,
    denials: engine.risk.denials,
    finalEquity,
    netReturn: netReturnOf(finalEquity, request.cash),
    fees: format(engine.portfolio.account.fees, moneyScale),
    costs: costsOf(engine),
    liquidations: engine.liquidations,
    ...metrics,
    turnover: engine.portfolio.turnover / Number(request.cash),
    positions: Object.fromEntries(markets.map(({ instrument }, index) => [instrument.id, format(engine.portfolio.netQuantity(index), instrument.quantityScale)])),
    ...conditionsOf(request),
    optimistic: null,
    sizingBounds: boundsOf(engine),
    propFirm,
    warnings: [...(request.propFirm ? propFirmWarnings(request.propFirm) : []), ...opened.warnings, ...inputs.warnings, ...rejectionTexts(engine)],
    quality: loaded.map(({ id, set: { quality, intervalMs } }) => ({
      instrument: id, bars: quality.bars, intervalMs, gaps: quality.gaps, missingBars: quality.missingBars,
      longestGapMs: quality.longestGapMs, zeroVolume: quality.zeroVolumeBars, absentVolume: quality.absentVolumeBars,
    })),
    equityCurve,
    benchmarkCurve,
    loadSeconds,
    cpuSeconds,
    totalCpuSeconds: seconds(process.cpuUsage()),
    barsPerCpuSecond: bars / cpuSeconds,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
}

/** What the cash would be worth now, had it been spread evenly over the instruments at their first close; one that has no price yet is cash. */
function heldEquity(cash: string, loaded: readonly ChosenBars[], { portfolio: { marks } }: Engine): number {
  const growth = loaded.reduce((sum, { firstClose }, market) => sum + (marks[market] / firstClose || 1), 0);
  return Number(cash) * growth / loaded.length;
}

/** Refuses to fill by the share of a volume that the bars do not tell. */
function checkVolume({ models }: BacktestRequest, loaded: readonly ChosenBars[]): void {
  if (models?.volume?.kind !== 'share') return;
  const without = loaded.find(({ set }) => set.quality.absentVolumeBars > 0);
  if (without === undefined) return;
  throw new Refusal('usage', `${without.set.quality.absentVolumeBars} bars of ${without.id} have no volume to take a share of`, { where: '--volume-share' });
}

/** What is traded, under the plain profile or the rules of a venue. Refuses what those refuse, and models that the bars cannot feed. */
export async function openMarkets(request: BacktestRequest, loaded: readonly ChosenBars[]): Promise<OpenedMarkets> {
  checkVolume(request, loaded);
  const { venue } = request;
  if (venue !== undefined) return (await import('./venue-account.ts')).openVenue({ ...request, venue }, loaded);
  const markets = loaded.map(({ set, id, weekends, intervalMs }) => {
    const instrument = plainInstrument(id, { fee: request.fee, sizing: request.sizing, priceDecimals: set.priceDecimals, weekends });
    checkSizing(request.sizing, instrument);
    return { instrument, intervalMs };
  });
  return { markets, account: undefined, warnings: [] };
}

/** What the venue would not take, in sentences. */
function rejectionTexts({ execution }: Engine): string[] {
  return Array.from(execution.rejections, ([reason, count]) => `The venue rejected ${count} ${count === 1 ? 'order' : 'orders'}: ${reason}.`);
}

/** How many sizes each bound decided, the commonest first; null where sizes have but one. */
function boundsOf({ books }: Engine): BacktestReport['sizingBounds'] {
  if (books.every(({ sizer }) => sizer.bindings === undefined)) return null;
  const counts = new Map<SizingBound, number>();
  for (const { sizer } of books) for (const [bound, count] of sizer.bindings ?? []) counts.set(bound, (counts.get(bound) ?? 0) + count);
  return Object.fromEntries([...counts].toSorted((a, b) => b[1] - a[1]));
}

/** What trading cost an account, in account money. */
function costsOf({ portfolio: { account } }: Engine): Costs {
  const { moneyScale, fees, flows: { funding, borrow, swap, liquidation } } = account;
  const money = (paid: Exact) => format(paid, moneyScale);
  return { fees: money(fees), funding: money(funding), borrow: money(borrow), swap: money(swap), liquidation: money(liquidation) };
}

/** The figures of a run that is over. */
export function metricsOf(engine: Engine, markets: readonly Market[]) {
  const { curve, trades } = engine.portfolio;
  const { winRate, profitFactor, expectancy, payoff, ...ofReturns } = measure({
    dailyEquity: curve.dailyEquity(), maxDrawdown: curve.maxDrawdown, trades: talliedStatistics(trades.tally),
    periodsPerYear: returnsInYear(markets),
  });
  return {
    trades: trades.length, ...ofReturns, maxDrawdown: curve.maxDrawdown,
    winRate, profitFactor, expectancy, payoff, exposure: engine.exposedBars / engine.bars,
  };
}

/** How a run was filled, charged and sized, in the words of the command line. */
export function conditionsOf({ fill, fee, sizing, venue, account, models }: BacktestRequest): Pick<BacktestReport, 'fill' | 'fee' | 'sizing' | 'venue' | 'margin' | 'leverage' | 'venueModels'> {
  return { fill, fee: feeText(fee), sizing: sizingText(sizing), venue: venue ?? null, margin: account?.margin ?? null, leverage: account?.leverage ?? null, venueModels: models ? venueModelTexts(models) : null };
}

/** What became of the cash, both decimal strings: 0.1 is 10 % more. */
export function netReturnOf(finalEquity: string, cash: string): number {
  return Number(finalEquity) / Number(cash) - 1;
}

/** A fee as a person would read it. */
function feeText(fee: FeeRequest): string {
  if (fee.kind === 'venue') return 'the venue\'s';
  if (fee.kind === 'bps') return `${fee.bps} bp`;
  return `per-share:${fee.perShare}${fee.min === undefined ? '' : `,min=${fee.min}`}${fee.maxRate === undefined ? '' : `,max=${percent(fee.maxRate)}`}`;
}

/** A share as percent, exactly: `0.005` is `0.5%`. */
function percent(share: string): string {
  const scale = Math.max(2, decimalPlaces(share));
  return `${format(parseDecimal(share, scale), scale - 2)}%`;
}

/** Processor time of all threads, in seconds. */
export function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}
