import { basename } from 'node:path';
import { readCapture } from '../../adapters/ticks/capture-reader.ts';
import type { Capture, CaptureReport } from '../../adapters/ticks/capture.ts';
import { decimalPlaces, format, parseDecimal } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { TICK, type Ticks } from '../../domain/tick.ts';
import { tickBars } from '../../domain/tick-bars.ts';
import { formatInterval } from '../../domain/time.ts';
import type { Sizing } from '../../pipeline/sizing.ts';
import type { FeeModel } from '../../ports/execution.ts';
import { runTicks } from '../../research/tick-run.ts';
import type { QueueModelFactory } from '../../simulation/depth/queue-model.ts';
import { FeeStanding, TieredFee } from '../../simulation/fee-schedule.ts';
import { BasisPointFee } from '../../simulation/fees.ts';
import { ConstantLatency } from '../../simulation/latency.ts';
import { Refusal } from '../refusal.ts';
import { checkSizing } from './profile.ts';
import { faultOf, loadStrategy, readStrategyParameters } from './strategy.ts';

/** What a recording of ticks holds: the object that `ticks FILE --json` prints. */
export interface TicksReport extends CaptureReport {
  readonly file: string;
  readonly ticks: number;
  /** First and last moment at the venue, ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** Decimals of prices and sizes. */
  readonly priceDecimals: number;
  readonly sizeDecimals: number;
}

/** How a strategy is to be run on ticks. */
export interface TickRunRequest {
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  readonly cash: string;
  readonly feeBps: string;
  /** Of orders that had rested. */
  readonly makerBps: string;
  readonly sizing: Sizing;
  /** As it was asked for, and what it means. */
  readonly queue: { readonly text: string; readonly model: QueueModelFactory };
  readonly entryMs: number;
  readonly responseMs: number;
}

/** What a strategy made of ticks: the object that `ticks FILE STRATEGY --json` prints. Money is a decimal string. */
export interface TickRunReport {
  readonly file: string;
  readonly strategy: string;
  readonly parameters: ParameterValues;
  readonly interval: string;
  readonly bars: number;
  readonly ticks: number;
  readonly from: string;
  readonly to: string;
  readonly cash: string;
  readonly fee: string;
  readonly queue: string;
  readonly entryMs: number;
  readonly responseMs: number;
  readonly orders: number;
  readonly denials: number;
  readonly fills: number;
  /** Fills of orders that had rested in the book, and of those that took. */
  readonly makerFills: number;
  readonly takerFills: number;
  /** Round trips, from flat to flat or through zero. */
  readonly trades: number;
  readonly finalEquity: string;
  readonly netReturn: number;
  readonly maxDrawdown: number;
  readonly fees: string;
  /** Units held at the end. */
  readonly position: string;
  /** Holes in the record, at which the book was lost until the next snapshot. */
  readonly gaps: number;
  /** Process CPU of the run, all threads. */
  readonly cpuSeconds: number;
}

/** Reads recordings of one market, and says what they are like. File faults pass through as `TickFileError`. */
export async function inspectTicks(files: readonly string[], onFraction?: (fraction: number) => void): Promise<TicksReport> {
  const { ticks, priceScale, quantityScale, report } = await readCapture(files, onFraction);
  return { file: nameOf(files), ticks: ticks.length, ...spanOf(ticks), priceDecimals: priceScale, sizeDecimals: quantityScale, ...report };
}

/** Runs a strategy on recordings of one market. Refuses what cannot be run. */
export async function replayTicks(files: readonly string[], request: TickRunRequest, onFraction?: (fraction: number) => void): Promise<TickRunReport> {
  const definition = await loadStrategy(request.strategy);
  const values = readStrategyParameters(definition, request.parameters);
  const capture = await readCapture(files, onFraction);
  const instrument = instrumentOf(nameOf(files), capture);
  checkSizing(request.sizing, instrument);
  const { ticks } = capture;
  if (!ticks.kind.some((kind) => kind !== TICK.buy && kind !== TICK.sell)) {
    throw new Refusal('bad-data', `${nameOf(files)} holds trades alone: there is no book to trade with`, { hint: 'Add the file with its depth or quotes: --with FILE' });
  }
  const { intervalMs, sizing, cash, queue, entryMs, responseMs } = request;
  const bars = tickBars(capture, intervalMs);
  if (bars.length === 0) throw new Refusal('bad-data', `${nameOf(files)} holds no whole bar of ${formatInterval(intervalMs)}`, { hint: 'Choose a shorter --interval.' });
  const cpu = process.cpuUsage();
  const { engine, venue } = catchFault(request.strategy, () => runTicks({
    instrument, ticks, bars, intervalMs, sizing, cash, strategyName: definition.name, strategy: definition.create(values),
    fees: feesOf(request), queue: queue.model, entry: new ConstantLatency(entryMs), response: new ConstantLatency(responseMs),
  }));
  const { user, system } = process.cpuUsage(cpu);
  const { portfolio, execution, risk } = engine;
  const { moneyScale } = portfolio.account;
  const finalEquity = format(portfolio.exactEquity(), moneyScale);
  return {
    file: nameOf(files), strategy: definition.name, parameters: values, interval: formatInterval(intervalMs), bars: bars.length, ticks: ticks.length, ...spanOf(ticks),
    cash, fee: request.makerBps === request.feeBps ? `${request.feeBps} bp` : `${request.feeBps} bp, ${request.makerBps} bp at rest`, queue: queue.text, entryMs, responseMs,
    orders: execution.orders, denials: risk.denials, fills: portfolio.fills, makerFills: venue.makerFills, takerFills: venue.takerFills,
    trades: portfolio.trades.length, finalEquity, netReturn: Number(finalEquity) / Number(cash) - 1, maxDrawdown: portfolio.curve.maxDrawdown,
    fees: format(portfolio.account.fees, moneyScale), position: format(portfolio.netQuantity(0), instrument.quantityScale), gaps: capture.report.gaps.length,
    cpuSeconds: (user + system) / 1e6,
  };
}

function feesOf({ feeBps, makerBps }: TickRunRequest): FeeModel {
  if (makerBps === feeBps) return new BasisPointFee(feeBps);
  const share = (bps: string) => format(parseDecimal(bps, decimalPlaces(bps)), decimalPlaces(bps) + 4);
  const tiers = [{ volume: '0', maker: share(makerBps), taker: share(feeBps) }];
  return new TieredFee(tiers, new FeeStanding(tiers));
}

function catchFault<T>(strategy: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw faultOf(strategy, error);
  }
}

/** What is traded: every price and size that the record can write, without a minimum. */
function instrumentOf(id: string, { priceScale, quantityScale }: Capture): Instrument {
  return { id, assetClass: 'crypto', quoteCurrency: 'USD', priceScale, quantityScale, tickSize: 1, lotSize: 1, minNotional: 0 };
}

function nameOf(files: readonly string[]): string {
  return files.map((file) => basename(file)).join(' + ');
}

function spanOf({ tsExchange, length }: Ticks): { readonly from: string; readonly to: string } {
  return { from: new Date(tsExchange[0]).toISOString(), to: new Date(tsExchange[length - 1]).toISOString() };
}
