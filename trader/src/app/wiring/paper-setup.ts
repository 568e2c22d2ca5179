import * as z from 'zod/mini';
import { causalId } from '../../domain/id.ts';
import type { Engine, Market } from '../../pipeline/engine.ts';
import { maxDrawdown, maxExposure, maxNotional, maxOrderRate, priceCollar, staleData } from '../../pipeline/guards.ts';
import { Ingest } from '../../pipeline/ingest.ts';
import { Recorder } from '../../pipeline/recorder.ts';
import type { Sizing } from '../../pipeline/sizing.ts';
import type { Result } from '../../domain/result.ts';
import type { Journal } from '../../ports/journal.ts';
import { STRATEGIES } from '../../strategies/catalog.ts';
import type { Audit } from '../../pipeline/engine.ts';
import { moneyScaleOf, simulatedEngine } from '../../research/backtest.ts';
import { BasisPointFee } from '../../simulation/fees.ts';
import { venueInstrument } from './profile.ts';
import { loadStrategy, readStrategyParameters } from './strategy.ts';
import type { ShippedInstrument } from './venue-rules.ts';

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
    readonly instrument: Omit<ShippedInstrument, 'bars'>;
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

const decimal = z.string().check(z.regex(/^\d+(\.\d+)?$/));
const amount = z.number().check(z.positive());

/** What a setup must look like before anything in it is believed: a journal may come from anywhere. */
const SETUP = z.strictObject({
  cash: decimal, feeBps: decimal, latencyMs: z.number().check(z.nonnegative()),
  markets: z.array(z.strictObject({
    instrument: z.strictObject({
      id: z.string(), venue: z.string(), assetClass: z.enum(['crypto', 'equity', 'fx']), quoteCurrency: z.string(), tickSize: decimal, lotSize: decimal, minNotional: decimal,
    }),
    intervalMs: amount, priceDecimals: z.int().check(z.gte(0), z.lte(22)),
    // A name in the data folder, and no way out of it.
    bars: z.string().check(z.regex(/^\w[\w.-]*$/)),
  })).check(z.minLength(1)),
  books: z.array(z.strictObject({
    // A shipped strategy: a path here would run whatever code lies there.
    strategy: z.enum(STRATEGIES.map(({ name }) => name)),
    parameters: z.record(z.string(), z.union([z.string(), z.number()])),
    market: z.int().check(z.nonnegative()),
    sizing: z.union([z.strictObject({ kind: z.literal('units'), units: decimal }), z.strictObject({ kind: z.literal('fraction'), fraction: decimal })]),
  })),
  limits: z.strictObject({ maxNotional: amount, maxExposure: amount, maxOrdersPerMinute: amount, priceCollar: amount, maxDataAgeMs: amount, maxDrawdown: amount }),
});

/** Believes a setup that was read; otherwise names the part of it that is wrong. */
export function readSetup(setup: unknown): Result<PaperSetup, { readonly kind: 'setup'; readonly message: string }> {
  const read = SETUP.safeParse(setup);
  const fault = read.success
    ? read.data.books.some(({ market }) => market >= read.data.markets.length) ? 'books: a market that is not there' : undefined
    : read.error.issues.map((issue) => [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])].join('.') || 'not a setup')[0];
  // Handed on as it was written: its text is what the journal is compared with.
  return fault === undefined ? { ok: true, value: setup as PaperSetup } : { ok: false, error: { kind: 'setup', message: fault } };
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
