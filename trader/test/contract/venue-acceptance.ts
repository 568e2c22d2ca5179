import { BINANCE_SPOT } from '../venues/binance/spot-harness.ts';
import { FAILURE_CASES } from './venue-failure-cases.ts';
import { applies, type VenueCase, type VenueHarness } from './venue-gateway.ts';
import { ORDER_CASES } from './venue-order-cases.ts';
import { SPECIAL_CASES } from './venue-special-cases.ts';
import { STREAM_CASES } from './venue-stream-cases.ts';

/** Every case, in the order of its number. */
export const VENUE_CASES: readonly VenueCase[] = [...FAILURE_CASES, ...ORDER_CASES, ...STREAM_CASES, ...SPECIAL_CASES].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

/** Venues under the suite, one line each. */
export const VENUES: readonly VenueHarness[] = [
  BINANCE_SPOT,
];

/** The page docs/venues/acceptance.md: what the suite asks of every venue, and which venues pass it. */
export function acceptancePage(): string {
  const reasons = VENUES.flatMap(({ name, without }) => Object.entries(without).map(([id, reason]) => `- ${id}, ${name}: ${reason}.`));
  return `${[
    '# What every venue\'s adapter must pass',
    '',
    `${VENUE_CASES.length} cases, run over every adapter against a server on loopback that speaks the venue's dialect: \`npm test -- contract\`. A tick stands for a case that is a test and passes (a case that fails, fails the build); a dash for what the venue does not have. The suite prints this page: \`node trader/test/contract/acceptance-page.ts\`.`,
    '',
    `| case | what is asked | ${VENUES.map(({ name }) => name).join(' | ')} |`,
    `|---|---|${VENUES.map(() => '---').join('|')}|`,
    ...VENUE_CASES.map((each) => `| ${each.id} | ${each.title} | ${VENUES.map((venue) => (applies(venue, each) ? '✓' : '–')).join(' | ')} |`),
    '',
    '## What a venue does not have',
    '',
    ...reasons,
  ].join('\n')}\n`;
}
