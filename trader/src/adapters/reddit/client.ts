import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { SeriesError } from '../../domain/series-error.ts';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { HttpCaller, type HttpAnswer, type HttpAsk } from '../wire/http-caller.ts';

/** How Reddit is reached: an app of type "script", reddit.com/prefs/apps. */
export interface RedditSpec {
  /** Where tokens are given, and where all else is asked: `https://…` without a path. */
  readonly hosts: { readonly token: string; readonly rest: string };
  readonly id: Secret;
  readonly secret: Secret;
  readonly clock: Clock;
  /** Waits for this installation's turn, where others of its processes ask as well. Throws `SeriesError`. */
  readonly turn?: () => Promise<void>;
}

/** A post of a community. */
export interface RedditPost {
  /** As `t3_48fbm9`. */
  readonly name: string;
  readonly createdAt: Timestamp;
  readonly title: string;
  /** Empty where it is a link or a picture. */
  readonly text: string;
}

/** Reddit allows 100 requests a minute and app. */
const SPACING_MS = 650;
const TIMEOUT_MS = 30_000;
const PAGE = 100;
/** Reddit lists about a thousand posts, however many there are. */
const PAGES_MAX = 20;
/** Reddit turns away who does not say what he is. */
const AGENT = 'node:algotrendy:0.1 (market research)';

const token = z.object({ access_token: z.string().min(1), token_type: z.literal('bearer') });
const listing = z.object({
  kind: z.literal('Listing'),
  data: z.object({
    after: z.string().nullable(),
    children: z.array(z.object({ kind: z.literal('t3'), data: z.object({ name: z.string().regex(/^t3_\w+$/), title: z.string(), selftext: z.string(), created_utc: z.number().positive() }) })),
  }),
});

/** Reddit's listings, read with an app's own token. No error repeats its keys. Throws `SeriesError`. */
export class RedditClient {
  readonly #spec: RedditSpec;
  readonly #tokens: HttpCaller;
  readonly #http: HttpCaller;
  readonly #waits = new Set<() => void>();
  #token: string | undefined;
  #nextAt = 0;
  #closed = false;

  constructor(spec: RedditSpec) {
    const { hosts, clock } = spec;
    this.#spec = spec;
    this.#tokens = new HttpCaller({ venue: 'reddit', base: hosts.token, clock, timeoutMs: TIMEOUT_MS });
    this.#http = new HttpCaller({ venue: 'reddit', base: hosts.rest, clock, timeoutMs: TIMEOUT_MS });
  }

  /** The newest posts of a community back to `since`, or as far as Reddit lists them; `whole` says that they go back so far. */
  async posts(community: string, since: Timestamp): Promise<{ readonly posts: readonly RedditPost[]; readonly whole: boolean }> {
    const posts = new Map<string, RedditPost>();
    let after: string | null = null;
    for (let page = 0; page < PAGES_MAX; page++) {
      const { data }: z.infer<typeof listing> = await this.#page(community, after);
      for (const { data: { name, title, selftext, created_utc: seconds } } of data.children) posts.set(name, { name, title, text: selftext, createdAt: Math.round(seconds * 1_000) });
      const oldest = [...posts.values()].reduce((first, { createdAt }) => Math.min(first, createdAt), Infinity);
      if (oldest < since) return { posts: [...posts.values()].filter(({ createdAt }) => createdAt >= since), whole: true };
      if (data.after === null || data.after === after || data.children.length === 0) break;
      after = data.after;
    }
    return { posts: [...posts.values()], whole: false };
  }

  /** Gives up what is in flight and what waits. */
  close(): void {
    this.#closed = true;
    for (const end of this.#waits) end();
    this.#tokens.close();
    this.#http.close();
  }

  async #page(community: string, after: string | null): Promise<z.infer<typeof listing>> {
    const query = new URLSearchParams({ limit: String(PAGE), raw_json: '1', ...(after !== null && { after }) });
    const what = `r/${community}/new`;
    for (let attempt = 1; ; attempt++) {
      this.#token ??= await this.#login();
      const answer = await this.#send(this.#http, what, { method: 'GET', target: `/${what}?${query.toString()}`, headers: { authorization: `Bearer ${this.#token}`, 'user-agent': AGENT } });
      if (answer.status === 200) return read(what, answer, listing);
      // A token lives an hour; a new one is fetched once.
      if (answer.status !== 401 || attempt > 1) throw errorOf(what, answer);
      this.#token = undefined;
    }
  }

  async #login(): Promise<string> {
    const { id, secret } = this.#spec;
    const answer = await this.#send(this.#tokens, 'a token', {
      method: 'POST', target: '/api/v1/access_token', body: 'grant_type=client_credentials',
      headers: { authorization: `Basic ${Buffer.from(`${id.reveal()}:${secret.reveal()}`).toString('base64')}`, 'content-type': 'application/x-www-form-urlencoded', 'user-agent': AGENT },
    });
    if (answer.status !== 200) throw errorOf('a token', answer);
    return read('a token', answer, token).access_token;
  }

  async #send(http: HttpCaller, what: string, ask: HttpAsk): Promise<HttpAnswer> {
    const { clock } = this.#spec;
    const waitMs = this.#nextAt - clock.now();
    if (waitMs > 0 && !this.#closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const calm = clock.after(waitMs, resolve);
      this.#waits.add(resolve);
      await promise;
      calm();
      this.#waits.delete(resolve);
    }
    if (this.#closed) throw new SeriesError('unreachable', `reddit: ${what} was not asked for, since the connection is closed`);
    this.#nextAt = clock.now() + SPACING_MS;
    await this.#spec.turn?.();
    try {
      return await http.call(what, ask);
    } catch (error) {
      if (error instanceof VenueError) throw new SeriesError('unreachable', error.message, error);
      throw error;
    }
  }
}

function errorOf(what: string, { status, statusText }: HttpAnswer): SeriesError {
  const kind = status === 429 ? 'rate-limited' : status === 401 ? 'unauthorised' : status === 404 ? 'not-found' : status >= 500 ? 'unavailable' : 'refused';
  return new SeriesError(kind, `reddit: ${what}: ${status} ${statusText}`);
}

function read<T>(what: string, { text }: HttpAnswer, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  throw new SeriesError('unreadable', `reddit: the answer to ${what} has another shape: ${error.issues[0]?.path.join('.') ?? ''}`);
}
