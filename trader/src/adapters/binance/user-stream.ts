import { z } from 'zod';
import type { Random } from '../../domain/random.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseLossless } from '../wire/lossless-json.ts';
import { SteadySocket } from '../wire/steady-socket.ts';
import { failureOf } from './failure.ts';
import type { Parameters } from './signing.ts';

/** What an account's stream works with. */
export interface UserStreamSpec {
  /** `wss://…/ws-api/v3` */
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Signed parameters of a login. */
  readonly login: () => Promise<Parameters>;
  /** Takes an event of the account, of which only the kind has been checked. */
  readonly onEvent: (event: { readonly e: string }) => void;
  readonly onUnreadable: (what: string) => void;
  readonly onConnection: (state: 'up' | 'down', reason: string) => void;
}

const LOGIN_ID = 'login';
const SILENCE_MS = 15_000;

const frame = z.union([
  z.object({ event: z.looseObject({ e: z.string() }) }),
  z.object({ id: z.string(), status: z.number(), error: z.object({ code: z.number(), msg: z.string() }).optional() }),
]);

/**
 * The account's reports over the WebSocket API (`userDataStream.subscribe.signature`), which has
 * replaced the listen keys of Binance spot. The socket that it returns is not open yet.
 */
export function userStream({ url, clock, random, login, onEvent, onUnreadable, onConnection }: UserStreamSpec): SteadySocket {
  const socket = new SteadySocket({
    venue: 'binance', url: () => url, clock, random, onConnection, question: JSON.stringify({ id: 'alive', method: 'ping' }), silenceMs: SILENCE_MS,
    onOpen: async () => {
      const { timestamp, recvWindow, ...rest } = await login();
      socket.send(JSON.stringify({ id: LOGIN_ID, method: 'userDataStream.subscribe.signature', params: { ...rest, timestamp: Number(timestamp), recvWindow: Number(recvWindow) } }));
    },
    onText: (text) => {
      const told = readFrame(text);
      if (told === undefined) {
        onUnreadable('a frame of the stream');
      } else if ('event' in told) {
        // The server goes down, or the subscription has ended: both want another connection.
        if (told.event.e === 'serverShutdown' || told.event.e === 'eventStreamTerminated') socket.lost(told.event.e);
        else onEvent(told.event);
      } else if (told.id === LOGIN_ID) {
        if (told.status === 200) socket.up('logged in');
        else socket.refused(failureOf({ what: 'the login of the stream', status: told.status, code: told.error?.code, message: told.error?.msg ?? '', acts: false, retryAfterMs: undefined }));
      }
    },
  });
  return socket;
}

function readFrame(text: string): z.infer<typeof frame> | undefined {
  try {
    return frame.safeParse(parseLossless(text)).data;
  } catch {
    return undefined;
  }
}
