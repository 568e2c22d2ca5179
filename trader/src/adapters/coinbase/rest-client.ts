import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { HttpCaller, type HttpAnswer } from '../wire/http-caller.ts';
import { failureOf } from './failure.ts';
import { PRIVATE_PER_SECOND, PUBLIC_PER_SECOND, RequestBudget, type Purpose } from './request-budget.ts';
import type { Signer } from './signing.ts';

/** One request. */
export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Names may come more than once: Coinbase takes lists so. */
  readonly query?: readonly (readonly [string, string])[];
  readonly body?: object;
  readonly purpose: Purpose;
  /** Public requests carry no token. */
  readonly open?: boolean;
}

/** What takes longer has an unknown outcome. */
const TIMEOUT_MS = 12_000;
/** Clocks further apart than this, and not keys, are what a 401 is about. */
const SKEW_MS = 5_000;
/** A 429 or a refusal of the firewall without the header that says how long. Coinbase's limits are by the second. */
const LIMITED_PAUSE_MS = 1_000;
const BANNED_PAUSE_MS = 60_000;

/** Coinbase's word for what went wrong, and what it says besides: an endpoint's shape, and that of the limits ("Rate Limiting"). */
const errorBody = z.union([
  z.object({ error: z.string(), message: z.string().default('') }).transform(({ error, message }) => ({ code: error, message })),
  z.object({ errors: z.tuple([z.object({ id: z.string(), message: z.string() })]).rest(z.unknown()) }).transform(({ errors: [{ id, message }] }) => ({ code: id, message })),
]);
const timeBody = z.object({ epochMillis: z.coerce.number().int() });

/**
 * Coinbase's REST API at one address, and no other: a redirection is a failure. Signs, keeps to the
 * venue's clock and limits, and tells what was surely not carried out from what may have been.
 * A request refused for its time is asked again once with the clock set, but never an order.
 */
export class RestClient {
  readonly #host: string;
  readonly #http: HttpCaller;
  readonly #signer: Signer | undefined;
  readonly #clock: Clock;
  readonly #private = new RequestBudget(PRIVATE_PER_SECOND);
  readonly #public = new RequestBudget(PUBLIC_PER_SECOND);
  /** Ends each wait for a turn. */
  readonly #waits = new Set<() => void>();
  #ahead: number | undefined;
  #closed = false;

  /** Without a signer it can ask only what is public. */
  constructor(base: string, signer: Signer | undefined, clock: Clock) {
    this.#host = new URL(base).host;
    this.#http = new HttpCaller({ venue: 'coinbase', base, clock, timeoutMs: TIMEOUT_MS });
    this.#signer = signer;
    this.#clock = clock;
  }

  /** Now, by the venue's clock as far as it is known. */
  now(): Timestamp {
    return this.#clock.now() + (this.#ahead ?? 0);
  }

  /** How far the venue's clock is ahead of ours, as it was last asked; undefined before. */
  get aheadMs(): number | undefined {
    return this.#ahead;
  }

  /** Sends a request and returns its answer, JSON that nobody has checked yet. Throws `VenueError`. */
  async request(ask: Ask): Promise<unknown> {
    if (ask.open === true) return this.#send(ask);
    if (this.#ahead === undefined) await this.#askTime(ask.purpose);
    try {
      return await this.#send(ask);
    } catch (error) {
      if (!(error instanceof VenueError) || error.failure !== 'unauthorised') throw error;
      const before = this.#ahead ?? 0;
      // Where the time cannot be had, what is known stays: it was refused, and not carried out.
      const skewMs = await this.#askTime('question').then(() => (this.#ahead ?? 0) - before, () => 0);
      if (Math.abs(skewMs) < SKEW_MS) throw error;
      if (ask.purpose === 'order') throw new VenueError('clock-skew', `${error.message} (our clock was off, and is set now)`);
      return this.#send(ask);
    }
  }

  /** A token for a subscription, by a clock that was just set. Throws `VenueError`. */
  async subscriptionToken(): Promise<string> {
    await this.#askTime('question');
    return this.#signed().token(this.now());
  }

  /** Asks the venue's time, and returns how far it is ahead of ours. Throws `VenueError`. */
  async askSkew(): Promise<number> {
    await this.#askTime('question');
    return this.#ahead ?? 0;
  }

  /** Gives up what is in flight, with an unknown outcome, and what waits for its turn, unsent. */
  close(): void {
    this.#closed = true;
    for (const giveUp of this.#waits) giveUp();
    this.#http.close();
  }

  #signed(): Signer {
    if (this.#signer === undefined) throw new VenueError('unauthorised', 'coinbase: this needs keys');
    return this.#signer;
  }

  /** An order that waits for the time has surely not been sent if that fails. */
  async #askTime(purpose: Purpose): Promise<void> {
    const before = this.#clock.now();
    try {
      const { epochMillis } = timeBody.parse(await this.#send({ method: 'GET', path: '/api/v3/brokerage/time', purpose: 'cancel', open: true }));
      // The answer is from some moment in between: the middle halves the error.
      this.#ahead = epochMillis - Math.round((before + this.#clock.now()) / 2);
    } catch (error) {
      if (error instanceof VenueError && (error.failure !== 'unknown-outcome' || purpose === 'question')) throw error;
      throw new VenueError('unreachable', `coinbase: nothing was sent, since its time could not be asked: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Waits until a second's share of requests has room. */
  async #turn(budget: RequestBudget, what: string, purpose: Purpose): Promise<void> {
    for (;;) {
      if (this.#closed) throw new VenueError('unreachable', `coinbase: ${what} was not sent, since the connection is closed`);
      const waitMs = budget.spend(purpose, this.#clock.now());
      if (waitMs === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const calm = this.#clock.after(waitMs, resolve);
      this.#waits.add(resolve);
      await promise;
      calm();
      this.#waits.delete(resolve);
    }
  }

  async #send(ask: Ask): Promise<unknown> {
    const what = `${ask.method} ${ask.path}`;
    const budget = ask.open === true ? this.#public : this.#private;
    await this.#turn(budget, what, ask.purpose);
    const { status, statusText, headers, text } = await this.#call(what, ask);
    const now = this.#clock.now();
    budget.learn(headers, now);
    const body = readJson(text);
    if (status === 200) {
      if (body === undefined) throw new VenueError('unknown-outcome', `coinbase: the answer to ${what} cannot be read`);
      return body;
    }
    const { code, message } = errorBody.safeParse(body).data ?? { code: undefined, message: statusText };
    const failure = failureOf({ what, status, code, message, acts: ask.method !== 'GET', retryAfterMs: pauseOf(status, headers, code) });
    if (failure.failure === 'rate-limited' || failure.failure === 'banned') {
      for (const each of [this.#private, this.#public]) each.pause(failure.failure, now + (failure.retryAfterMs ?? 0));
    }
    throw failure;
  }

  #call(what: string, { method, path, query = [], body, open }: Ask): Promise<HttpAnswer> {
    const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString();
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(open === true ? {} : { authorization: `Bearer ${this.#signed().token(this.now(), `${method} ${this.#host}${path}`)}` }),
    };
    return this.#http.call(what, { method, target: search === '' ? path : `${path}?${search}`, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }
}

/** Checks an answer. Throws `VenueError`, unknown outcome, naming the first place that is wrong. */
export function checked<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const { success, data, error } = schema.safeParse(answer);
  if (success) return data;
  throw new VenueError('unknown-outcome', `coinbase: the answer to ${what} has an unknown shape: ${error.issues[0]?.path.join('.') ?? ''} ${error.issues[0]?.message ?? ''}`);
}

/** How long an answer asks us to wait. */
function pauseOf(status: number, headers: IncomingHttpHeaders, code: string | undefined): number | undefined {
  const told = Number(headers['retry-after']);
  if (told > 0) return told * 1_000;
  return status === 429 ? LIMITED_PAUSE_MS : status === 403 && code === undefined ? BANNED_PAUSE_MS : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
