import { z } from 'zod';
import type { Random } from '../../domain/random.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseLossless } from '../wire/lossless-json.ts';
import { SteadySocket } from '../wire/steady-socket.ts';
import { checked, type RestClient } from './rest-client.ts';

/** What an account's stream works with. */
export interface FuturesStreamSpec {
  /** `wss://…`, without a path. */
  readonly host: string;
  readonly rest: RestClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Asked before each connection; throws `VenueError` where the account is not one to trade. */
  readonly admit: () => Promise<void>;
  /** Takes an event of the account, of which only the kind has been checked. */
  readonly onEvent: (event: { readonly e: string }) => void;
  readonly onUnreadable: (what: string) => void;
  readonly onConnection: (state: 'up' | 'down', reason: string) => void;
}

/** A listen key lives for sixty minutes after it was last asked for; this leaves room for one failure. */
const KEEP_ALIVE_MS = 25 * 60_000;
const SILENCE_MS = 15_000;

const PATH = '/fapi/v1/listenKey';
const keyBody = z.object({ listenKey: z.string().regex(/^\w+$/) });
const event = z.looseObject({ e: z.string() });
/** An event by itself, or as combined streams wrap it; or the answer to a question, which only shows that the connection lives. */
const frame = z.union([event, z.object({ data: event }).transform(({ data }) => data), z.object({ id: z.number() })]);

/**
 * The account's reports by listen key ("User Data Streams"), which USD-M futures still have: each
 * connection asks for the key, which is the login, and it is kept alive while the stream is up.
 */
export class FuturesStream {
  readonly #spec: FuturesStreamSpec;
  readonly #socket: SteadySocket;
  #keeping: (() => void) | undefined;

  constructor(spec: FuturesStreamSpec) {
    const { host, rest, clock, random, admit, onConnection } = spec;
    this.#spec = spec;
    this.#socket = new SteadySocket({
      venue: 'binance', clock, random, silenceMs: SILENCE_MS, question: JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id: 1 }),
      url: async () => {
        await admit();
        const { listenKey } = checked(keyBody, await rest.request({ method: 'POST', path: PATH, weight: 1, purpose: 'question', security: 'key' }), 'a listen key');
        return `${host}/private/ws?listenKey=${listenKey}`;
      },
      onOpen: () => {
        this.#keepAlive();
        this.#socket.up('the listen key was taken');
      },
      onText: (text) => { this.#hear(text); },
      onConnection: (state, reason) => {
        if (state === 'down') this.#letGo();
        onConnection(state, reason);
      },
    });
  }

  /** As `SteadySocket.open`. */
  open(): Promise<void> {
    return this.#socket.open();
  }

  /** Ends it for good. */
  close(): void {
    this.#socket.close();
    this.#letGo();
  }

  #hear(text: string): void {
    const told = readFrame(text);
    if (told === undefined) this.#spec.onUnreadable('a frame of the stream');
    else if ('e' in told && told.e === 'listenKeyExpired') this.#socket.lost('the listen key ran out');
    else if ('e' in told) this.#spec.onEvent(told);
  }

  #keepAlive(): void {
    this.#letGo();
    const keeping = this.#spec.clock.after(KEEP_ALIVE_MS, () => {
      this.#spec.rest.request({ method: 'PUT', path: PATH, weight: 1, purpose: 'question', security: 'key' }).catch((error: unknown) => {
        if (!(error instanceof VenueError)) throw error;
        // -1125: the key is gone already. Anything else is tried again before it is.
        if (error.code === '-1125' && this.#keeping === keeping) this.#socket.lost(error.message);
      }).finally(() => { if (this.#keeping === keeping) this.#keepAlive(); });
    });
    this.#keeping = keeping;
  }

  #letGo(): void {
    this.#keeping?.();
    this.#keeping = undefined;
  }
}

function readFrame(text: string): z.infer<typeof frame> | undefined {
  try {
    return frame.safeParse(parseLossless(text)).data;
  } catch {
    return undefined;
  }
}
