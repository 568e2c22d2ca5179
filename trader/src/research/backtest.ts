import type { Bars } from '../domain/bar.ts';
import { parseDecimal, decimalPlaces } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import { Engine, type Audit, type BookSpec, type Market } from '../pipeline/engine.ts';
import type { Guard } from '../pipeline/guards.ts';
import type { FeeModel } from '../ports/execution.ts';
import { PESSIMISTIC } from '../simulation/fill-policy.ts';
import { ConstantLatency } from '../simulation/latency.ts';
import { SimulatedVenue, type VenueModels } from '../simulation/venue.ts';
import { drive } from './drive.ts';

/** A backtest: what is traded, by what, under which rules. */
export interface BacktestSpec {
  readonly markets: readonly Market[];
  readonly books: readonly BookSpec[];
  /** Opening cash, a decimal in account currency. */
  readonly cash: string;
  readonly fees: FeeModel;
  readonly guards: readonly Guard[];
  readonly latencyMs: number;
  /** What else the venue does to an order; a latency here is instead of `latencyMs`. */
  readonly models?: VenueModels;
  readonly marketFill: 'next-open' | 'close';
  readonly audit?: Audit;
}

/** Called as a backtest goes on, with the bars done and the engine to look at. */
export type Watch = (bars: number, engine: Engine) => void;

/** Decimals of money with which nothing that these instruments and fees produce is ever rounded. */
export function moneyScaleOf(instruments: readonly Instrument[], fees: FeeModel, cash: string): number {
  return Math.max(decimalPlaces(cash), ...instruments.map(({ priceScale, quantityScale }) => priceScale + quantityScale + fees.scale));
}

/** An engine on a simulated venue, ready to be fed: the one wiring of backtest, sweep and paper. */
export function simulatedEngine(spec: BacktestSpec, run: string): Engine {
  const instruments = spec.markets.map((market) => market.instrument);
  const moneyScale = moneyScaleOf(instruments, spec.fees, spec.cash);
  const { markets, books, fees, guards, latencyMs, marketFill, models, audit } = spec;
  const client = new SimulatedVenue({ instruments, fees, moneyScale, marketFill, latency: new ConstantLatency(latencyMs), policy: PESSIMISTIC, ...models });
  return new Engine({ run, markets, books, cash: parseDecimal(spec.cash, moneyScale), moneyScale, fees, guards, client, ...(audit && { audit }) });
}

/** Runs bars, one series of pieces per market, through the whole pipeline and returns the engine at their end. */
export function runBacktest(spec: BacktestSpec, streams: readonly Iterable<Bars>[], watchEvery = Number.MAX_SAFE_INTEGER, watch: Watch = () => {}): Engine {
  const engine = simulatedEngine(spec, 'backtest');
  drive(engine, spec.markets, streams, watchEvery, (bars) => watch(bars, engine));
  return engine;
}
