import type { NewsClient } from '../../adapters/cryptocompare/news.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchedSeries, SeriesSource } from '../../ports/series-source.ts';
import { dayMoods, nextDayOf } from './day-moods.ts';

/** How far back headlines are read, as far as they are listed. */
const HISTORY_MS = 30 * DAY_MS;

/** What the mood of the news on a coin is kept as. */
export function newsSeries(coin: string): string {
  return `NEWS-${coin}`;
}

/** How hopeful the headlines on a coin sound, day by day. */
export class NewsMood implements SeriesSource {
  readonly name = 'cryptocompare';
  readonly #client: NewsClient;
  readonly #clock: Clock;

  constructor(client: NewsClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async fetch(id: string): Promise<FetchedSeries> {
    const [, coin] = /^NEWS-([A-Z0-9]{2,10})$/.exec(id) ?? [];
    if (coin === undefined) throw new SeriesError('not-found', `cryptocompare: there is no series ${id}`);
    const now = this.#clock.now();
    const { headlines, whole } = await this.#client.headlines(coin, now - (now % DAY_MS) - HISTORY_MS);
    return {
      facts: { id, source: this.name, title: `How hopeful headlines on ${coin} sound, −1 to 1`, units: 'Mean score', frequency: 'Daily', adjustment: '' },
      states: dayMoods(headlines, whole, now), dueAt: nextDayOf(now),
    };
  }

  close(): void {
    this.#client.close();
  }
}
