import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { add, type Exact } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { PropFirmRules } from '../../domain/prop-firm.ts';
import { beginsWithDay, DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { Market } from '../../pipeline/engine.ts';
import { PROP_FIRM_LEVELS, PropFirmGuard, type CarrySpan, type FlatWindow } from '../../pipeline/prop-firm-guard.ts';
import type { AccountTerms } from '../../simulation/account-terms.ts';
import { Swap } from '../../simulation/carry.ts';
import { tradingDayEnd } from '../../simulation/trading-day.ts';
import { value, readText, type OptionValues } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { choosePropFirm, PROP_FIRM_RULES } from './prop-firm-rules.ts';
import type { NewsRelease, PropFirmSetup } from './prop-firm-setup.ts';

const share = z.string().check(z.regex(/^(0|1)(\.\d{1,9})?$/));

/** What such a setup must look like before it is believed. */
export const PROP_FIRM_SETUP = z.strictObject({
  rules: PROP_FIRM_RULES,
  levels: z.strictObject({ soft: share, hard: share, total: share, buffer: share, gap: share, unprotected: share, cost: share, tiny: share }),
  news: z.array(z.strictObject({ tsEvent: z.int(), symbols: z.array(z.string()) })),
});

/** The options of every command whose orders a prop firm's rules can guard. */
export const PROP_FIRM_OPTIONS = {
  'prop-firm': value('NAME', 'keep every order within the rules of a prop firm, such as ftmo-challenge', readText),
  news: value('FILE', 'with --prop-firm: releases around which nothing is traded, CSV of time,symbols', readText),
};

/** The setup that was asked for; undefined where none was. Refuses a name without rules and a calendar that cannot be read. */
export function choosePropFirmSetup({ 'prop-firm': name, news }: OptionValues<typeof PROP_FIRM_OPTIONS>): PropFirmSetup | undefined {
  if (name === undefined) {
    if (news !== undefined) throw new Refusal('usage', '--news is for the rules of a prop firm', { hint: 'Add --prop-firm NAME, such as --prop-firm ftmo-account.' });
    return undefined;
  }
  const rules = choosePropFirm(name);
  if (news !== undefined && rules.newsMinutes === null) throw new Refusal('usage', `${rules.name} may trade through news`, { where: '--news' });
  return { rules, levels: PROP_FIRM_LEVELS, news: news === undefined ? [] : readNews(news) };
}

/** What is to be known of a setup, in sentences. */
export function propFirmWarnings({ rules, news }: PropFirmSetup): readonly string[] {
  return rules.newsMinutes !== null && news.length === 0 ? [`${rules.name} forbids trading ${rules.newsMinutes} minutes around listed releases; no --news calendar says when they are.`] : [];
}

/** Makes the guard of a run on these markets; `terms` say what is paid for holding over night. */
export function createPropFirmGuard({ rules, levels, news }: PropFirmSetup, markets: readonly Market[], terms?: AccountTerms): PropFirmGuard {
  const windows = markets.map(({ instrument }) => windowsOf(rules, news, instrument));
  const swaps = terms?.markets.some(({ swap }) => swap !== undefined) ? terms.markets.map(({ swap }) => swap) : undefined;
  return new PropFirmGuard({
    rules, levels, nextWindow: (market, now) => windows[market](now),
    ...(swaps && {
      carry(market: number, quantity: Exact, mark: Exact, { from, to, moneyScale }: CarrySpan): Exact {
        const swap = swaps[market] && new Swap(swaps[market]);
        const { priceScale, quantityScale } = markets[market].instrument;
        let paid: Exact = 0;
        for (swap?.after(from); swap !== undefined && swap.next <= to; swap.after(swap.next)) paid = add(paid, swap.payment(quantity, mark, priceScale, quantityScale, moneyScale));
        return paid;
      },
    }),
  }, markets);
}

/** Reads a calendar: each line `2026-11-25T13:30Z,USD;US30`, a heading allowed. Refuses a line that is none. */
export function readNews(file: string): readonly NewsRelease[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal('bad-data', `the calendar of news cannot be read: ${error instanceof Error ? error.message : String(error)}`, { where: file });
  }
  return text.split(/\r?\n/).flatMap((line, i): NewsRelease[] => {
    if (line.trim() === '' || (i === 0 && line.startsWith('time'))) return [];
    const [time = '', symbols = ''] = line.split(',').map((part) => part.trim());
    const tsEvent = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/.test(time) && beginsWithDay(time) ? Date.parse(time) : NaN;
    if (Number.isNaN(tsEvent) || symbols === '') throw new Refusal('bad-data', `"${line}" is no release such as 2026-11-25T13:30Z,USD;US30`, { where: `${file}:${i + 1}` });
    return [{ tsEvent, symbols: symbols.split(';') }];
  }).toSorted((a, b) => a.tsEvent - b.tsEvent);
}

/** The next window of one instrument: of its news, or of its market's closing. */
function windowsOf(rules: PropFirmRules, news: readonly NewsRelease[], { id, assetClass }: Instrument): (now: Timestamp) => FlatWindow | undefined {
  const symbol = id.split('.')[0];
  const around = (rules.newsMinutes ?? 0) * 60_000;
  const releases = rules.newsMinutes === null ? [] : news.filter(({ symbols }) => symbols.some((part) => symbol.includes(part)));
  const closes = rules.flatOverHours !== null && assetClass !== 'crypto';
  // The first that ends after a moment is that for every later one until it ends.
  let known: FlatWindow & { readonly since: Timestamp } | undefined;
  return (now) => {
    const release = releases.find(({ tsEvent }) => tsEvent + around > now);
    const soon: FlatWindow | undefined = release && { from: release.tsEvent - around, to: release.tsEvent + around, rule: 'prop-firm-news' };
    if (!closes) return soon;
    if (known === undefined || known.to <= now || known.since > now) known = { ...nextBreak(assetClass, now), since: now };
    return soon === undefined || known.from < soon.from ? known : soon;
  };
}

/** Hours of a trading day of shares, 9:30 to 16:00 in New York. */
const SHARE_HOURS = 6.5;

/** The first break of a market, longer than two hours, that ends after `now`: weekends of currencies, nights and weekends of shares. Holidays are not known. */
function nextBreak(assetClass: 'equity' | 'fx', now: Timestamp): FlatWindow {
  const weekday = (ts: Timestamp) => (Math.floor(ts / DAY_MS) + 4) % 7;
  for (let from = tradingDayEnd(assetClass, now - 4 * DAY_MS); ; from = tradingDayEnd(assetClass, from)) {
    if (assetClass === 'fx' ? weekday(from) !== 5 : weekday(from) % 6 === 0) continue;
    let next = tradingDayEnd(assetClass, from);
    while (assetClass === 'fx' ? weekday(next) !== 0 : weekday(next) % 6 === 0) next = tradingDayEnd(assetClass, next);
    const to = assetClass === 'fx' ? next : next - SHARE_HOURS * 3_600_000;
    if (to > now) return { from, to, rule: 'prop-firm-break' };
  }
}
