import { formatCount, formatDuration, formatPercent, formatPlural } from '../terminal/format.ts';
import type { FeedState } from './live-feed.ts';

/** How often they are told where no screen shows them. */
export const FEED_WORDS_EVERY_MS = 60_000;

/** How a live feed fares, in one line, what matters most first: whether it is up, what share of its bars it told in time, what had to be fetched, what is wrong. */
export function feedWords(venue: string, state: FeedState): string {
  const { connection, catchingUp, reconnections, fetched, trouble, unreadable, quality } = state;
  const { expected, live, lost, barGaps, missingTrades, refusedBars, checkedBars, differingBars, aheadMs, tradeDelay, barDelay } = quality;
  const told = connection === 'down' ? 'DOWN' : catchingUp ? 'fetching what was missed' : 'up';
  const delay = tradeDelay ?? barDelay;
  const counted = (count: number, words: string) => (count > 0 ? [words] : []);
  const facts = [
    ...(trouble === undefined ? [] : [trouble]),
    ...counted(expected, `${formatPercent(live / expected, 2)} of ${formatPlural(expected, 'bar')} live`), `${formatCount(fetched)} fetched`, ...counted(lost, `${formatCount(lost)} lost`),
    ...counted(barGaps, formatPlural(barGaps, 'gap')), ...counted(reconnections, formatPlural(reconnections, 'reconnection')),
    ...counted(differingBars, `${formatPlural(differingBars, 'bar')} not as its trades`), ...counted(refusedBars, `${formatPlural(refusedBars, 'bar')} beyond belief`),
    ...counted(missingTrades, `${formatPlural(missingTrades, 'trade')} missing`), ...counted(unreadable, `${formatCount(unreadable)} unreadable`),
    ...(delay === undefined ? [] : [`${boundText(delay.p50)} behind, 1 % ${boundText(delay.p99)}`]),
    ...(aheadMs === undefined ? [] : [`clock ${aheadMs < 0 ? '−' : '+'}${formatDuration(Math.abs(aheadMs))}`]),
    ...counted(checkedBars, `${formatCount(checkedBars - differingBars)} of ${formatCount(checkedBars)} as their trades`),
  ];
  return `live ${venue} ${told}: ${facts.join(', ')}`;
}

/** A bound of a histogram: what was measured lies below it. */
function boundText(bound: number): string {
  return bound === Infinity ? '> 1 min' : `≤ ${formatDuration(bound)}`;
}
