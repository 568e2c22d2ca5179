import * as z from 'zod/mini';
import type { Bar } from '../../domain/bar.ts';
import { causalId } from '../../domain/id.ts';
import type { BookSpec } from '../../pipeline/book-maker.ts';
import type { Engine, Market } from '../../pipeline/engine.ts';
import { CurrentReadings } from '../../pipeline/current-readings.ts';
import { heldStops } from '../../pipeline/guards.ts';
import { Ingest } from '../../pipeline/ingest.ts';
import type { LimitDesk } from '../../pipeline/limit-desk.ts';
import type { PropFirmGuard } from '../../pipeline/prop-firm-guard.ts';
import { Recorder } from '../../pipeline/recorder.ts';
import { Roster, type Recipe } from '../../pipeline/roster.ts';
import type { Sizing } from '../../pipeline/sizing.ts';
import type { Result } from '../../domain/result.ts';
import type { Journal } from '../../ports/journal.ts';
import { findStrategy, STRATEGIES } from '../../strategies/catalog.ts';
import type { Audit } from '../../pipeline/engine.ts';
import { moneyScaleOf, simulatedEngine } from '../../research/backtest.ts';
import { BasisPointFee } from '../../simulation/fees.ts';
import { venueInstrument } from './profile.ts';
import { CATCHING_UP, wireLive, type LiveParts, type VenueLink } from './live.ts';
import { LIVE_TERMS, type LiveTerms } from './live-terms.ts';
import { createPropFirmGuard, PROP_FIRM_SETUP } from './prop-firm.ts';
import type { PropFirmSetup } from './prop-firm-setup.ts';
import { guardsOf, type Limits } from './run-limits.ts';
import { holdsStop } from './venue-stops.ts';
import { loadStrategy, readStrategyParameters } from './strategy.ts';
import type { ShippedInstrument } from './venue-rules.ts';

/** Everything that a run is made of, as the first record of its journal holds it: plain JSON. */
export interface PaperSetup {
  readonly cash: string;
  readonly feeBps: string;
  readonly latencyMs: number;
  /** The live market that the bars are heard from, with the hosts that were dialled; absent where shipped bars are replayed. */
  readonly feed?: { readonly venue: string; readonly hosts: readonly string[] };
  readonly markets: readonly {
    readonly instrument: Omit<ShippedInstrument, 'bars'>;
    readonly intervalMs: number;
    readonly priceDecimals: number;
    /** The shipped file that the bars are replayed from; absent where they are heard. */
    readonly bars?: string;
    /** What the venue calls it; absent where bars are replayed. */
    readonly symbol?: string;
    /** Decimals that quantities are counted in, where they are more than those of the lot. */
    readonly quantityDecimals?: number;
  }[];
  readonly books: readonly {
    /** Name of one that ships, or path of a file. */
    readonly strategy: string;
    readonly parameters: Readonly<Record<string, string | number>>;
    readonly market: number;
    readonly sizing: Sizing;
    /** Ids of the stored series that it reads, in its order; absent for none. */
    readonly series?: readonly string[];
  }[];
  readonly limits: Limits;
  /** The prop firm whose rules guard every order; absent for none. */
  readonly propFirm?: PropFirmSetup | undefined;
  /** The terms of an account at a venue; absent on paper. */
  readonly live?: LiveTerms;
}

/** A run wired together: what takes its inputs and what it has come to. */
export interface PaperRun {
  readonly setup: PaperSetup;
  /** Names it in ids. */
  readonly id: string;
  readonly markets: readonly Market[];
  readonly engine: Engine;
  readonly ingest: Ingest;
  readonly recorder: Recorder;
  /** The guard of the prop firm's rules, which may order something after every bar. */
  readonly propFirm: PropFirmGuard | undefined;
  /** Shows a bar that was admitted to what looks at all of them. */
  watchBar(market: number, bar: Bar): void;
  /** Of the series that its strategies read. */
  readonly readings: CurrentReadings;
  /** Bars until the first opinion of each book of the setup. */
  readonly warmups: readonly number[];
  /** Which strategy decides in which book. */
  readonly roster: Roster;
  /** The limits of its guards as they are now. */
  readonly limits: LimitDesk;
  /** What there is besides where the account is one at a venue; undefined on paper. */
  readonly live: LiveParts | undefined;
}

const decimal = z.string().check(z.regex(/^\d+(\.\d+)?$/));
/** A decimal of which there is some: nothing is traded with none. */
const some = z.string().check(z.regex(/^(?=.*[1-9])\d+(\.\d+)?$/, 'must be a decimal above 0 in quotes, such as "0.1"'));
const amount = z.number().check(z.positive());
const share = z.number().check(z.positive(), z.lte(1));

/** How a sizing is written down. */
export const SIZING = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('units'), units: some }), z.strictObject({ kind: z.literal('fraction'), fraction: some }),
  z.strictObject({ kind: z.literal('kelly'), fraction: some.check(z.refine((fraction) => Number(fraction) <= 1, 'must be at most 1: beyond the whole of Kelly\'s fraction less is earned and more is risked')), cap: some, volatility: z.optional(some), edge: z.optional(z.strictObject({ mean: z.string().check(z.regex(/^-?\d+(\.\d+)?$/)), deviation: decimal, trades: decimal })) }),
  z.strictObject({ kind: z.literal('volatility'), volatility: some, cap: some })], 'must have a "kind": units, fraction, kelly or volatility');

/** How limits are written down. */
export const LIMITS = z.strictObject({
  maxNotional: amount, maxExposure: amount, maxOrdersPerMinute: amount, priceCollar: share, maxDataAgeMs: amount, maxDrawdown: share,
  maxPosition: z.optional(amount), maxCurrencyExposure: z.optional(amount),
  groups: z.optional(z.array(z.strictObject({ name: z.string().check(z.regex(/^[\w-]+$/)), members: z.array(z.string()), maxExposure: amount }))),
  maxLossStreak: z.optional(amount), lossPauseMs: z.optional(amount), maxOrdersPerOpinion: z.optional(amount),
});

/** What a setup must look like before anything in it is believed: a journal may come from anywhere. */
const SETUP = z.strictObject({
  cash: decimal, feeBps: decimal, latencyMs: z.number().check(z.nonnegative()),
  feed: z.optional(z.strictObject({ venue: z.string(), hosts: z.array(z.string()) })),
  markets: z.array(z.strictObject({
    instrument: z.strictObject({
      id: z.string(), venue: z.string(), assetClass: z.enum(['crypto', 'equity', 'fx']), quoteCurrency: z.string(), tickSize: decimal, lotSize: decimal, minNotional: decimal,
    }),
    intervalMs: amount, priceDecimals: z.int().check(z.gte(0), z.lte(22)),
    // A name in the data folder, and no way out of it.
    bars: z.optional(z.string().check(z.regex(/^\w[\w.-]*$/))),
    symbol: z.optional(z.string().check(z.minLength(1))), quantityDecimals: z.optional(z.int().check(z.gte(0), z.lte(22))),
  })).check(z.minLength(1)),
  books: z.array(z.strictObject({
    strategy: z.string(),
    parameters: z.record(z.string(), z.union([z.string(), z.number()])),
    market: z.int().check(z.nonnegative()),
    sizing: SIZING,
    series: z.optional(z.array(z.string().check(z.minLength(1)))),
  })),
  limits: LIMITS,
  propFirm: z.optional(PROP_FIRM_SETUP),
  live: z.optional(LIVE_TERMS),
});

/**
 * Believes a setup that was read; otherwise names the part of it that is wrong. Only where the journal is
 * `own`, written by a run of this home, may a book's strategy be a file: of any other it would run
 * whatever code lies there.
 */
export function readSetup(setup: unknown, own = false): Result<PaperSetup, { readonly kind: 'setup'; readonly message: string }> {
  const read = SETUP.safeParse(setup);
  const fault = read.success ? faultOf(read.data, own)
    : read.error.issues.map((issue) => [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])].join('.') || 'not a setup')[0];
  // Handed on as it was written: its text is what the journal is compared with.
  return fault === undefined ? { ok: true, value: setup as PaperSetup } : { ok: false, error: { kind: 'setup', message: fault } };
}

function faultOf({ books, markets, feed }: z.infer<typeof SETUP>, own: boolean): string | undefined {
  const stranger = books.findIndex(({ strategy }) => !STRATEGIES.some(({ name }) => name === strategy) && !(own && strategy.startsWith('/') && /\.[cm]?[jt]s$/.test(strategy)));
  if (stranger >= 0) return `books.${stranger}.strategy`;
  if (books.some(({ market }) => market >= markets.length)) return 'books: a market that is not there';
  const wrong = markets.findIndex(({ bars, symbol }) => (feed === undefined ? bars === undefined || symbol !== undefined : symbol === undefined || bars !== undefined));
  return wrong >= 0 ? `markets.${wrong}.${feed === undefined ? 'bars' : 'symbol'}` : undefined;
}

/** Names a run by what it is made of, so that the same setup decides the same ids. */
export function runId(setup: PaperSetup): string {
  return causalId(setup.live === undefined ? 'paper' : 'live', JSON.stringify(setup));
}

/**
 * Wires an engine, guards and the journal to a simulated venue, or to the venue of `link` where the setup has
 * terms of one. `audit` hears what the journal has taken.
 */
export async function wirePaper(setup: PaperSetup, journal: Journal & { sync(): void }, audit: Audit, link?: VenueLink): Promise<PaperRun> {
  const { cash, latencyMs, live: terms } = setup;
  const { guards, desk: limits } = guardsOf(setup.limits);
  const markets = setup.markets.map(({ instrument, intervalMs, priceDecimals, quantityDecimals }) => ({ instrument: venueInstrument(instrument, priceDecimals, quantityDecimals), intervalMs }));
  const instruments = markets.map(({ instrument }) => instrument);
  const fees = new BasisPointFee(setup.feeBps);
  const moneyScale = moneyScaleOf(instruments, fees, cash, terms !== undefined);
  const recorder = new Recorder(journal, instruments, moneyScale);
  const readings = new CurrentReadings();
  const { books, warmups, recipes } = await loadBooks(setup, readings);
  const propFirm = setup.propFirm && createPropFirmGuard(setup.propFirm, markets);
  const stops = heldStops((market, trails) => holdsStop(setup.feed?.venue ?? '', instruments[market], trails));
  const parts = {
    markets, books, fees, cash, guards: [...(terms ? [stops] : []), ...guards, ...(propFirm ? [propFirm] : [])],
    audit: {
      onOrder(order) { recorder.onOrder(order); audit.onOrder(order); },
      onReport(report) { recorder.onReport(report); propFirm?.beforeReport(report.tsEvent); audit.onReport(report); },
      onDenial(denial) { recorder.onDenial(denial); audit.onDenial(denial); },
      onSized(sized) { recorder.onSized(sized); },
    } satisfies Audit,
  };
  const run = runId(setup);
  const live = terms && wireLive({ ...parts, run, terms, moneyScale, journal, link, onReports: () => { propFirm?.afterReport(engine.now); } });
  const engine: Engine = live?.engine ?? simulatedEngine({ ...parts, latencyMs, marketFill: 'next-open' }, run);
  const roster = new Roster(engine, markets, recipes, (strategy) => live?.ramp.over(strategy) ?? strategy, findStrategy, (id) => readings.of(id));
  const watchBar = (market: number, bar: Bar) => {
    roster.see(market, bar);
    live?.ramp.look(bar.timestamp + markets[market].intervalMs, engine.risk.state, CATCHING_UP);
    propFirm?.afterBar(market, bar);
  };
  const ingest = new Ingest(engine, markets, journal, readings, {
    manual: (command) => { engine.onManual(command); },
    strategy: (command) => { roster.take(command); },
    limits: (command) => { limits.take(command, engine.now); },
  });
  return { setup, id: run, markets, engine, recorder, warmups, roster, limits, propFirm, watchBar, ingest, readings, live };
}

async function loadBooks(setup: PaperSetup, readings: CurrentReadings): Promise<{ readonly books: BookSpec[]; readonly warmups: number[]; readonly recipes: Recipe[] }> {
  const warmups: number[] = [];
  const recipes: Recipe[] = [];
  const books: BookSpec[] = [];
  for (const { strategy, parameters, market, sizing, series = [] } of setup.books) {
    const definition = await loadStrategy(strategy, series);
    const values = readStrategyParameters(definition, parameters);
    warmups.push(definition.warmup(values));
    const recipe = { definition, parameters: values, readings: series.map((id) => readings.of(id)) };
    recipes.push(recipe);
    books.push({ strategyName: definition.name, strategy: definition.create(values, recipe.readings), market, sizing });
  }
  return { books, warmups, recipes };
}
