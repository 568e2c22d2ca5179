import type { RedditClient } from '../../adapters/reddit/client.ts';
import { sentimentOf } from '../../analytics/sentiment.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchedSeries, SeriesSource } from '../../ports/series-source.ts';

/** Where people write about a coin. */
const COMMUNITIES: ReadonlyMap<string, string> = new Map([['BTC', 'Bitcoin'], ['ETH', 'ethereum'], ['SOL', 'solana']]);
/** How far back posts are read, as far as Reddit lists them. */
const HISTORY_MS = 183 * DAY_MS;
/** Posts of a day are all there soon after it. */
const LATE_MS = 10 * 60_000;

/** What the mood of a coin on Reddit is kept as. */
export function redditSeries(coin: string): string {
  return `REDDIT-${coin}`;
}

/**
 * How hopeful a coin's community sounds: the mean score of each whole UTC day's posts, by the lexicon. What
 * was deleted since is missing, so a day counts as known from the fetch, never from its date.
 */
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
    const today = now - (now % DAY_MS);
    const { posts, whole } = await this.#client.posts(community, today - HISTORY_MS);
    const byDay = new Map<Timestamp, number[]>();
    for (const { createdAt, title, text } of posts) {
      const date = createdAt - (createdAt % DAY_MS);
      byDay.set(date, [...byDay.get(date) ?? [], sentimentOf(`${title}. ${text}`)]);
    }
    // A day that goes on, and one that the listing cuts in two, are told of by a part of their posts.
    const cut = whole ? -Infinity : Math.min(...byDay.keys());
    const states = [...byDay].filter(([date]) => date < today && date > cut)
      .map(([date, scores]) => ({ date, value: scores.reduce((sum, score) => sum + score, 0) / scores.length, availableAt: now })).sort((a, b) => a.date - b.date);
    return {
      facts: { id, source: this.name, title: `How hopeful r/${community} sounds, −1 to 1`, units: 'Mean score', frequency: 'Daily', adjustment: '' },
      states, dueAt: today + DAY_MS + LATE_MS,
    };
  }

  close(): void {
    this.#client.close();
  }
}
