import { z } from 'zod';
import type { Random } from '../../domain/random.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { failureOf } from './failure.ts';
import { parseLossless } from './lossless-json.ts';
import type { Parameters } from './signing.ts';

/** What an account's stream works with. */
export interface UserStreamSpec {
  /** `wss://…/ws-api/v3` */
  readonly url: string;
  readonly clock: Clock;
  /** Spreads the attempts of many clients. */
  readonly random: Random;
  /** Signed parameters of a login. */
  readonly login: () => Promise<Parameters>;
  /** Takes an event of the account, of which only the kind has been checked. */
  readonly onEvent: (event: { readonly e: string }) => void;
  readonly onUnreadable: (what: string) => void;
  readonly onConnection: (state: 'up' | 'down', reason: string) => void;
}

/** A login that nobody answers is given up. */
const LOGIN_MS = 10_000;
/** The connection is asked whether it lives this often, and given up when it does not answer for so long. */
const ASK_ALIVE_MS = 15_000;
const ALIVE_MS = 5_000;
/** Waits before coming back: doubled each time up to the last. Binance allows 300 attempts in five minutes (web-socket-api.md, "Connection limits"). */
const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 30_000;

const LOGIN_ID = 'login';
const ALIVE_ID = 'alive';

const frame = z.union([
  z.object({ event: z.looseObject({ e: z.string() }) }),
  z.object({ id: z.string(), status: z.number(), error: z.object({ code: z.number(), msg: z.string() }).optional() }),
]);

/**
 * The account's reports over the WebSocket API (`userDataStream.subscribe.signature`), which has
 * replaced the listen keys of Binance spot. This is the one owner of the connection: whatever ends it
 * ends in `#lost`, and only there is the next attempt made.
 */
export class UserStream {
  readonly #spec: UserStreamSpec;
  #socket: WebSocket | undefined;
  #up = false;
  #wasUp = false;
  #closed = false;
  #attempts = 0;
  /** The one thing that is waited for: the next attempt, an answer, or the time to ask. */
  #waiting: (() => void) | undefined;
  #opened: PromiseWithResolvers<void> | undefined;

  constructor(spec: UserStreamSpec) {
    this.#spec = spec;
  }

  /** Connects, and resolves when the login is accepted. Rejects with `VenueError` when the keys are refused, or when it is closed before; anything else is tried again. */
  open(): Promise<void> {
    this.#opened = Promise.withResolvers();
    this.#connect();
    return this.#opened.promise;
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    this.#waiting?.();
    this.#waiting = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#opened?.reject(new VenueError('unreachable', 'binance: the stream was closed before it was up'));
  }

  #wait(delayMs: number, work: () => void): void {
    this.#waiting?.();
    this.#waiting = this.#spec.clock.after(delayMs, () => {
      this.#waiting = undefined;
      work();
    });
  }

  #connect(): void {
    const socket = new WebSocket(this.#spec.url);
    this.#socket = socket;
    this.#wait(LOGIN_MS, () => { this.#lost(socket, 'no login in time'); });
    socket.addEventListener('open', () => { void this.#logIn(socket); });
    socket.addEventListener('message', ({ data }) => { if (socket === this.#socket) this.#hear(socket, String(data)); });
    socket.addEventListener('error', () => { this.#lost(socket, 'the connection failed'); });
    socket.addEventListener('close', ({ code }) => { this.#lost(socket, `the connection was closed (${code})`); });
  }

  async #logIn(socket: WebSocket): Promise<void> {
    try {
      const { timestamp, recvWindow, ...rest } = await this.#spec.login();
      if (socket !== this.#socket) return;
      socket.send(JSON.stringify({ id: LOGIN_ID, method: 'userDataStream.subscribe.signature', params: { ...rest, timestamp: Number(timestamp), recvWindow: Number(recvWindow) } }));
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      this.#lost(socket, error.message);
    }
  }

  #hear(socket: WebSocket, text: string): void {
    const told = readFrame(text);
    if (told === undefined) {
      this.#spec.onUnreadable('a frame of the stream');
    } else if ('event' in told) {
      // The server goes down, or the subscription has ended: both want another connection.
      if (told.event.e === 'serverShutdown' || told.event.e === 'eventStreamTerminated') this.#lost(socket, told.event.e);
      else this.#spec.onEvent(told.event);
    } else if (told.id === LOGIN_ID) {
      this.#loggedIn(socket, told.status, told.error);
    } else if (told.id === ALIVE_ID) {
      this.#askAlive(socket);
    }
  }

  #loggedIn(socket: WebSocket, status: number, error: { readonly code: number; readonly msg: string } | undefined): void {
    if (status === 200) {
      this.#attempts = 0;
      this.#up = true;
      this.#wasUp = true;
      this.#askAlive(socket);
      this.#spec.onConnection('up', 'logged in');
      this.#opened?.resolve();
      return;
    }
    const failure = failureOf({ what: 'the login of the stream', status, code: error?.code, message: error?.msg ?? '', acts: false, retryAfterMs: undefined });
    if (failure.failure !== 'unauthorised' || this.#wasUp) {
      this.#lost(socket, failure.message);
      return;
    }
    // Keys that were never right do not become so by trying again.
    this.#opened?.reject(failure);
    this.close();
  }

  /** A browser-like socket answers the venue's own pings unseen, so we ask ourselves. */
  #askAlive(socket: WebSocket): void {
    this.#wait(ASK_ALIVE_MS, () => {
      socket.send(JSON.stringify({ id: ALIVE_ID, method: 'ping' }));
      this.#wait(ALIVE_MS, () => { this.#lost(socket, 'it did not answer'); });
    });
  }

  /** This connection is over; makes the next attempt after a while. */
  #lost(socket: WebSocket, reason: string): void {
    if (socket !== this.#socket || this.#closed) return;
    this.#socket = undefined;
    socket.close();
    const waitMs = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts) * (0.5 + this.#spec.random.next() / 2);
    this.#attempts += 1;
    this.#wait(waitMs, () => { this.#connect(); });
    if (!this.#up) return;
    this.#up = false;
    this.#spec.onConnection('down', reason);
  }
}

function readFrame(text: string): z.infer<typeof frame> | undefined {
  try {
    return frame.safeParse(parseLossless(text)).data;
  } catch {
    return undefined;
  }
}
