import type { Random } from '../../domain/random.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';

/** What a steady socket works with. */
export interface SteadySocketSpec {
  /** For the words of errors. */
  readonly venue: string;
  /** Where to connect, asked anew for each attempt. What it throws is tried again, but for `unauthorised` and `rejected` before the stream was ever up. */
  readonly url: () => string | Promise<string>;
  readonly clock: Clock;
  /** Spreads the attempts of many clients. */
  readonly random: Random;
  /** The connection is made: says what the venue wants to hear, and calls `up`, now or when the venue has taken it. */
  readonly onOpen: () => void | Promise<void>;
  readonly onText: (text: string) => void;
  /** A text that any living server answers; left out where the venue itself is never silent for so long. */
  readonly question?: string;
  /** After so long without a frame, and at most twice as long, it is asked whether it lives. */
  readonly silenceMs: number;
  readonly onConnection: (state: 'up' | 'down', reason: string) => void;
}

/** A connection or login that does not come about in so long is given up. */
const LOGIN_MS = 10_000;
/** An answer that does not come in so long shows that the connection is dead. */
const ANSWER_MS = 5_000;
/** Waits before coming back: doubled each time up to the last. Binance, the strictest, allows 300 attempts in five minutes. */
const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 30_000;

/**
 * A WebSocket that comes back. The one owner of its connection: whatever ends it ends in `lost`, and
 * only there is the next attempt made. A browser-like socket answers a venue's pings unseen, so a dead
 * connection shows only as silence: any frame is a sign of life, and after too long without one we ask.
 */
export class SteadySocket {
  readonly #spec: SteadySocketSpec;
  #socket: WebSocket | undefined;
  #up = false;
  #wasUp = false;
  #closed = false;
  #attempts = 0;
  #heard = false;
  /** The one thing that is waited for: the next attempt, a login, a frame or an answer. */
  #waiting: (() => void) | undefined;
  #opened: PromiseWithResolvers<void> | undefined;

  constructor(spec: SteadySocketSpec) {
    this.#spec = spec;
  }

  /** Connects, and resolves when it is first up. Rejects with `VenueError` when it is refused for good, or closed before; anything else is tried again. */
  open(): Promise<void> {
    this.#opened = Promise.withResolvers();
    this.#connect();
    return this.#opened.promise;
  }

  /** Sends a text; nothing where there is no connection. */
  send(text: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  /** The venue has taken what was said on opening. */
  up(reason: string): void {
    if (this.#up || this.#closed) return;
    this.#attempts = 0;
    this.#up = true;
    this.#wasUp = true;
    this.#listen();
    this.#spec.onConnection('up', reason);
    this.#opened?.resolve();
  }

  /** This connection is of no use any more; makes the next attempt after a while. */
  lost(reason: string): void {
    if (this.#closed) return;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    const waitMs = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts) * (0.5 + this.#spec.random.next() / 2);
    this.#attempts += 1;
    this.#wait(waitMs, () => { this.#connect(); });
    if (!this.#up) return;
    this.#up = false;
    this.#spec.onConnection('down', reason);
  }

  /** The venue refuses what was said on opening. Keys and accounts that were never right do not become so by trying again; anything else may. */
  refused(error: VenueError): void {
    if ((error.failure !== 'unauthorised' && error.failure !== 'rejected') || this.#wasUp) {
      this.lost(error.message);
      return;
    }
    this.#opened?.reject(error);
    this.close();
  }

  /** Ends it for good. */
  close(): void {
    this.#closed = true;
    this.#waiting?.();
    this.#waiting = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#opened?.reject(new VenueError('unreachable', `${this.#spec.venue}: the stream was closed before it was up`));
  }

  #wait(delayMs: number, work: () => void): void {
    this.#waiting?.();
    this.#waiting = this.#spec.clock.after(delayMs, () => {
      this.#waiting = undefined;
      work();
    });
  }

  #connect(): void {
    this.#wait(LOGIN_MS, () => { this.lost('no login in time'); });
    const attempt = this.#waiting;
    // Given up or closed while the address is asked for: another attempt has taken over.
    const current = () => !this.#closed && this.#waiting === attempt;
    void this.#tried(current, async () => {
      const url = await this.#spec.url();
      if (current()) this.#dial(url);
    });
  }

  #dial(url: string): void {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    const current = () => socket === this.#socket;
    const ifCurrent = (work: () => void) => { if (current()) work(); };
    socket.addEventListener('open', () => { ifCurrent(() => { void this.#tried(current, () => this.#spec.onOpen()); }); });
    socket.addEventListener('message', ({ data }) => {
      ifCurrent(() => {
        this.#heard = true;
        // Alpaca's paper endpoint sends its JSON in binary frames.
        this.#spec.onText(data instanceof ArrayBuffer ? new TextDecoder().decode(data) : String(data));
      });
    });
    socket.addEventListener('error', () => { ifCurrent(() => { this.lost('the connection failed'); }); });
    socket.addEventListener('close', ({ code }) => { ifCurrent(() => { this.lost(`the connection was closed (${code})`); }); });
  }

  async #tried(current: () => boolean, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      if (current()) this.refused(error);
    }
  }

  /** Waits for a frame; where none comes, asks, or gives the connection up. */
  #listen(): void {
    this.#heard = false;
    const { silenceMs, question } = this.#spec;
    this.#wait(silenceMs, () => {
      if (this.#heard) {
        this.#listen();
      } else if (question === undefined) {
        this.lost('it is silent');
      } else {
        this.send(question);
        this.#wait(ANSWER_MS, () => { if (this.#heard) this.#listen(); else this.lost('it did not answer'); });
      }
    });
  }
}
