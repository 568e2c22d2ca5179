import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { SeriesError } from '../../domain/series-error.ts';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { HttpCaller } from '../wire/http-caller.ts';
import { firstIssue, readJson } from '../wire/provided-json.ts';

/** How the news are reached. */
export interface NewsSpec {
  /** `https://…` without a path. */
  readonly base: string;
  /** A free key of CoinDesk Data, as CryptoCompare is called now. */
  readonly key: Secret;
  readonly clock: Clock;
  /** Waits for this installation's turn, where others of its processes ask as well. Throws `SeriesError`. */
  readonly turn?: () => Promise<void>;
}

/** A headline, and when it came out. */
export interface Headline {
  readonly createdAt: Timestamp;
  readonly text: string;
}

const TIMEOUT_MS = 20_000;
/** Fifty headlines each; so many are some months of bitcoin. */
const PAGES_MAX = 200;

const page = z.object({ Type: z.literal(100), Data: z.array(z.object({ id: z.string().min(1), published_on: z.number().int().positive(), title: z.string() })) });
/** Its way to say no, with status 200. */
const refusal = z.object({ Response: z.literal('Error'), Message: z.string(), Type: z.number() });

/** CryptoCompare's news on a coin ("Latest News Articles"), in English. The key goes into a header, and no error repeats it. Throws `SeriesError`. */
export class NewsClient {
  readonly #spec: NewsSpec;
  readonly #http: HttpCaller;

  constructor(spec: NewsSpec) {
    this.#spec = spec;
    this.#http = new HttpCaller({ venue: 'cryptocompare', base: spec.base, clock: spec.clock, timeoutMs: TIMEOUT_MS });
  }

  /** The headlines back to `since`, or as far as it lists them, each once; `whole` says that they go back so far. */
  async headlines(coin: string, since: Timestamp): Promise<{ readonly headlines: readonly Headline[]; readonly whole: boolean }> {
    const all = new Map<string, Headline>();
    let before: number | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const { Data } = await this.#page(coin, before);
      for (const { id, published_on: seconds, title } of Data) all.set(id, { createdAt: seconds * 1_000, text: title });
      const oldest = Data.reduce((first, { published_on: seconds }) => Math.min(first, seconds), Infinity);
      if (oldest * 1_000 < since) return { headlines: [...all.values()].filter(({ createdAt }) => createdAt >= since), whole: true };
      // A page that goes no further back would be asked for again without end.
      if (oldest >= (before ?? Infinity)) break;
      before = oldest;
    }
    return { headlines: [...all.values()], whole: false };
  }

  /** Gives up what is in flight. */
  close(): void {
    this.#http.close();
  }

  async #page(coin: string, before: number | undefined): Promise<z.infer<typeof page>> {
    const what = `news on ${coin}`;
    await this.#spec.turn?.();
    const query = new URLSearchParams({ lang: 'EN', categories: coin, ...(before !== undefined && { lTs: String(before) }) });
    const { status, statusText, text } = await this.#call(what, `/data/v2/news/?${query.toString()}`);
    if (status !== 200) throw new SeriesError(status === 429 ? 'rate-limited' : status === 401 || status === 403 ? 'unauthorised' : status >= 500 ? 'unavailable' : 'refused', `cryptocompare: ${what}: ${status} ${statusText}`);
    const body = readJson(text);
    const read = page.safeParse(body);
    if (read.success) return read.data;
    const { data: no } = refusal.safeParse(body);
    if (no === undefined) throw new SeriesError('unreadable', `cryptocompare: the answer to ${what} has another shape: ${firstIssue(read.error)}`);
    // It does not repeat a key, and shall not make us do so.
    const words = no.Message.replaceAll(this.#spec.key.reveal(), '[secret]').slice(0, 200);
    throw new SeriesError(no.Type === 99 ? 'rate-limited' : /api.?key|auth/i.test(words) ? 'unauthorised' : 'refused', `cryptocompare: ${what}: ${words}`);
  }

  async #call(what: string, target: string) {
    try {
      return await this.#http.call(what, { method: 'GET', target, headers: { authorization: `Apikey ${this.#spec.key.reveal()}` } });
    } catch (error) {
      if (error instanceof VenueError) throw new SeriesError('unreachable', error.message, error);
      throw error;
    }
  }
}
