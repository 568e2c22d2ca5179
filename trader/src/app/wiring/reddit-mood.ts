import type { RedditClient } from '../../adapters/reddit/client.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchedSeries, SeriesSource } from '../../ports/series-source.ts';
import { dayMoods, nextDayOf } from './day-moods.ts';

/** Where people write about a coin. */
const COMMUNITIES: ReadonlyMap<string, string> = new Map([['BTC', 'Bitcoin'], ['ETH', 'ethereum'], ['SOL', 'solana']]);
/** How far back posts are read, as far as Reddit lists them. */
const HISTORY_MS = 183 * DAY_MS;

/** What the mood of a coin on Reddit is kept as. */
export function redditSeries(coin: string): string {
  return `REDDIT-${coin}`;
}

/** How hopeful a coin's community sounds, day by day. */
export class RedditMood implements SeriesSource {
  readonly name = 'reddit';
  readonly #client: RedditClient;
  readonly #clock: Clock;

  constructor(client: RedditClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async fetch(id: string): Promise<FetchedSeries> {
    const coin = [...COMMUNITIES.keys()].find((each) => redditSeries(each) === id);
    const community = COMMUNITIES.get(coin ?? '');
    if (community === undefined) throw new SeriesError('not-found', `reddit: there is no series ${id}`);
    const now = this.#clock.now();
    const { posts, whole } = await this.#client.posts(community, now - (now % DAY_MS) - HISTORY_MS);
    return {
      facts: { id, source: this.name, title: `How hopeful r/${community} sounds, −1 to 1`, units: 'Mean score', frequency: 'Daily', adjustment: '' },
      states: dayMoods(posts.map(({ createdAt, title, text }) => ({ createdAt, text: `${title}. ${text}` })), whole, now), dueAt: nextDayOf(now),
    };
  }

  close(): void {
    this.#client.close();
  }
}
