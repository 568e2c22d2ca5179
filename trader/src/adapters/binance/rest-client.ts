import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { HttpCaller, type HttpAnswer } from '../wire/http-caller.ts';
import { parseLossless } from '../wire/lossless-json.ts';
import type { Refusal } from './failure.ts';
import type { Purpose, RequestBudget } from './request-budget.ts';
import { queryOf, signedParameters, signedQuery, type Parameters, type Signer } from './signing.ts';

/** One request. */
export interface Ask {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly parameters?: Parameters;
  /** What Binance counts it for. */
  readonly weight: number;
  readonly purpose: Purpose;
  /** Public requests carry no key; those for a listen key carry it and are not signed. All others are signed. */
  readonly security?: 'none' | 'key';
}

/** What a client of one of Binance's markets works with. */
export interface RestSpec {
  /** `https://…`, without a path. */
  readonly base: string;
  /** Left out where nothing but public requests is asked. */
  readonly signer?: Signer;
  readonly clock: Clock;
  readonly budget: RequestBudget;
  /** Where this market tells the time. */
  readonly timePath: string;
  /** What an answer that is no success means on this market. */
  readonly failureOf: (refusal: Refusal) => VenueError;
}

/** How long a signed request stays valid after its time stamp: Binance's default, and the most that it recommends. */
export const RECEIVE_WINDOW_MS = 5_000;
/** Binance itself gives up after ten seconds; what takes longer has an unknown outcome. */
const TIMEOUT_MS = 12_000;
/** A 418 or 429 without the header that says how long. */
const UNTOLD_PAUSE_MS = 60_000;

const PUBLIC: Readonly<Record<string, string>> = {};

const errorBody = z.object({ code: z.number(), msg: z.string() });
const timeBody = z.object({ serverTime: z.number() });

/**
 * Binance's REST API at one address, and no other: a redirection is a failure. Signs, keeps to the
 * venue's clock and limits, and tells what was surely not carried out from what may have been.
 * A request refused for its time stamp is asked again once with the clock set, but never an order.
 */
export class RestClient {
  readonly #spec: RestSpec;
  readonly #http: HttpCaller;
  #ahead: number | undefined;
  /** One object for all requests: what was made in advance for the last one needs no change for the next. */
  #keyed: Readonly<Record<string, string>> | undefined;

  constructor(spec: RestSpec) {
    this.#spec = spec;
    this.#http = new HttpCaller({ venue: 'binance', base: spec.base, clock: spec.clock, timeoutMs: TIMEOUT_MS });
  }

  /** Now, by the venue's clock as far as it is known. */
  now(): Timestamp {
    return this.#spec.clock.now() + (this.#ahead ?? 0);
  }

  /** Sends a request and returns its answer, JSON that nobody has checked yet. Throws `VenueError`. */
  async request(ask: Ask): Promise<unknown> {
    if (ask.security !== undefined) return this.#send(ask, queryOf(ask.parameters ?? {}));
    if (this.#ahead === undefined) await this.#knowTime(ask.purpose);
    try {
      return await this.#send(ask, this.#signed(ask));
    } catch (error) {
      if (!(error instanceof VenueError) || error.failure !== 'clock-skew') throw error;
      this.#ahead = undefined;
      if (ask.purpose === 'order') throw error;
      await this.#knowTime(ask.purpose);
      return this.#send(ask, this.#signed(ask));
    }
  }

  /** Signed parameters of a login over the WebSocket API, by a clock that was just set. Throws `VenueError`. */
  async login(): Promise<Parameters> {
    this.#ahead = undefined;
    await this.#knowTime('question');
    return signedParameters(this.#signer(), { recvWindow: String(RECEIVE_WINDOW_MS), timestamp: String(this.now()) });
  }

  /** Gives up what is in flight; each of it fails with an unknown outcome. */
  close(): void {
    this.#http.close();
  }

  /** How far the venue's clock is ahead of ours, as it was last asked; undefined before. */
  get aheadMs(): number | undefined {
    return this.#ahead;
  }

  /** Asks the venue's time, by which `now` goes from then on. Throws `VenueError`. */
  async askTime(): Promise<Timestamp> {
    const before = this.#spec.clock.now();
    const { serverTime } = checked(timeBody, await this.#send({ method: 'GET', path: this.#spec.timePath, weight: 1, purpose: 'cancel', security: 'none' }, ''), 'the time');
    // The answer is from some moment in between: the middle halves the error.
    this.#ahead = serverTime - Math.round((before + this.#spec.clock.now()) / 2);
    return serverTime;
  }

  #signed({ parameters }: Ask): string {
    const stamp = `recvWindow=${RECEIVE_WINDOW_MS}&timestamp=${this.now()}`;
    return signedQuery(this.#signer(), parameters === undefined ? stamp : `${queryOf(parameters)}&${stamp}`);
  }

  #signer(): Signer {
    assert.ok(this.#spec.signer !== undefined, 'a signed request needs keys');
    return this.#spec.signer;
  }

  /** Asks the venue's time where it is not known. An order that waits for it has surely not been sent if that fails. */
  async #knowTime(purpose: Purpose): Promise<void> {
    if (this.#ahead !== undefined) return;
    try {
      await this.askTime();
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      if (error.failure !== 'unknown-outcome' || purpose === 'question') throw error;
      throw new VenueError('unreachable', `binance: nothing was sent, since its time could not be asked: ${error.message}`);
    }
  }

  async #send(ask: Ask, query: string): Promise<unknown> {
    const { budget, failureOf } = this.#spec;
    const what = `${ask.method} ${ask.path}`;
    budget.spend(ask.weight, ask.purpose, this.now());
    const { status, statusText, headers, text } = await this.#call(what, ask, query);
    budget.learn(headers, this.now());
    const body = readJson(text);
    if (status === 200) {
      if (body === undefined) throw new VenueError('unknown-outcome', `binance: the answer to ${what} cannot be read`);
      return body;
    }
    const told = errorBody.safeParse(body);
    const wait = headers['retry-after'];
    const limited = status === 429 || status === 418;
    const retryAfterMs = wait === undefined ? (limited ? UNTOLD_PAUSE_MS : undefined) : Math.max(0, Number(wait) || 0) * 1_000;
    if (limited) budget.pause(status === 418 ? 'banned' : 'rate-limited', this.now() + (retryAfterMs ?? UNTOLD_PAUSE_MS));
    throw failureOf({ what, status, code: told.data?.code, message: told.data?.msg ?? statusText, acts: ask.method !== 'GET', retryAfterMs });
  }

  #call(what: string, { method, path, security }: Ask, query: string): Promise<HttpAnswer> {
    const headers = security === 'none' ? PUBLIC : this.#keyed ??= { 'X-MBX-APIKEY': this.#signer().key };
    return this.#http.call(what, { method, target: query === '' ? path : `${path}?${query}`, headers });
  }
}

/** Checks an answer. Throws `VenueError`, unknown outcome, naming the first place that is wrong. */
export function checked<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const { success, data, error } = schema.safeParse(answer);
  if (success) return data;
  throw new VenueError('unknown-outcome', `binance: the answer to ${what} has an unknown shape: ${error.issues[0]?.path.join('.') ?? ''} ${error.issues[0]?.message ?? ''}`);
}

function readJson(text: string): unknown {
  try {
    return parseLossless(text);
  } catch {
    return undefined;
  }
}
