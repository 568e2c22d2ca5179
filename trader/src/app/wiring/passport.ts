import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ParameterValues } from '../../domain/parameters.ts';
import { formatInterval } from '../../domain/time.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import { chooseBars } from './chosen-bars.ts';
import { paperEvidence } from './paper-record.ts';
import { checkPassport, signingKey, signPassport, type AcceptedPassport, type Passport, type PassportSubject } from './passport-check.ts';
import { openSecrets } from './secret-stores.ts';
import type { StrategyDefinition } from '../../ports/strategy.ts';
import { loadStrategy, readStrategyParameters, seriesParameters } from './strategy.ts';
import { buildContent } from './sweep-checkpoint.ts';
import { strategyContent } from './trial-store.ts';
import { verdict, type VerdictContext, type VerdictReport, type VerdictRequest } from './verdict.ts';

/** A passport that was made, and what its verdict said besides. */
export interface PassportReport {
  readonly passport: Passport;
  /** Whether every line holds, so that trading with money could begin. */
  readonly ready: boolean;
  readonly file: string;
  readonly verdict: VerdictReport;
}

/** A strategy on a market, as a configuration names it. */
interface TradedBook {
  readonly strategy: string;
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly series?: readonly string[];
  readonly instrument: string;
}

/** What is about to trade, with the code as it lies on the disk now. Refuses a strategy or parameters that are none. */
export async function passportSubject(book: TradedBook, intervalMs: number): Promise<PassportSubject> {
  const { strategy, parameters = {}, series = [], instrument } = book;
  const definition = await loadStrategy(strategy, series);
  return subjectOf(strategy, definition, readStrategyParameters(definition, parameters), series, instrument, formatInterval(intervalMs));
}

function subjectOf(nameOrPath: string, definition: StrategyDefinition, parameters: ParameterValues, series: readonly string[], instrument: string, interval: string): PassportSubject {
  return { strategy: definition.name, parameters: { ...parameters, ...seriesParameters(definition, series) }, code: { strategy: strategyContent(nameOrPath), engine: buildContent() }, instrument, interval };
}

/** The passport in `file`, accepted for what is about to trade. Refuses as `checkPassport`; throws where the file cannot be read. */
export async function acceptPassport(file: string, subject: PassportSubject, config: Pick<Config, 'home' | 'secrets'>): Promise<AcceptedPassport> {
  return checkPassport(readFileSync(file, 'utf8'), subject, await signingKey(openSecrets(config)));
}

/**
 * Gives a verdict, reckons the paper record, and writes both into a signed file, whatever they say: lines
 * that do not hold are in it as such. Refuses what cannot be run at all, and a place at which something
 * else lies than an earlier passport.
 */
export async function makePassport(request: VerdictRequest, out: string | undefined, config: Config, context: Omit<VerdictContext, 'home'>): Promise<PassportReport> {
  const { home } = config;
  if (out !== undefined && existsSync(out) && !readFileSync(out, 'utf8').startsWith('{\n  "version": ')) {
    throw new Refusal('usage', `${out} is there already, and is no passport`, { hint: 'Name another file, or remove it.' });
  }
  const report = await verdict(request, { ...context, home });
  const { strategy, parameters, instrument, interval, bars, from, to } = report;
  const { set } = await chooseBars(request.bars[0], { ...request, home });
  const { sha256 } = set;
  set.close();
  const subject = subjectOf(request.strategy, await loadStrategy(request.strategy, request.series), parameters, request.series ?? [], instrument, interval);
  const { paper, lines } = await paperEvidence(home, subject);
  const stated = report.lines.filter(({ decides }) => decides).map(({ name, state, reason }) => ({ name, state, reason }));
  const passport = signPassport({
    version: 1, issuedAt: new Date().toISOString(), ...subject, data: { sha256, from, to, bars }, verdict: stated, paper, lines: [...lines],
  }, await signingKey(openSecrets(config)));
  const file = out ?? join(home, 'passports', `${strategy}-${instrument}-${interval}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.draft`, `${JSON.stringify(passport, null, 2)}\n`);
  renameSync(`${file}.draft`, file);
  return { passport, ready: [...stated, ...lines].every(({ state }) => state === 'pass' || state === 'warn'), file, verdict: report };
}
