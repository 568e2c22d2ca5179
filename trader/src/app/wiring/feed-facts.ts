import type { FeedFact } from '../../ports/engine-feed.ts';
import type { LiveFeed } from './live-feed.ts';
import type { LiveParts } from './live.ts';
import type { PaperTrader } from './paper.ts';

/** What is longer is not told apart: a delay of minutes is no latency. */
const LONGEST_MS = 60_000;

/** How a run's feed fares, and the way to its account at a venue. `ended` says that a replay has no more bars. */
export function feedFacts({ feed, run: { live } }: PaperTrader, ended: boolean): readonly FeedFact[] {
  if (feed.kind === 'replay') {
    const { done, total } = feed.replay;
    return [{
      name: 'shipped bars', kind: 'replay', state: ended ? 'ended' : 'up', ageMs: null, latencyMs: null, latencyOf: null, aheadMs: null, heard: done, late: 0, reconnections: 0,
      trouble: null, progress: { done, total },
    }];
  }
  return [marketFact(feed.venue, feed.live), ...(live === undefined ? [] : [accountFact(feed.venue, live)])];
}

function marketFact(venue: string, { state }: LiveFeed): FeedFact {
  const { connection, catchingUp, heard, late, reconnections, trouble = null, ageMs = null, quality: { tradeDelay, barDelay, aheadMs = null } } = state;
  return {
    name: `${venue} market data`, kind: 'market', state: connection === 'down' ? 'down' : catchingUp ? 'catching-up' : 'up', ageMs,
    ...latency([['trade', tradeDelay], ['bar', barDelay]]), aheadMs, heard, late, reconnections, trouble, progress: null,
  };
}

function accountFact(venue: string, { courier: { pulse } }: LiveParts): FeedFact {
  const { up, heardAt, heard, reconnections, orders, questions } = pulse;
  return {
    name: `${venue} account`, kind: 'venue', state: up ? 'up' : 'down', ageMs: heardAt === undefined ? null : Math.max(0, Date.now() - heardAt),
    ...latency([['order', orders.summary()], ['question', questions.summary()]]), aheadMs: null, heard, late: 0, reconnections, trouble: null, progress: null,
  };
}

/** The first that was measured. */
function latency(measured: readonly (readonly [NonNullable<FeedFact['latencyOf']>, FeedFact['latencyMs'] | undefined])[]): Pick<FeedFact, 'latencyMs' | 'latencyOf'> {
  for (const [latencyOf, delays] of measured) {
    if (delays) return { latencyOf, latencyMs: { p50: Math.min(LONGEST_MS, delays.p50), p99: Math.min(LONGEST_MS, delays.p99) } };
  }
  return { latencyOf: null, latencyMs: null };
}
