import type { Timestamp } from '../../src/domain/time.ts';
import type { Fault } from './dialect-server.ts';

/** A bar as a venue writes it: decimals are texts. */
export interface ServedBar {
  /** When it opened. */
  readonly timestamp: Timestamp;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** Price and quantity as a venue writes them. */
export type ServedLevel = readonly [price: string, quantity: string];

/** A venue's market on loopback, in its own dialect. Instruments are named by their place in the harness's list. */
export interface FeedServer {
  /** Requests that came in, `METHOD /path`, in their order. */
  readonly requests: readonly string[];
  /** Streams that are up now, subscribed to what was asked for. */
  readonly streams: number;
  /** A bar ends: the stream says so, and from then on it is part of what can be asked for. */
  closeBar(instrument: number, bar: ServedBar): void;
  /** A bar that has not ended changes: told as the venue tells it, if it does, and the last part of what can be asked for. */
  growBar(instrument: number, bar: ServedBar): void;
  /** Bars that ended long ago: only asking brings them. */
  remember(instrument: number, bars: readonly ServedBar[]): void;
  /** Somebody trades. The server numbers the trades of an instrument one by one, where its venue does. */
  trade(instrument: number, price: string, tsEvent: Timestamp, quantity?: string): void;
  /** The best of both sides changes. Absent where the venue tells no quotes. */
  tellQuote?(instrument: number, bid: ServedLevel, ask: ServedLevel): void;
  /** The book changes at these levels, a quantity of 0 taking one away. Absent where the venue tells no books. */
  changeBook?(instrument: number, bids: readonly ServedLevel[], asks: readonly ServedLevel[]): void;
  /** Frames from now on never arrive, though the venue counts them; `false` ends that. */
  loseFrames?(lose: boolean): void;
  /** Sends again the last bar that has ended. */
  repeat(): void;
  /** The next question for bars goes wrong. */
  failNext(fault: Fault): void;
  /** Sends a text over the stream as it is. */
  say(text: string): void;
  /** Cuts the streams, refusing the next few attempts to come back. */
  cut(refusals: number): void;
  /** Says nothing on the stream any more, connection up. */
  playDead(): void;
  close(): Promise<void>;
}
