import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JournalError, JournalFile } from '../../adapters/journal/journal-file.ts';
import { returnsInYear, sharpe } from '../../analytics/returns.ts';
import { tradeStatistics } from '../../analytics/trades.ts';
import { DAY_MS, formatInterval, type Timestamp } from '../../domain/time.ts';
import { formatPercent, formatPlural, formatRatio } from '../terminal/format.ts';
import type { CheckLine } from './check.ts';
import { recover, setupOf } from './run-recovery.ts';
import type { PaperSetup } from './paper-setup.ts';
import type { PassportBody, PassportSubject } from './passport-check.ts';
import { loadStrategy, readStrategyParameters, seriesParameters } from './strategy.ts';
import { isLiveHost, FEED_NAMES } from './venue-hosts.ts';

/** What a run on paper must have shown before money follows it. */
const PAPER_GATES = { days: 14, sharpe: 1.5, winRate: 0.55 } as const;

/** A bar counts as heard live where it was told within so long of its close, by this machine's clock; earlier by no more than clocks differ. */
const HEARD_WITHIN_MS = 60_000;
const CLOCKS_DIFFER_MS = 5_000;
/** A day counts where so many of its bars were heard live. */
const HEARD_SHARE = 0.95;

/** What the journal of the run on paper says of a strategy, and the lines that follow from it. */
export interface PaperEvidence {
  readonly paper: PassportBody['paper'];
  readonly lines: readonly CheckLine[];
}

const NAMES = {
  market: 'Paper: this strategy', feed: 'Paper: live feed', days: `Paper: ${PAPER_GATES.days} days`,
  sharpe: `Paper: Sharpe above ${PAPER_GATES.sharpe}`, winRate: `Paper: wins above ${formatPercent(PAPER_GATES.winRate, 0)}`,
} as const;

/**
 * Reckons the paper record of a strategy from the journal in a state folder, which must come out again
 * by this build. Only days of the wall clock count, on which a live feed of the venue was heard; bars
 * that were replayed, or fetched afterwards, make none. What cannot be found is a line that fails.
 */
export async function paperEvidence(home: string, subject: PassportSubject): Promise<PaperEvidence> {
  const path = join(home, 'paper', 'journal.jsonl');
  if (!existsSync(path)) return { paper: null, lines: noneOf('there is no run on paper in this ALGOTRENDY_HOME') };
  try {
    return await reckon(path, subject);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { paper: null, lines: noneOf(error.message.split('\n')[0]) };
  }
}

async function reckon(path: string, subject: PassportSubject): Promise<PaperEvidence> {
  const journal = new JournalFile(path, 'read');
  try {
    const head = journal.ahead();
    if (head === undefined) return { paper: null, lines: noneOf('the run on paper has not begun') };
    const setup = setupOf(head, path, true);
    const differs = await difference(setup, subject);
    if (differs !== undefined) return { paper: null, lines: noneOf(`the run on paper ${differs}`) };
    const { run, seen, history } = await recover(setup, journal, { onFill() {}, onDenial() {}, onOrder() {} }, true);
    if (run.ingest.commands.steered > 0) return { paper: null, lines: noneOf('the run on paper was steered by hand: somebody wrote orders, or changed its strategy, so that no figure is of the strategy alone') };
    const days = liveDays(path, setup.markets[0].intervalMs);
    const { trips = [] } = seen?.detail(run.engine) ?? {};
    const counted = trips.filter(({ tsExit }) => days.includes(dayOf(tsExit)));
    const returns = days.map((day) => {
      const before = history.before(day)?.equity ?? Number(setup.cash);
      return (history.before(day + DAY_MS)?.equity ?? before) / before - 1;
    });
    const { venue = '', hosts = [] } = setup.feed ?? {};
    const [from, to] = [days.at(0) ?? 0, (days.at(-1) ?? -DAY_MS) + DAY_MS].map((ts) => new Date(ts).toISOString());
    const paper = {
      run: head.kind === 'run' ? head.run : '', venue, hosts: [...hosts], from, to, days: days.length, trades: counted.length,
      sharpe: sharpe(returns, returnsInYear(run.markets)), winRate: tradeStatistics(counted.map(({ pnl }) => pnl)).winRate, records: journal.sequence, digest: run.recorder.digest(),
    };
    return { paper, lines: linesOf(paper) };
  } finally {
    journal.close();
  }
}

/** In what the run on paper is not of that strategy on that market; undefined where it is. */
async function difference({ books, markets }: PaperSetup, subject: PassportSubject): Promise<string | undefined> {
  const [book] = books;
  if (books.length !== 1) return `trades ${books.length} strategies and markets on one account, so that no figure is of one alone: give paper --strategy and one --instrument`;
  const definition = await loadStrategy(book.strategy, book.series);
  if (definition.name !== subject.strategy) return `trades ${definition.name}, not ${subject.strategy}`;
  const values: Readonly<Record<string, string | number>> = { ...readStrategyParameters(definition, book.parameters), ...seriesParameters(definition, book.series) };
  const other = Object.keys(values).find((name) => values[name] !== subject.parameters[name]);
  if (other !== undefined) return `trades with ${other}=${values[other]}, not ${subject.parameters[other]}`;
  const { instrument: { id }, intervalMs } = markets[book.market];
  if (id !== subject.instrument) return `trades ${id}, not ${subject.instrument}: name the bars with --instrument ${id} if they are of it`;
  return formatInterval(intervalMs) === subject.interval ? undefined : `trades bars of ${formatInterval(intervalMs)}, not of ${subject.interval}`;
}

/** The UTC days on which the feed was heard as it happened, from the journal's own times. */
function liveDays(path: string, intervalMs: number): readonly Timestamp[] {
  const heard = new Map<Timestamp, number>();
  const journal = new JournalFile(path, 'read');
  try {
    for (let record = journal.ahead(); record !== undefined; record = journal.ahead()) {
      journal.skip();
      if (record.kind !== 'bar' || record.tsHeard === undefined) continue;
      const tsClose = record.bar[0] + intervalMs;
      const late = record.tsHeard - tsClose;
      if (late <= HEARD_WITHIN_MS && late >= -CLOCKS_DIFFER_MS) heard.set(dayOf(tsClose), (heard.get(dayOf(tsClose)) ?? 0) + 1);
    }
  } finally {
    journal.close();
  }
  return [...heard].filter(([, bars]) => bars >= HEARD_SHARE * DAY_MS / intervalMs).map(([day]) => day).sort((a, b) => a - b);
}

/** The UTC day that a close belongs to: midnight ends a day. */
function dayOf(tsClose: Timestamp): Timestamp {
  return (Math.ceil(tsClose / DAY_MS) - 1) * DAY_MS;
}

function linesOf(paper: NonNullable<PassportBody['paper']>): CheckLine[] {
  const { venue, hosts, days, trades, sharpe: ratio, winRate } = paper;
  const known = FEED_NAMES.find((name) => name === venue);
  const live = known !== undefined && hosts.length > 0 && hosts.every((host) => isLiveHost(known, host));
  return [
    line(NAMES.market, true, 'It traded this strategy with these parameters on this market alone, and its journal comes out again by this build.'),
    line(NAMES.feed, live, live ? `Heard from ${hosts.join(' and ')}.`
      : hosts.length === 0 ? 'It replayed shipped bars; a replay never counts.' : `Heard from ${hosts.join(' and ')}, which is no host of a venue's live market.`),
    line(NAMES.days, days >= PAPER_GATES.days, `${formatPlural(days, 'day')} of the wall clock on which at least ${formatPercent(HEARD_SHARE, 0)} of the bars were heard as they closed; ${PAPER_GATES.days} are asked for.`),
    line(NAMES.sharpe, ratio !== null && ratio > PAPER_GATES.sharpe, ratio === null ? 'There are too few days that differ for a Sharpe ratio.' : `${formatRatio(ratio)}, annualised, over those days.`),
    line(NAMES.winRate, winRate !== null && winRate > PAPER_GATES.winRate, winRate === null ? 'It finished no trade on those days.' : `${formatPercent(winRate, 1)} of ${formatPlural(trades, 'trade')} that ended on those days.`),
  ];
}

function line(name: string, holds: boolean, reason: string): CheckLine {
  return { name, state: holds ? 'pass' : 'fail', reason };
}

function noneOf(reason: string): CheckLine[] {
  const sentence = `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`.replace(/\.\.$/, '.');
  return Object.values(NAMES).map((name, i) => line(name, false, i === 0 ? sentence : 'As long as the first line of these fails, nothing can be reckoned.'));
}
