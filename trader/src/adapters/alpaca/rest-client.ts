import { z } from 'zod';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { HttpCaller, type HttpAnswer } from '../wire/http-caller.ts';
import { failureOf } from './failure.ts';
import { MinuteBudget, type Purpose } from './minute-budget.ts';
import type { Signer } from './signing.ts';

/** One request. */
export interface Ask {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string>>;
  readonly purpose: Purpose;
}

/** What takes longer has an unknown outcome. */
const TIMEOUT_MS = 12_000;
/** A 429 that does not say how long. */
const UNTOLD_PAUSE_MS = 60_000;

const errorBody = z.object({ code: z.number().optional(), message: z.string() });

/** One of Alpaca's REST addresses, and no other. Keeps to the venue's limit, and tells what was surely not carried out from what may have been. */
export class RestClient {
  readonly #caller: HttpCaller;
  readonly #signer: Signer;
  readonly #clock: Clock;
  readonly #budget = new MinuteBudget();
  /** Ends what waits for the limit. */
  readonly #waiting = new Set<() => void>();
  /** How far the venue's clock is ahead of ours, as its last answer was dated. */
  #ahead = 0;

  constructor(base: string, signer: Signer, clock: Clock) {
    this.#caller = new HttpCaller({ venue: 'alpaca', base, clock, timeoutMs: TIMEOUT_MS });
    this.#signer = signer;
    this.#clock = clock;
  }

  /** Sends a request and returns its answer, JSON that nobody has checked yet; undefined for an answer without content. Throws `VenueError`. */
  async request({ method, path, query, body, purpose }: Ask): Promise<unknown> {
    const what = `${method} ${path}`;
    this.#budget.spend(purpose, this.#clock.now());
    const answer = await this.#caller.call(what, {
      method, target: query === undefined ? path : `${path}?${new URLSearchParams(query).toString()}`,
      headers: { ...this.#signer.headers(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.#budget.learn(numberOf(answer, 'x-ratelimit-limit'), numberOf(answer, 'x-ratelimit-remaining'), numberOf(answer, 'x-ratelimit-reset') * 1_000, this.#clock.now());
    const dated = Date.parse(answer.headers.date ?? '');
    if (!Number.isNaN(dated)) this.#ahead = dated - this.#clock.now();
    const json = readJson(answer.text);
    if (answer.status >= 200 && answer.status < 300) {
      if (json === undefined && answer.status !== 204) throw new VenueError('unknown-outcome', `alpaca: the answer to ${what} cannot be read`);
      return json;
    }
    const retryAfterMs = answer.status === 429 ? this.#pause(answer) : undefined;
    const told = errorBody.safeParse(json).data;
    throw failureOf({ what, status: answer.status, code: told?.code, message: told?.message ?? answer.statusText, acts: method !== 'GET', retryAfterMs, world: this.#signer.world });
  }

  /** As `request`, for what is read page by page: where the limit is used up it waits and goes on. Throws `VenueError`, `unreachable` where it is closed meanwhile. */
  async patiently(ask: Ask): Promise<unknown> {
    for (;;) {
      try {
        return await this.request(ask);
      } catch (error) {
        if (!(error instanceof VenueError) || error.failure !== 'rate-limited') throw error;
        await this.#wait(error.retryAfterMs ?? UNTOLD_PAUSE_MS);
      }
    }
  }

  /** Now, by the clock that dates the venue's answers: to the second, and never ahead of it. */
  venueTime(): Timestamp {
    return this.#clock.now() + this.#ahead;
  }

  /** Gives up what is in flight; each of it fails with an unknown outcome. */
  close(): void {
    this.#caller.close();
    for (const end of this.#waiting) end();
  }

  #wait(ms: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = () => { reject(new VenueError('unreachable', 'alpaca: closed before all was read')); };
    this.#waiting.add(end);
    const calm = this.#clock.after(ms, resolve);
    return promise.finally(() => {
      calm();
      this.#waiting.delete(end);
    });
  }

  /** How long a 429 wants us to wait: until the second that `X-Ratelimit-Reset` names. */
  #pause(answer: HttpAnswer): number {
    const now = this.#clock.now();
    const reset = numberOf(answer, 'x-ratelimit-reset') * 1_000;
    const waitMs = Number.isNaN(reset) ? UNTOLD_PAUSE_MS : Math.max(1_000, reset - now);
    this.#budget.pause(now + waitMs);
    return waitMs;
  }
}

/** Checks an answer. Throws `VenueError`, unknown outcome, naming the first place that is wrong. */
export function checked<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const { success, data, error } = schema.safeParse(answer);
  if (success) return data;
  throw new VenueError('unknown-outcome', `alpaca: the answer to ${what} has an unknown shape: ${error.issues[0]?.path.join('.') ?? ''} ${error.issues[0]?.message ?? ''}`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function numberOf({ headers }: HttpAnswer, name: string): number {
  return Number(headers[name] ?? Number.NaN);
}
