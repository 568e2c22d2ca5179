import { basename } from 'node:path';
import type { BarSet } from '../../adapters/bars/column-file.ts';
import { performance as measure } from '../../analytics/metrics.ts';
import { PERIODS_PER_YEAR } from '../../analytics/returns.ts';
import type { Bars } from '../../domain/bar.ts';
import { format } from '../../domain/exact.ts';
import { resample } from '../../domain/resample.ts';
import { DAY_MS, formatInterval } from '../../domain/time.ts';
import type { Engine, Market } from '../../pipeline/engine.ts';
import { runBacktest } from '../../research/backtest.ts';
import { openBarSource } from '../bar-source.ts';
import { Refusal } from '../refusal.ts';
import type { BacktestReport, BacktestRequest, BarsRequest, FeeRequest } from './backtest-request.ts';
import { createFees, plainInstrument, venueInstrument } from './profile.ts';
import { loadStrategy, readStrategyParameters } from './strategy.ts';
import { venueRules } from './venue-rules.ts';

/** What a backtest needs of its surroundings. */
export interface BacktestContext {
  /** The state folder. */
  readonly home: string;
  /** Hears what is going on and the fraction of it done. */
  readonly onProgress?: (what: 'load' | 'run', fraction: number) => void;
}

/** One market's bars, chosen and ready to run. */
interface Loaded {
  readonly id: string;
  readonly set: BarSet;
  readonly intervalMs: number;
  readonly bars: number;
  readonly first: number;
  readonly last: number;
  readonly weekends: boolean;
  /** In pieces: the whole, unless it is too large to hold. */
  readonly pieces: Iterable<Bars>;
}

/** Bars up to which a file is held in memory whole: 48 bytes each. */
const HELD_BARS = 2_000_000;
/** Equities in the picture. */
const PICTURE_POINTS = 240;

/** Runs a backtest as asked for. Refuses what cannot be run; file faults pass through as `BarFileError`. */
export async function backtest(request: BacktestRequest, context: BacktestContext): Promise<BacktestReport> {
  const definition = await loadStrategy(request.strategy);
  const values = readStrategyParameters(definition, request.parameters);
  const startedWall = performance.now();
  const loaded: Loaded[] = [];
  for (const source of request.bars) loaded.push(await load(source, request, context));
  const loadSeconds = (performance.now() - startedWall) / 1000;

  const fees = createFees(request.fee);
  const markets = loaded.map((market) => marketOf(market, request));
  const cpu = process.cpuUsage();
  const total = loaded.reduce((sum, { bars }) => sum + bars, 0);
  const every = Math.max(1, Math.ceil(total / PICTURE_POINTS));
  const equityCurve: number[] = [];
  const engine = runBacktest({
    markets, fees, guards: [], latencyMs: 0, marketFill: request.fill, cash: request.cash,
    books: markets.map((_, market) => ({ strategyName: definition.name, strategy: definition.create(values), market, sizing: request.sizing })),
  }, loaded.map(({ pieces }) => pieces), every, (done, { portfolio }) => {
    equityCurve.push(portfolio.equity());
    context.onProgress?.('run', done / total);
  });
  if (equityCurve.length === 0 || total % every !== 0) equityCurve.push(engine.portfolio.equity());
  const metrics = metricsOf(engine, markets);
  const cpuSeconds = seconds(process.cpuUsage(cpu));

  const { moneyScale } = engine.portfolio.account;
  const finalEquity = format(engine.portfolio.exactEquity(), moneyScale);
  for (const { set } of loaded) set.close();
  return {
    strategy: definition.name,
    parameters: values,
    instrument: loaded.map(({ id }) => id).join(','),
    interval: formatInterval((loaded[0] as Loaded).intervalMs),
    bars: total,
    from: new Date(Math.min(...loaded.map(({ first }) => first))).toISOString(),
    to: new Date(Math.max(...loaded.map(({ last }) => last))).toISOString(),
    cash: request.cash,
    fills: engine.portfolio.fills,
    orders: engine.execution.orders,
    denials: engine.risk.denials,
    finalEquity,
    netReturn: Number(finalEquity) / Number(request.cash) - 1,
    fees: format(engine.portfolio.account.fees, moneyScale),
    ...metrics,
    turnover: engine.portfolio.turnover / Number(request.cash),
    positions: Object.fromEntries(markets.map(({ instrument }, index) => [instrument.id, format(engine.portfolio.netQuantity(index), instrument.quantityScale)])),
    fill: request.fill,
    fee: feeText(request.fee),
    sizing: request.sizing.kind === 'units' ? `units:${request.sizing.units}` : `fraction:${request.sizing.fraction}`,
    venue: request.venue ?? null,
    quality: loaded.map(({ id, set: { quality, intervalMs } }) => ({
      instrument: id, bars: quality.bars, intervalMs, gaps: quality.gaps, missingBars: quality.missingBars,
      longestGapMs: quality.longestGapMs, zeroVolume: quality.zeroVolumeBars, absentVolume: quality.absentVolumeBars,
    })),
    equityCurve,
    loadSeconds,
    cpuSeconds,
    totalCpuSeconds: seconds(process.cpuUsage()),
    barsPerCpuSecond: total / cpuSeconds,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
}

async function load(source: BarsRequest, request: BacktestRequest, context: BacktestContext): Promise<Loaded> {
  const set = await openBarSource(source.file, {
    home: context.home, intervalMs: request.intervalMs, strict: request.strict, onProgress: (fraction) => context.onProgress?.('load', fraction),
  });
  const from = request.from === undefined ? 0 : set.indexOf(request.from);
  let to = request.to === undefined ? set.length : set.indexOf(request.to);
  const intervalMs = request.intervalMs ?? set.intervalMs;
  const finer = intervalMs !== set.intervalMs;
  if (finer && (intervalMs < set.intervalMs || intervalMs % set.intervalMs !== 0)) {
    throw new Refusal('usage', `bars of ${formatInterval(set.intervalMs)} cannot be made into bars of ${formatInterval(intervalMs)}`, {
      where: '--interval', hint: `Give a multiple of ${formatInterval(set.intervalMs)}.`,
    });
  }
  if (!finer && request.first !== undefined) to = Math.min(to, from + request.first);
  if (to <= from) {
    throw new Refusal('usage', 'no bars are left in the chosen span', {
      where: source.file, hint: `The file holds ${new Date(set.quality.from).toISOString()} to ${new Date(set.quality.to).toISOString()}.`,
    });
  }
  let held: Bars | undefined = to - from <= HELD_BARS || finer ? set.read(from, to) : undefined;
  if (held && finer) {
    held = resample(held, intervalMs);
    if (request.first !== undefined) held = firstBars(held, request.first);
  }
  const edges = held ?? set.read(to - 1, to);
  const firstBar = held ?? set.read(from, from + 1);
  return {
    id: source.instrument ?? basename(source.file).replace(/\.(csv|gz|parquet)/g, ''),
    set, intervalMs, bars: held ? held.length : to - from,
    first: firstBar.timestamp[0] as number, last: edges.timestamp[edges.length - 1] as number,
    weekends: tradesOnWeekends(held ?? set.read(from, Math.min(to, from + 100_000))),
    pieces: held ? [held] : set.blocks(from, to),
  };
}

function firstBars(bars: Bars, count: number): Bars {
  const length = Math.min(bars.length, count);
  const { timestamp, open, high, low, close, volume } = bars;
  return {
    length, timestamp: timestamp.subarray(0, length), open: open.subarray(0, length), high: high.subarray(0, length),
    low: low.subarray(0, length), close: close.subarray(0, length), volume: volume.subarray(0, length),
  };
}

/** Whether any bar opens on a Saturday, UTC: an exchange's bars do not, a coin's do. Less than a week tells nothing and counts as a coin. */
function tradesOnWeekends({ length, timestamp }: Bars): boolean {
  if ((timestamp[length - 1] as number) - (timestamp[0] as number) < 7 * DAY_MS) return true;
  // The epoch was a Thursday, so Saturday is day 2 of the week that begins there.
  for (let i = 0; i < length; i++) if (Math.floor((timestamp[i] as number) / DAY_MS) % 7 === 2) return true;
  return false;
}

function marketOf(market: Loaded, request: BacktestRequest): Market {
  const { set, id, weekends, intervalMs } = market;
  const instrument = request.venue === undefined
    ? plainInstrument(id, { fee: request.fee, sizing: request.sizing, priceDecimals: set.priceDecimals, weekends })
    : venueInstrument(venueRules(request.venue, id), set.priceDecimals);
  return { instrument, intervalMs };
}

function metricsOf(engine: Engine, markets: readonly Market[]) {
  const { curve, trades } = engine.portfolio;
  const pnl = Float64Array.from({ length: trades.length }, (_, index) => trades.pnlAt(index));
  const { sharpe, sortino, winRate, profitFactor } = measure({
    dailyEquity: curve.dailyEquity(), maxDrawdown: curve.maxDrawdown, pnl,
    periodsPerYear: Math.min(...markets.map(({ instrument }) => PERIODS_PER_YEAR[instrument.assetClass])),
  });
  return { trades: trades.length, sharpe, sortino, maxDrawdown: curve.maxDrawdown, winRate, profitFactor, exposure: engine.exposedBars / engine.bars };
}

function feeText(fee: FeeRequest): string {
  if (fee.kind === 'bps') return `${fee.bps} bp`;
  return `per-share:${fee.perShare}${fee.min === undefined ? '' : `,min=${fee.min}`}${fee.maxRate === undefined ? '' : `,max=${fee.maxRate}`}`;
}

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}
