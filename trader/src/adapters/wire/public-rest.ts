import type { Timestamp } from '../../domain/time.ts';
import { VenueError, type VenueFailure } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { HttpCaller } from './http-caller.ts';
import { readJson } from './provided-json.ts';

/** What a client of a venue's open questions works with. */
export interface PublicRestSpec {
  readonly venue: string;
  /** `https://…` without a path; the one address that is dialled. */
  readonly base: string;
  readonly clock: Clock;
  /** Requests leave at least so far apart: the venue's limit, spread evenly. */
  readonly spacingMs: number;
  /** What an answer means that is no success, by its status and what is in it; undefined where it is one. */
  readonly refusalOf: (status: number, body: unknown) => { readonly failure: VenueFailure; readonly code: string; readonly message: string } | undefined;
}

const TIMEOUT_MS = 12_000;
/** How long is waited where the venue does not say. */
const LIMITED_PAUSE_MS = 2_000;
const BANNED_PAUSE_MS = 60_000;

/**
 * Questions that a venue answers to anybody, one after the other, as far apart as it wants them. While it
 * wants to be left alone nothing is sent. No redirection is followed.
 */
export class PublicRest {
  readonly #spec: PublicRestSpec;
  readonly #http: HttpCaller;
  /** Ends each wait for a turn. */
  readonly #waits = new Set<() => void>();
  #next: Timestamp = -Infinity;
  #pause: { readonly until: Timestamp; readonly failure: 'rate-limited' | 'banned' } | undefined;
  #closed = false;

  constructor(spec: PublicRestSpec) {
    this.#spec = spec;
    this.#http = new HttpCaller({ venue: spec.venue, base: spec.base, clock: spec.clock, timeoutMs: TIMEOUT_MS });
  }

  /** Asks, and returns the answer, JSON that nobody has checked yet. Throws `VenueError`. */
  async get(path: string, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const { venue, clock, refusalOf } = this.#spec;
    await this.#turn(path);
    const search = new URLSearchParams(query).toString();
    const { status, statusText, headers, text } = await this.#http.call(`GET ${path}`, { method: 'GET', target: search === '' ? path : `${path}?${search}` });
    const body = readJson(text);
    const refusal = refusalOf(status, body) ?? (status === 200 && body !== undefined ? undefined : unknownAnswer(status, statusText));
    if (refusal === undefined) return body;
    const { failure, code, message } = refusal;
    const words = `${venue}: GET ${path} was answered ${status} ${code}: ${message}`;
    if (failure !== 'rate-limited' && failure !== 'banned') throw new VenueError(failure, words, { code });
    const told = Number(headers['retry-after']) * 1_000;
    const retryAfterMs = told > 0 ? told : failure === 'banned' ? BANNED_PAUSE_MS : LIMITED_PAUSE_MS;
    this.#pause = { until: clock.now() + retryAfterMs, failure };
    throw new VenueError(failure, words, { code, retryAfterMs });
  }

  /** Gives up what is in flight, and what waits for its turn. */
  close(): void {
    this.#closed = true;
    for (const giveUp of this.#waits) giveUp();
    this.#http.close();
  }

  async #turn(path: string): Promise<void> {
    const { venue, clock, spacingMs } = this.#spec;
    const now = clock.now();
    if (this.#pause !== undefined && now < this.#pause.until) {
      throw new VenueError(this.#pause.failure, `${venue}: not asked, since the venue has told us to wait`, { retryAfterMs: this.#pause.until - now });
    }
    const waitMs = Math.max(0, this.#next - now);
    this.#next = now + waitMs + spacingMs;
    if (waitMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const calm = clock.after(waitMs, resolve);
      this.#waits.add(resolve);
      await promise;
      calm();
      this.#waits.delete(resolve);
    }
    if (this.#closed) throw new VenueError('unreachable', `${venue}: GET ${path} was not sent, since the connection is closed`);
  }
}

/** What a status says where the venue's own words do not. */
function unknownAnswer(status: number, message: string): { readonly failure: VenueFailure; readonly code: string; readonly message: string } {
  const failure = status === 429 ? 'rate-limited' : status === 403 || status === 418 ? 'banned' : status === 503 ? 'maintenance' : status === 404 ? 'not-found' : 'unknown-outcome';
  return { failure, code: `http-${status}`, message: status === 200 ? 'the answer cannot be read' : message };
}
