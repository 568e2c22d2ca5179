import { z } from 'zod';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { failureOf } from './failure.ts';
import { parseLossless } from './lossless-json.ts';
import type { Purpose, RequestBudget } from './request-budget.ts';
import { signedParameters, signedQuery, type Parameters, type Signer } from './signing.ts';

/** One request. */
export interface Ask {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly parameters?: Parameters;
  /** What Binance counts it for. */
  readonly weight: number;
  readonly purpose: Purpose;
  /** Public requests carry no key. */
  readonly open?: boolean;
}

/** How long a signed request stays valid after its time stamp: Binance's default, and the most that it recommends. */
export const RECEIVE_WINDOW_MS = 5_000;
/** Binance itself gives up after ten seconds; what takes longer has an unknown outcome. */
const TIMEOUT_MS = 12_000;
/** A 418 or 429 without the header that says how long. */
const UNTOLD_PAUSE_MS = 60_000;

const errorBody = z.object({ code: z.number(), msg: z.string() });
const timeBody = z.object({ serverTime: z.number() });

/**
 * Binance's REST API at one address, and no other: a redirection is a failure. Signs, keeps to the
 * venue's clock and limits, and tells what was surely not carried out from what may have been.
 * A request refused for its time stamp is asked again once with the clock set, but never an order.
 */
export class RestClient {
  readonly #base: URL;
  readonly #signer: Signer;
  readonly #clock: Clock;
  readonly #budget: RequestBudget;
  readonly #inFlight = new Set<() => void>();
  /** How far the venue's clock is ahead of ours; undefined until it was asked. */
  #ahead: number | undefined;

  constructor(base: string, signer: Signer, clock: Clock, budget: RequestBudget) {
    this.#base = new URL(base);
    this.#signer = signer;
    this.#clock = clock;
    this.#budget = budget;
  }

  /** Now, by the venue's clock as far as it is known. */
  now(): Timestamp {
    return this.#clock.now() + (this.#ahead ?? 0);
  }

  /** Sends a request and returns its answer, JSON that nobody has checked yet. Throws `VenueError`. */
  async request(ask: Ask): Promise<unknown> {
    if (ask.open === true) return this.#send(ask, new URLSearchParams(ask.parameters).toString());
    await this.#knowTime(ask.purpose);
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
    return signedParameters(this.#signer, this.#stamp());
  }

  /** Gives up what is in flight; each of it fails with an unknown outcome. */
  close(): void {
    for (const giveUp of this.#inFlight) giveUp();
  }

  #stamp(): Parameters {
    return { recvWindow: String(RECEIVE_WINDOW_MS), timestamp: String(this.now()) };
  }

  #signed({ parameters }: Ask): string {
    return signedQuery(this.#signer, { ...parameters, ...this.#stamp() });
  }

  /** Asks the venue's time where it is not known. An order that waits for it has surely not been sent if that fails. */
  async #knowTime(purpose: Purpose): Promise<void> {
    if (this.#ahead !== undefined) return;
    const before = this.#clock.now();
    try {
      const { serverTime } = timeBody.parse(await this.#send({ method: 'GET', path: '/api/v3/time', weight: 1, purpose: 'cancel', open: true }, ''));
      // The answer is from some moment in between: the middle halves the error.
      this.#ahead = serverTime - Math.round((before + this.#clock.now()) / 2);
    } catch (error) {
      if (error instanceof VenueError && (error.failure !== 'unknown-outcome' || purpose === 'question')) throw error;
      throw new VenueError('unreachable', `binance: nothing was sent, since its time could not be asked: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #send(ask: Ask, query: string): Promise<unknown> {
    const what = `${ask.method} ${ask.path}`;
    this.#budget.spend(ask.weight, ask.purpose, this.now());
    const url = new URL(ask.path, this.#base);
    url.search = query;
    const { response, text } = await this.#fetch(what, url, ask);
    this.#budget.learn(response.headers, this.now());
    const body = readJson(text);
    if (response.ok) {
      if (body === undefined) throw new VenueError('unknown-outcome', `binance: the answer to ${what} cannot be read`);
      return body;
    }
    const told = errorBody.safeParse(body);
    const wait = response.headers.get('retry-after');
    const limited = response.status === 429 || response.status === 418;
    const retryAfterMs = wait === null ? (limited ? UNTOLD_PAUSE_MS : undefined) : Math.max(0, Number(wait) || 0) * 1_000;
    if (limited) this.#budget.pause(response.status === 418 ? 'banned' : 'rate-limited', this.now() + (retryAfterMs ?? UNTOLD_PAUSE_MS));
    throw failureOf({
      what, status: response.status, code: told.data?.code, message: told.data?.msg ?? response.statusText, acts: ask.method !== 'GET', retryAfterMs,
    });
  }

  async #fetch(what: string, url: URL, ask: Ask): Promise<{ readonly response: Response; readonly text: string }> {
    const controller = new AbortController();
    const giveUp = () => { controller.abort(); };
    const calm = this.#clock.after(TIMEOUT_MS, giveUp);
    this.#inFlight.add(giveUp);
    try {
      const headers = ask.open === true ? {} : { 'X-MBX-APIKEY': this.#signer.key };
      const response = await fetch(url, { method: ask.method, headers, signal: controller.signal, redirect: 'error' });
      return { response, text: await response.text() };
    } catch (error) {
      // Nothing of the request is repeated here but what was asked: the query holds the signature.
      const { neverMade, words } = brokenBy(error);
      throw new VenueError(neverMade ? 'unreachable' : 'unknown-outcome', `binance: ${what} at ${url.host}: ${controller.signal.aborted ? 'no answer in time' : words}`);
    } finally {
      calm();
      this.#inFlight.delete(giveUp);
    }
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

/** Why a request broke off, and whether no connection was made for it, so that it surely was not sent. */
function brokenBy(error: unknown): { readonly neverMade: boolean; readonly words: string } {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return { neverMade: false, words: 'the connection broke' };
  const code = 'code' in cause ? cause.code : undefined;
  const tries: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  const connecting = code === 'UND_ERR_CONNECT_TIMEOUT'
    || tries.every((each) => each instanceof Error && 'syscall' in each && (each.syscall === 'connect' || each.syscall === 'getaddrinfo'));
  return { neverMade: connecting, words: typeof code === 'string' ? code : cause.message };
}
