import type { Bars } from '../domain/bar.ts';
import { parseDecimal, decimalPlaces } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { BookSpec } from '../pipeline/book-maker.ts';
import { Engine, type Audit, type Market } from '../pipeline/engine.ts';
import type { Guard } from '../pipeline/guards.ts';
import type { FeeModel } from '../ports/execution.ts';
import { PESSIMISTIC } from '../simulation/fill-policy.ts';
import { ConstantLatency } from '../simulation/latency.ts';
import { accountFees, feeScaleOf, type AccountTerms } from '../simulation/account-terms.ts';
import { MarginVenue } from '../simulation/margin-venue.ts';
import { SimulatedVenue } from '../simulation/venue.ts';
import type { VenueModels } from '../simulation/venue-rules.ts';
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
  /** What the venue charges and demands besides; a fee schedule here is instead of `fees`. */
  readonly account?: AccountTerms | undefined;
  readonly marketFill: 'next-open' | 'close';
  readonly audit?: Audit;
}

/** Called as a backtest goes on, with the bars done and the engine to look at. */
export type Watch = (bars: number, engine: Engine) => void;

/** Decimals to which venues book fees and payments (Binance, Kraken and others: 8). */
const VENUE_MONEY_SCALE = 8;

/**
 * Decimals of money with which nothing that these instruments and fees produce is ever rounded. An
 * account `atVenue` books no finer than venues do, but for the value of trades: fees are rounded up there.
 */
export function moneyScaleOf(instruments: readonly Instrument[], fees: Pick<FeeModel, 'scale'>, cash: string, atVenue = false): number {
  return Math.max(decimalPlaces(cash), ...instruments.map(({ priceScale, quantityScale }) => {
    const value = priceScale + quantityScale;
    return atVenue ? Math.max(value, Math.min(value + fees.scale, VENUE_MONEY_SCALE)) : value + fees.scale;
  }));
}

/** An engine on a simulated venue, ready to be fed: the one wiring of backtest, sweep and paper. */
export function simulatedEngine(spec: BacktestSpec, run: string): Engine {
  const { markets, books, fees, guards, latencyMs, marketFill, models, audit, account: terms } = spec;
  const instruments = markets.map((market) => market.instrument);
  const charged = terms && accountFees(terms, fees);
  const moneyScale = moneyScaleOf(instruments, charged ? { scale: feeScaleOf(charged) } : fees, spec.cash, charged !== undefined);
  const cash = parseDecimal(spec.cash, moneyScale);
  const rules = { instruments, fees, marketFees: charged?.models, moneyScale, marketFill, latency: new ConstantLatency(latencyMs), policy: PESSIMISTIC, ...models };
  const client = terms && charged
    ? new MarginVenue((watch) => new SimulatedVenue({ ...rules, watch }), { terms, instruments, cash, moneyScale, standing: charged.standing })
    : new SimulatedVenue(rules);
  return new Engine({ run, markets, books, cash, moneyScale, fees, guards, client, ...(charged && { marketFees: charged.models }), ...(audit && { audit }) });
}

/** Runs bars, one series of pieces per market, through the whole pipeline and returns the engine at their end. */
export function runBacktest(spec: BacktestSpec, streams: readonly Iterable<Bars>[], watchEvery = Number.MAX_SAFE_INTEGER, watch: Watch = () => {}): Engine {
  const engine = simulatedEngine(spec, 'backtest');
  drive(engine, spec.markets, streams, watchEvery, (bars) => watch(bars, engine));
  return engine;
}
