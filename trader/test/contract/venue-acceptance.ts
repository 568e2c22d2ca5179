import { ALPACA_COINS, ALPACA_SHARES } from '../venues/alpaca/alpaca-harness.ts';
import { ALPACA_COINS_FEED, ALPACA_SHARES_FEED } from '../venues/alpaca/feed-harness.ts';
import { BINANCE_FUTURES_FEED, BINANCE_SPOT_FEED } from '../venues/binance/feed-harness.ts';
import { BINANCE_FUTURES } from '../venues/binance/futures-harness.ts';
import { BINANCE_SPOT } from '../venues/binance/spot-harness.ts';
import { COINBASE_FEED } from '../venues/coinbase/feed-harness.ts';
import { COINBASE } from '../venues/coinbase/harness.ts';
import { KRAKEN_FEED } from '../venues/kraken/feed-harness.ts';
import { OKX_FEED } from '../venues/okx/feed-harness.ts';
import type { FeedHarness } from './market-feed.ts';
import { FEED_CASES } from './market-feed-cases.ts';
import { FAILURE_CASES } from './venue-failure-cases.ts';
import type { VenueCase, VenueHarness } from './venue-gateway.ts';
import { ORDER_CASES } from './venue-order-cases.ts';
import { SPECIAL_CASES } from './venue-special-cases.ts';
import { STREAM_CASES } from './venue-stream-cases.ts';

/** Every case, in the order of its number. */
export const VENUE_CASES: readonly VenueCase[] = [...FAILURE_CASES, ...ORDER_CASES, ...STREAM_CASES, ...SPECIAL_CASES].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

/** Venues under the suite, one line each. */
export const VENUES: readonly VenueHarness[] = [
  BINANCE_SPOT,
  BINANCE_FUTURES,
  COINBASE,
  ALPACA_SHARES,
  ALPACA_COINS,
];

/** Feeds under their suite, one line each. */
export const FEEDS: readonly FeedHarness[] = [
  BINANCE_SPOT_FEED,
  BINANCE_FUTURES_FEED,
  COINBASE_FEED,
  ALPACA_SHARES_FEED,
  ALPACA_COINS_FEED,
  OKX_FEED,
  KRAKEN_FEED,
];

/** One suite's results: the cases down, the venues across. */
function table(cases: readonly { readonly id: string; readonly title: string }[], venues: readonly { readonly name: string; readonly without: Readonly<Record<string, string>> }[]): readonly string[] {
  return [
    `| case | what is asked | ${venues.map(({ name }) => name).join(' | ')} |`,
    `|---|---|${venues.map(() => '---').join('|')}|`,
    ...cases.map(({ id, title }) => `| ${id} | ${title} | ${venues.map(({ without }) => (Object.hasOwn(without, id) ? '–' : '✓')).join(' | ')} |`),
  ];
}

/** Why a venue lacks cases, those of one reason together. */
function lacking({ name, without }: { readonly name: string; readonly without: Readonly<Record<string, string>> }): readonly string[] {
  return [...Map.groupBy(Object.entries(without), ([, reason]) => reason)].map(([reason, ids]) => `- ${name}, ${ids.map(([id]) => id).join(', ')}: ${reason}.`);
}

/** The page docs/venues/acceptance.md: what the suites ask of every venue, and which venues pass them. */
export function acceptancePage(): string {
  return `${[
    '# What every venue\'s adapter must pass',
    '',
    `${VENUE_CASES.length} cases for accounts and ${FEED_CASES.length} for markets, run over every adapter against a server on loopback that speaks the venue's dialect: \`npm test -- contract\`. A tick stands for a case that is a test and passes (a case that fails, fails the build); a dash for what the venue does not have. The suites print this page: \`node trader/test/contract/acceptance-page.ts\`.`,
    '',
    '## Accounts',
    '',
    ...table(VENUE_CASES, VENUES),
    '',
    '## Markets',
    '',
    ...table(FEED_CASES, FEEDS),
    '',
    '## What a venue does not have',
    '',
    ...VENUES.flatMap(lacking), ...FEEDS.flatMap(lacking),
  ].join('\n')}\n`;
}
