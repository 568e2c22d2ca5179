import { causalId } from '../../domain/id.ts';
import type { Engine, Market } from '../../pipeline/engine.ts';
import { maxDrawdown, maxExposure, maxNotional, maxOrderRate, priceCollar, staleData } from '../../pipeline/guards.ts';
import { Ingest } from '../../pipeline/ingest.ts';
import { Recorder } from '../../pipeline/recorder.ts';
import type { Sizing } from '../../pipeline/sizing.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Audit } from '../../pipeline/engine.ts';
import { moneyScaleOf, simulatedEngine } from '../../research/backtest.ts';
import { BasisPointFee } from '../../simulation/fees.ts';
import type { VenueInstrument } from './profile.ts';
import { venueInstrument } from './profile.ts';
import { loadStrategy, readStrategyParameters } from './strategy.ts';

/** The limits that every order of a run must keep; see `pipeline/guards.ts` for each. */
export interface Limits {
  readonly maxNotional: number;
  /** Multiple of equity. */
  readonly maxExposure: number;
  readonly maxOrdersPerMinute: number;
  /** Share of the last price. */
  readonly priceCollar: number;
  readonly maxDataAgeMs: number;
  /** Share of the highest equity. */
  readonly maxDrawdown: number;
}

/** Everything that a run is made of, as the first record of its journal holds it: plain JSON. */
export interface PaperSetup {
  readonly cash: string;
  readonly feeBps: string;
  readonly latencyMs: number;
  readonly markets: readonly {
    readonly instrument: VenueInstrument;
    readonly intervalMs: number;
    readonly priceDecimals: number;
    /** The shipped file that the bars are replayed from. */
    readonly bars: string;
  }[];
  readonly books: readonly {
    readonly strategy: string;
    readonly parameters: Readonly<Record<string, string | number>>;
    readonly market: number;
    readonly sizing: Sizing;
  }[];
  readonly limits: Limits;
}

/** A run wired together: what takes its inputs and what it has come to. */
export interface PaperRun {
  readonly setup: PaperSetup;
  readonly markets: readonly Market[];
  readonly engine: Engine;
  readonly ingest: Ingest;
  readonly recorder: Recorder;
  /** Bars until each book's first opinion. */
  readonly warmups: readonly number[];
}

/** Names a run by what it is made of, so that the same setup decides the same ids. */
export function runId(setup: PaperSetup): string {
  return causalId('paper', JSON.stringify(setup));
}

/** Wires an engine, a simulated venue, guards and the journal. `audit` hears what the journal has taken. */
export async function wirePaper(setup: PaperSetup, journal: Journal, audit: Audit): Promise<PaperRun> {
  const markets = setup.markets.map(({ instrument, intervalMs, priceDecimals }) => ({ instrument: venueInstrument(instrument, priceDecimals), intervalMs }));
  const instruments = markets.map(({ instrument }) => instrument);
  const fees = new BasisPointFee(setup.feeBps);
  const recorder = new Recorder(journal, instruments, moneyScaleOf(instruments, fees, setup.cash));
  const warmups: number[] = [];
  const books = [];
  for (const { strategy, parameters, market, sizing } of setup.books) {
    const definition = await loadStrategy(strategy);
    const values = readStrategyParameters(definition, parameters);
    warmups.push(definition.warmup(values));
    books.push({ strategyName: definition.name, strategy: definition.create(values), market, sizing });
  }
  const engine = simulatedEngine({
    markets, books, fees, cash: setup.cash, latencyMs: setup.latencyMs, marketFill: 'next-open', guards: guardsOf(setup.limits),
    audit: {
      onOrder(order) { recorder.onOrder(order); audit.onOrder(order); },
      onReport(report) { recorder.onReport(report); audit.onReport(report); },
      onDenial(denial) { recorder.onDenial(denial); audit.onDenial(denial); },
    },
  }, runId(setup));
  return { setup, markets, engine, recorder, warmups, ingest: new Ingest(engine, markets, journal) };
}

function guardsOf(limits: Limits) {
  return [
    staleData(limits.maxDataAgeMs), priceCollar(limits.priceCollar), maxNotional(limits.maxNotional),
    maxExposure(limits.maxExposure), maxDrawdown(limits.maxDrawdown), maxOrderRate(limits.maxOrdersPerMinute, 60_000),
  ];
}
