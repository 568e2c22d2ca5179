import { z } from 'zod';
import type { Random } from '../../domain/random.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { SteadySocket } from '../wire/steady-socket.ts';

/** One message that asks for a channel; heartbeats are asked for besides. */
export interface Subscription {
  readonly channel: string;
  readonly product_ids?: readonly string[];
  readonly jwt?: string;
}

/** What a stream of channels works with. */
export interface ChannelStreamSpec {
  /** `wss://…` */
  readonly url: string;
  readonly clock: Clock;
  /** Spreads the attempts of many clients. */
  readonly random: Random;
  /** What to ask for, made anew with each connection, since a token is good for seconds. Throws `VenueError`. */
  readonly subscriptions: () => Promise<readonly Subscription[]>;
  /** Takes a frame of a channel, once each, in the venue's order; what is in it has not been checked. */
  readonly onFrame: (frame: Frame) => void;
  readonly onUnreadable: (what: string) => void;
  readonly onConnection: (state: 'up' | 'down', reason: string) => void;
}

/** A frame, which Coinbase numbers one by one over all channels of a connection. */
export type Frame = z.infer<typeof frameBody>;

/** Heartbeats come every second: a connection that is silent for longer is dead. */
const SILENCE_MS = 10_000;

/** So many frames of old numbers are no repetition any more. */
const MOST_BEHIND = 20;

const frameBody = z.object({ channel: z.string(), timestamp: z.string(), sequence_num: z.number().int(), events: z.array(z.unknown()) });
const errorBody = z.object({ type: z.literal('error'), message: z.string() });
const anyBody = z.union([frameBody, errorBody]);
const confirmed = z.object({ subscriptions: z.record(z.string(), z.unknown()) });

/**
 * Channels over one connection ("WebSocket Overview"). It is up when every channel is confirmed. Frames
 * that are missing show in their numbers, and then only a new connection, which begins with what there
 * is, and asking tell what was lost.
 */
export class ChannelStream {
  readonly #spec: ChannelStreamSpec;
  readonly #socket: SteadySocket;
  #connections = 0;
  #wanted: ReadonlySet<string> = new Set();
  /** The number of the next frame; undefined before the first. */
  #next: number | undefined;
  /** Frames, one after the other, with numbers that were there already. */
  #behind = 0;

  constructor(spec: ChannelStreamSpec) {
    const { url, clock, random, onConnection } = spec;
    this.#spec = spec;
    this.#socket = new SteadySocket({
      venue: 'coinbase', url: () => url, clock, random, silenceMs: SILENCE_MS, onConnection,
      onOpen: () => this.#subscribe(), onText: (text) => { this.#hear(text); },
    });
  }

  /** Connects, and resolves when it is first up. Rejects with `VenueError` when the keys are refused, or when it is closed before; anything else is tried again. */
  open(): Promise<void> {
    return this.#socket.open();
  }

  /** Ends the connection for good. */
  close(): void {
    this.#socket.close();
  }

  async #subscribe(): Promise<void> {
    this.#connections += 1;
    const connection = this.#connections;
    this.#next = undefined;
    this.#behind = 0;
    const subscriptions = [...await this.#spec.subscriptions(), { channel: 'heartbeats' }];
    // While the token was made, this connection may have given way to another.
    if (connection !== this.#connections) return;
    this.#wanted = new Set(subscriptions.map(({ channel }) => channel));
    for (const each of subscriptions) this.#socket.send(JSON.stringify({ type: 'subscribe', ...each }));
  }

  #hear(text: string): void {
    const told = readJson(text);
    if (told === undefined) {
      this.#spec.onUnreadable('a frame of the stream');
      return;
    }
    if ('type' in told) {
      const failure = /auth/i.test(told.message) ? 'unauthorised' : 'maintenance';
      this.#socket.refused(new VenueError(failure, `coinbase: the stream was refused: ${told.message}`));
      return;
    }
    const expected = this.#next ?? told.sequence_num;
    // A number that was already there is a frame that was repeated; many one after the other are numbers that began anew.
    if (told.sequence_num < expected) {
      this.#behind += 1;
      if (this.#behind >= MOST_BEHIND) this.#socket.lost('the numbers of its frames went back');
      return;
    }
    this.#behind = 0;
    if (told.sequence_num > expected) {
      this.#socket.lost(`${told.sequence_num - expected} frames were lost`);
      return;
    }
    this.#next = expected + 1;
    if (told.channel === 'subscriptions') this.#confirm(told);
    else if (told.channel !== 'heartbeats') this.#spec.onFrame(told);
  }

  /** The venue lists all channels of the connection each time that one is added. */
  #confirm({ events }: Frame): void {
    const channels = new Set(events.flatMap((event) => Object.keys(confirmed.safeParse(event).data?.subscriptions ?? {})));
    if ([...this.#wanted].every((channel) => channels.has(channel))) this.#socket.up('subscribed');
  }
}

function readJson(text: string): z.infer<typeof anyBody> | undefined {
  try {
    return anyBody.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
