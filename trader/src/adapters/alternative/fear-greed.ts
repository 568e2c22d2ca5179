import { z } from 'zod';
import type { SeriesState } from '../../domain/dated-series.ts';
import { SeriesError } from '../../domain/series-error.ts';
import { DAY_MS } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchedSeries, SeriesAsk, SeriesSource } from '../../ports/series-source.ts';
import { HttpCaller, type HttpAnswer } from '../wire/http-caller.ts';

/** What the index is kept as. */
export const FEAR_GREED = 'FEAR-GREED';

const TIMEOUT_MS = 20_000;
/** The figure of a day comes out soon after it has begun. */
const LATE_MS = 10 * 60_000;
/** Figures come newest first, each with the second at which its day begins. */
const answer = z.object({
  data: z.array(z.object({ value: z.string().regex(/^(\d\d?|100)$/), timestamp: z.string().regex(/^\d{9,10}$/).refine((text) => Number(text) % 86_400 === 0, 'is not the beginning of a day') })).min(1),
  metadata: z.object({ error: z.null() }),
});

/**
 * The fear-and-greed index of alternative.me, 0 to 100, one figure a day (alternative.me/crypto/fear-and-greed-index,
 * API). No archive says what it said when, so with its history a figure counts as known from the end of
 * its day, and stays as it was told first. No key. Throws `SeriesError`.
 */
export class FearGreedSource implements SeriesSource {
  readonly name = 'alternative';
  readonly #http: HttpCaller;
  readonly #clock: Clock;
  readonly #turn: (() => Promise<void>) | undefined;

  /** `base` is `https://…` without a path; `turn` waits for this installation's turn, where others of its processes ask as well. */
  constructor({ base, clock, turn }: { readonly base: string; readonly clock: Clock; readonly turn?: () => Promise<void> }) {
    this.#http = new HttpCaller({ venue: 'alternative.me', base, clock, timeoutMs: TIMEOUT_MS });
    this.#clock = clock;
    this.#turn = turn;
  }

  async fetch(id: string, { vintages, since = -Infinity }: SeriesAsk): Promise<FetchedSeries> {
    if (id !== FEAR_GREED) throw new SeriesError('not-found', `alternative.me: there is no series ${id}, only ${FEAR_GREED}`);
    const now = this.#clock.now();
    const { data } = read(await this.#call());
    const states = data.map(({ value, timestamp }): SeriesState => {
      const date = Number(timestamp) * 1_000;
      return { date, value: Number(value), availableAt: vintages ? date + DAY_MS : now };
    });
    if (new Set(states.map(({ date }) => date)).size < states.length) throw new SeriesError('unreadable', 'alternative.me: a day comes twice in its answer');
    if (states.some(({ date }) => date > now + LATE_MS)) throw new SeriesError('unreadable', 'alternative.me: its answer has a day that has not begun');
    return {
      facts: { id, source: this.name, title: 'Fear and greed, 0 to 100, of the market of coins', units: 'Index', frequency: 'Daily', adjustment: '' },
      states: states.filter(({ availableAt }) => availableAt > since), dueAt: now - (now % DAY_MS) + DAY_MS + LATE_MS,
    };
  }

  close(): void {
    this.#http.close();
  }

  async #call(): Promise<HttpAnswer> {
    await this.#turn?.();
    try {
      // Of 0 days is of all.
      return await this.#http.call('fng', { method: 'GET', target: '/fng/?limit=0&format=json' });
    } catch (error) {
      if (error instanceof VenueError) throw new SeriesError('unreachable', error.message, error);
      throw error;
    }
  }
}

function read({ status, statusText, text }: HttpAnswer): z.infer<typeof answer> {
  if (status !== 200) throw new SeriesError(status === 429 ? 'rate-limited' : status >= 500 ? 'unavailable' : 'refused', `alternative.me: fng: ${status} ${statusText}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const { success, data, error } = answer.safeParse(json);
  if (success) return data;
  throw new SeriesError('unreadable', `alternative.me: the answer to fng has another shape: ${error.issues[0]?.path.join('.') ?? ''} ${error.issues[0]?.message ?? ''}`);
}
