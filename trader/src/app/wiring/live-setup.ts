import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { decimalPlaces } from '../../domain/exact.ts';
import { parseInterval } from '../../domain/time.ts';
import type { Sizing } from '../../pipeline/sizing.ts';
import type { ForeignPolicy } from '../../ports/journal.ts';
import type { Margin, VenueListing } from '../../ports/venue.ts';
import { findStrategy } from '../../strategies/catalog.ts';
import { Refusal } from '../refusal.ts';
import { RAMP_TERMS, type LiveTerms } from './live-terms.ts';
import { rulesOf } from './profile.ts';
import { choosePropFirmSetup } from './prop-firm.ts';
import { LIMITS, SIZING, type PaperSetup } from './paper-setup.ts';
import type { Limits } from './run-limits.ts';
import { loadStrategy, readStrategyParameters } from './strategy.ts';
import { VENUE_NAMES, type VenueName } from './venue-hosts.ts';

const decimal = z.string().check(z.regex(/^\d+(\.\d+)?$/, 'must be a decimal in quotes, such as "1000"'));
/** A configuration of live mode: every key is said, and what is not known is refused. */
const CONFIG = z.strictObject({
  mode: z.enum(['sandbox', 'live']),
  venue: z.enum(VENUE_NAMES),
  capital: decimal.check(z.regex(/[1-9]/, 'must be above 0')),
  interval: z.string().check(z.refine((text) => parseInterval(text) !== undefined, 'must be an interval such as 1m or 1h')),
  instruments: z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
  books: z.array(z.strictObject({
    strategy: z.string().check(z.minLength(1)),
    parameters: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
    series: z.optional(z.array(z.string().check(z.minLength(1)))),
    instrument: z.string(),
    sizing: SIZING,
    passport: z.optional(z.string()),
  })).check(z.minLength(1)),
  limits: LIMITS,
  feeBps: z.optional(decimal),
  margin: z.optional(z.strictObject({ isolated: z.boolean(), leverage: z.int().check(z.gte(1)) })),
  propFirm: z.optional(z.string()),
  news: z.optional(z.string()),
  foreign: z.optional(z.enum(['adopt', 'ignore', 'halt'])),
  ramp: z.optional(RAMP_TERMS),
  feeRates: z.optional(z.record(z.string(), z.number().check(z.positive()))),
});

/** What a person writes down about a run at a venue; see docs/going-live.md. */
export interface LiveConfig {
  readonly mode: 'sandbox' | 'live';
  readonly venue: VenueName;
  /** Money that the run may use, a decimal in the account's currency. */
  readonly capital: string;
  /** Length of the bars that are decided on: `1m`. */
  readonly interval: string;
  /** By id or by the venue's symbol. */
  readonly instruments: readonly string[];
  readonly books: readonly {
    readonly strategy: string;
    readonly parameters?: Readonly<Record<string, string | number>>;
    /** Ids of stored series, one for each that it reads, in its order. */
    readonly series?: readonly string[];
    readonly instrument: string;
    readonly sizing: Sizing;
    /** Path of the passport; real money asks for one. */
    readonly passport?: string;
  }[];
  readonly limits: Limits;
  /** What a trade costs, for sizing; 10 where not given. */
  readonly feeBps?: string;
  /** How positions are held, where the venue has a choice; asked for there, and refused elsewhere. */
  readonly margin?: Margin;
  /** A prop firm's rules by name. */
  readonly propFirm?: string;
  /** Path of a calendar of releases, for rules under which nothing is traded around them. */
  readonly news?: string;
  /** `halt` where not given. */
  readonly foreign?: ForeignPolicy;
  readonly ramp?: LiveTerms['ramp'];
  readonly feeRates?: LiveTerms['feeRates'];
}

/** What spot markets charge who takes: a tenth of a percent. */
const FEE_BPS = '10';
/** A tenth of the size at first, and a tenth more each day; the most that real money is allowed. */
const RAMP = { start: 0.1, step: 0.1 } as const;

/** Reads a configuration, and asks nobody. Refuses what is no JSON, a key that is unknown, missing or not as it must be, and names it. */
export async function readLiveConfig(file: string): Promise<LiveConfig> {
  let told: unknown;
  try {
    told = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Refusal('usage', `the configuration cannot be read: ${error instanceof Error ? error.message : String(error)}`, { where: file, hint: 'docs/going-live.md shows one.' });
  }
  const read = CONFIG.safeParse(told);
  if (!read.success) {
    const faults = read.error.issues.map((issue) => `${[...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])].join('.') || 'all of it'}: ${isMissing(told, issue.path) ? 'is missing, and ' : ''}${faultOf(issue)}`);
    throw new Refusal('usage', `the configuration is refused: ${faults.join('; ')}`, { where: file, hint: 'docs/going-live.md shows one, key by key.' });
  }
  const { mode, instruments, books, propFirm, news, ramp = RAMP } = read.data;
  if (mode === 'live' && (ramp.start > RAMP.start || ramp.step > RAMP.step)) {
    throw new Refusal('usage', `the configuration is refused: ramp: real money begins at no more than ${RAMP.start} of the size, and grows by no more than ${RAMP.step} a day`, { where: file });
  }
  const twice = instruments.find((name, at) => instruments.indexOf(name) < at);
  if (twice !== undefined) throw new Refusal('usage', `the configuration is refused: instruments: names ${twice} twice`, { where: file });
  const stranger = books.find(({ instrument }) => !instruments.includes(instrument));
  if (stranger !== undefined) throw new Refusal('usage', `the configuration is refused: books trade ${stranger.instrument}, which is not among its instruments`, { where: file });
  choosePropFirmSetup({ 'prop-firm': propFirm, news });
  const config = told as LiveConfig;
  for (const [at, book] of config.books.entries()) await checkStrategy(book, `books.${at}`, file);
  return config;
}

/** Refuses a strategy that there is not, and parameters that it does not take, by their place in the configuration. */
async function checkStrategy({ strategy, parameters = {}, series }: LiveConfig['books'][number], place: string, file: string): Promise<void> {
  try {
    readStrategyParameters(await loadStrategy(strategy, series), parameters);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, `the configuration is refused: ${place}: ${error.message}`, { where: file, hint: error.hint });
  }
}

/** Whether nothing is said at a place. */
function isMissing(told: unknown, path: readonly PropertyKey[]): boolean {
  return path.reduce<unknown>((within, key) => (typeof within === 'object' && within !== null ? Reflect.get(within, key) : undefined), told) === undefined;
}

/** What a value has to be. */
function faultOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys': return 'unknown key';
    case 'invalid_value': return `must be one of ${issue.values.join(', ')}`;
    case 'invalid_type': return issue.expected === 'string' ? 'must be a text, in quotes' : `must be ${/^[aio]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    case 'too_small': return `must ${issue.origin === 'number' ? 'be' : 'have'} ${issue.inclusive === true ? 'at least' : 'above'} ${issue.minimum}`;
    case 'too_big': return `must be ${issue.inclusive === true ? 'at most' : 'below'} ${issue.maximum}`;
    default: return issue.message;
  }
}

/** What a run of this id is made of, once the venue has said how it lists the instruments. Refuses sizes that are counted finer than they are. */
export function liveSetup(config: LiveConfig, id: string, listings: readonly VenueListing[], margin: boolean): PaperSetup {
  const { venue } = config;
  for (const { instrument, sizing } of config.books) {
    const { quantityScale } = listings[config.instruments.indexOf(instrument)].instrument;
    if (sizing.kind === 'units' && decimalPlaces(sizing.units) > quantityScale) throw new Refusal('usage', `the configuration is refused: units of ${sizing.units} are finer than ${instrument} is counted: ${quantityScale} decimals`);
  }
  const intervalMs = parseInterval(config.interval) ?? 0;
  const propFirm = choosePropFirmSetup({ 'prop-firm': config.propFirm, news: config.news });
  return {
    cash: config.capital, feeBps: config.feeBps ?? FEE_BPS, latencyMs: 0, feed: { venue, hosts: [] },
    markets: listings.map(({ instrument, symbol }) => ({
      instrument: { ...rulesOf(instrument), venue }, intervalMs, priceDecimals: instrument.priceScale, quantityDecimals: instrument.quantityScale, symbol,
    })),
    books: config.books.map(({ strategy, parameters = {}, series, instrument, sizing }) => ({
      strategy: findStrategy(strategy)?.name ?? resolve(strategy), parameters, market: config.instruments.indexOf(instrument), sizing, ...(series && { series }),
    })),
    limits: config.limits,
    ...(propFirm && { propFirm }),
    live: { id, world: config.mode, foreign: config.foreign ?? 'halt', ramp: config.ramp ?? RAMP, feeRates: config.feeRates ?? {}, margin },
  };
}
