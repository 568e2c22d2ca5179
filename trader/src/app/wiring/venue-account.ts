import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bars } from '../../domain/bar.ts';
import { decimalPlaces, divide, format, mul, parseDecimal } from '../../domain/exact.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Market } from '../../pipeline/engine.ts';
import type { AccountTerms, MarketTerms, OwnFee } from '../../simulation/account-terms.ts';
import type { FundingSeries } from '../../simulation/funding.ts';
import { isOpen, type SessionTerms } from '../../simulation/session.ts';
import { didYouMean } from '../suggestion.ts';
import { Refusal } from '../refusal.ts';
import type { AccountRequest, BacktestRequest } from './backtest-request.ts';
import type { ChosenBars } from './chosen-bars.ts';
import { readFunding } from './funding-file.ts';
import { checkSizing, venueInstrument } from './profile.ts';
import { dayNumber, minuteOfWeek, readRuleSet, type InstrumentRules, type RuleSet } from './rule-set.ts';
import { DATA_FOLDER } from './venue-rules.ts';

/** What a run trades, under which terms, and what is to be said about them. */
export interface OpenedMarkets {
  readonly markets: readonly Market[];
  /** What the venue charges and demands; undefined in the plain profile. */
  readonly account: AccountTerms | undefined;
  /** Whole sentences. */
  readonly warnings: readonly string[];
}

const HOUR_MS = 3_600_000;

/** The venues whose rules ship, by name. */
export function shippedVenues(): string[] {
  return [...new Set(ruleFiles().map((file) => file.slice(0, file.lastIndexOf('_'))))].sort();
}

/**
 * Opens the markets of a run at the venue that was asked for: its rules of the day on which the bars
 * begin, or a rule set of one's own. Refuses a venue or an instrument without rules, rules that
 * contradict themselves, and leverage that the venue does not give.
 */
export function openVenue(request: BacktestRequest & { readonly venue: string }, loaded: readonly ChosenBars[]): OpenedMarkets {
  const rules = chooseRules(request.venue, loaded);
  const asked = request.account ?? { margin: 'cross', leverage: '1', funding: [] };
  const funding = fundingOf(asked, loaded);
  const opened = loaded.map((chosen, index) => openMarket(chosen, { request, asked, rules, series: funding[index] }));
  return {
    markets: opened.map(({ market }) => market),
    account: {
      markets: opened.map(({ terms }) => terms),
      tiers: request.fee.kind === 'venue' ? rules.fees : undefined,
      margin: asked.margin, leverage: asked.leverage,
      debit: debitOf(rules),
      liquidationFee: rules.margin?.liquidationFee ?? '0', lossLimited: rules.margin?.lossLimited ?? false,
    },
    warnings: [...loaded.flatMap((chosen) => spanWarning(chosen, rules)), ...opened.flatMap(({ warnings }) => warnings)],
  };
}

function ruleFiles(): string[] {
  return readdirSync(join(DATA_FOLDER, 'venues')).filter((file) => file.endsWith('.json')).sort();
}

/** The rule set for the bars' first day: the last one that begins by then, else the first there is. */
function chooseRules(venue: string, loaded: readonly ChosenBars[]): RuleSet {
  if (/[/\\]|\.json$/.test(venue)) return readRules(venue);
  const sets = ruleFiles().filter((file) => file.slice(0, file.lastIndexOf('_')) === venue).map((file) => readRules(join(DATA_FOLDER, 'venues', file)));
  if (sets.length === 0) {
    const venues = shippedVenues();
    throw new Refusal('usage', `there are no rules for a venue "${venue}"`, {
      where: '--venue', hint: didYouMean(venue, venues) ?? `Give one of ${venues.join(', ')}, or a rule set of your own as a .json file.`,
    });
  }
  const begin = new Date(Math.min(...loaded.map(({ first }) => first))).toISOString().slice(0, 10);
  return sets.toSorted((a, b) => (a.from < b.from ? -1 : 1)).findLast(({ from }) => from <= begin) ?? sets[0];
}

function readRules(path: string): RuleSet {
  if (!existsSync(path)) throw new Refusal('usage', `there is no rule set "${path}"`, { where: '--venue' });
  const text = readFileSync(path, 'utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new Refusal('bad-data', `the rule set is no JSON: ${error instanceof Error ? error.message : String(error)}`, { where: path });
  }
  const rules = readRuleSet(data);
  if (!rules.ok) throw new Refusal('bad-data', rules.error.message, { where: path, hint: 'docs/venue-rules.md says what each field means.' });
  return rules.value;
}

/** What a market is opened with. */
interface Opening {
  readonly request: BacktestRequest;
  readonly asked: AccountRequest;
  readonly rules: RuleSet;
  readonly series: FundingSeries | undefined;
}

function openMarket(chosen: ChosenBars, { request, asked, rules, series }: Opening) {
  const { id, set, intervalMs } = chosen;
  const one = rules.instruments.find((instrument) => instrument.id === id);
  if (one === undefined) {
    const ids = rules.instruments.map((instrument) => instrument.id);
    throw new Refusal('usage', `${rules.venue} has no rules for "${id}"`, { where: '--instrument', hint: `Name the bars with --instrument, as one of ${ids.join(', ')}.` });
  }
  const { assetClass, quoteCurrency, tickSize, minNotional } = one;
  const instrument = venueInstrument({ id, assetClass, quoteCurrency, tickSize, lotSize: inUnits(one, one.lotSize), minNotional }, set.priceDecimals);
  checkSizing(request.sizing, instrument);
  return { market: { instrument, intervalMs }, terms: marketTerms(one, asked, rules.venue, series), warnings: marketWarnings(one, chosen, rules, series) };
}

function marketTerms(one: InstrumentRules, { leverage }: AccountRequest, venue: string, series: FundingSeries | undefined): MarketTerms {
  const { kind, fee, funding, borrow, swap } = one;
  const most = one.brackets?.[0].maxLeverage ?? 1;
  if (Number(leverage) > most) {
    throw new Refusal('usage', one.brackets === undefined ? `${venue} has no margin table for ${one.id}: what is held is paid for in full` : `${venue} gives ${one.id} leverage of at most ${most}, not ${leverage}`, { where: '--leverage' });
  }
  if (series && funding === undefined) throw new Refusal('usage', `${one.id} is no perpetual: it has no funding`, { where: '--funding' });
  return {
    fee: fee && ownFee(fee, one), shortable: kind !== 'spot', minQuantity: Number(inUnits(one, one.minQuantity)),
    brackets: kind === 'spot' ? [] : bracketsOf(one, Number(leverage)),
    funding: funding && { intervalMs: funding.intervalHours * HOUR_MS, rate: funding.rate, series },
    borrow: borrow && { intervalMs: borrow.intervalHours * HOUR_MS, rate: borrow.rate }, swap,
  };
}

/** Without a table a position lasts as long as it is worth anything. */
function bracketsOf({ brackets }: InstrumentRules, leverage: number): MarketTerms['brackets'] {
  if (brackets === undefined) return [{ upTo: Infinity, maxLeverage: 1, rate: 0, deduction: 0 }];
  return brackets.map((bracket) => ({
    upTo: bracket.upTo === undefined ? Infinity : Number(bracket.upTo), maxLeverage: bracket.maxLeverage,
    rate: 'rate' in bracket ? Number(bracket.rate) : Number(bracket.ofInitial) / leverage, deduction: 'rate' in bracket ? Number(bracket.deduction) : 0,
  }));
}

/** Decimals kept of what is a fraction of a stated amount. */
const FRACTION_PLACES = 12;

function ownFee(fee: NonNullable<InstrumentRules['fee']>, { contractSize = '1' }: InstrumentRules): OwnFee {
  return fee.kind === 'per-lot' ? { kind: 'per-unit', perUnit: quotient(fee.perLot, contractSize) } : fee;
}

function debitOf({ debit }: RuleSet): AccountTerms['debit'] {
  return debit && { intervalMs: debit.intervalHours * HOUR_MS, rate: 'rate' in debit ? debit.rate : quotient(debit.annualRate, String(360 * 24 / debit.intervalHours)) };
}

/** a / b as a decimal, rounded up: what is charged is not rounded away. */
function quotient(a: string, b: string): string {
  const places = decimalPlaces(b);
  return format(divide(parseDecimal(a, FRACTION_PLACES + places), parseDecimal(b, places), 'ceil'), FRACTION_PLACES);
}

/** A size in contracts, in units. */
function inUnits({ contractSize = '1' }: InstrumentRules, size: string): string {
  const [a, b] = [decimalPlaces(size), decimalPlaces(contractSize)];
  return format(mul(parseDecimal(size, a), parseDecimal(contractSize, b)), a + b);
}

/** The recorded rates of each market, where `--funding` gives them. */
function fundingOf({ funding }: AccountRequest, loaded: readonly ChosenBars[]): readonly (FundingSeries | undefined)[] {
  for (const { instrument } of funding) {
    if (instrument === undefined ? loaded.length > 1 : loaded.every(({ id }) => id !== instrument)) {
      throw new Refusal('usage', '--funding names the instrument whose rates a file holds', { hint: `Give ID=FILE with one of ${loaded.map(({ id }) => id).join(', ')}.` });
    }
  }
  return loaded.map(({ id }) => {
    const file = funding.find(({ instrument }) => instrument === undefined || instrument === id)?.file;
    return file === undefined ? undefined : readFunding(file);
  });
}

function spanWarning({ id, first, last }: ChosenBars, { venue, from, to }: RuleSet): string[] {
  const [begin, end] = [first, last].map((ts) => new Date(ts).toISOString().slice(0, 10));
  if (begin >= from && end <= to) return [];
  return [`The bars of ${id} go from ${begin} to ${end}; the rules of ${venue} are meant for ${from} to ${to}.`];
}

const UNKNOWN_TEXTS = { brackets: 'no margin table: positions are paid for in full', borrow: 'no interest on what is sold short: none is charged', swap: 'no swap rates: none are charged', funding: 'no funding: none is charged' } as const;

function marketWarnings(one: InstrumentRules, { pieces, intervalMs, first, last }: ChosenBars, { venue, sessions }: RuleSet, series: FundingSeries | undefined): string[] {
  const { id, funding, session, unknown = [] } = one;
  const warnings = unknown.map((what) => `The rules of ${venue} state for ${id} ${UNKNOWN_TEXTS[what]}.`);
  if (funding && series === undefined) warnings.push(`Funding of ${id} is reckoned at ${Number(funding.rate) * 100} % every ${funding.intervalHours} hours; --funding takes the rates as they were.`);
  if (series && (series.timestamps[0] > first + 24 * HOUR_MS || (series.timestamps.at(-1) ?? 0) < last - 24 * HOUR_MS)) warnings.push(`The funding rates of ${id} do not cover all bars; beyond them it is reckoned at ${Number(funding?.rate) * 100} %.`);
  const outside = session === undefined || intervalMs >= DAY_MS || !Array.isArray(pieces) ? 0 : countOutside(pieces as readonly Bars[], sessionTerms(sessions?.[session]));
  if (outside > 0) warnings.push(`${outside} bars of ${id} open outside the trading hours of ${venue}.`);
  return warnings;
}

function sessionTerms(session: NonNullable<RuleSet['sessions']>[string] | undefined): SessionTerms {
  return {
    zone: session?.zone ?? 'UTC', holidays: session?.holidays.map(dayNumber) ?? [],
    hours: session?.hours.map(({ from, to }) => ({ from: minuteOfWeek(from), to: minuteOfWeek(to) })) ?? [{ from: 0, to: Infinity }],
  };
}

function countOutside(pieces: readonly Bars[], session: SessionTerms): number {
  let outside = 0;
  for (const { timestamp } of pieces) for (const ts of timestamp) if (!isOpen(session, ts)) outside += 1;
  return outside;
}
