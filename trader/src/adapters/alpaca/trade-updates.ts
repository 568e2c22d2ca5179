import { z } from 'zod';
import type { Random } from '../../domain/random.ts';
import type { Clock } from '../../ports/clock.ts';
import { SteadySocket } from '../wire/steady-socket.ts';
import { failureOf } from './failure.ts';
import { fillEvent, orderEntry, tradeIdOf, type OrderEntry, type Traded } from './orders.ts';
import type { Signer } from './signing.ts';

/** What an account's stream works with. */
export interface TradeUpdatesSpec {
  /** `wss://…/stream` */
  readonly url: string;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly onUpdate: (order: OrderEntry, trade: Traded | undefined) => void;
  readonly onUnreadable: (what: string) => void;
  readonly onConnection: (state: 'up' | 'down', reason: string) => void;
}

/** Nothing happens for hours while markets are closed, so after this long we ask. */
const SILENCE_MS = 15_000;

const LISTEN = JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } });

const frame = z.union([
  z.object({ stream: z.literal('authorization'), data: z.object({ status: z.string() }) }),
  z.object({ stream: z.literal('listening'), data: z.object({ streams: z.array(z.string()) }) }),
  z.object({ stream: z.literal('trade_updates'), data: z.looseObject({ event: z.string(), order: z.unknown() }) }),
  z.object({ action: z.literal('error'), data: z.object({ error_message: z.string() }) }),
]);

/**
 * The account's `trade_updates` (docs.alpaca.markets, "Websocket Streaming"), not open yet. Listening
 * once more to what is heard already changes nothing and is acknowledged: so it asks whether the
 * connection lives.
 */
export function tradeUpdates({ url, signer, clock, random, onUpdate, onUnreadable, onConnection }: TradeUpdatesSpec): SteadySocket {
  const socket = new SteadySocket({
    venue: 'alpaca', url: () => url, clock, random, onConnection, question: LISTEN, silenceMs: SILENCE_MS,
    onOpen: () => { socket.send(signer.login()); },
    onText: (text) => { hear(readFrame(text)); },
  });
  const hear = (told: z.infer<typeof frame> | undefined) => {
    if (told === undefined) {
      onUnreadable('a frame of the stream');
    } else if ('action' in told) {
      socket.lost(told.data.error_message);
    } else if (told.stream === 'listening') {
      if (told.data.streams.includes('trade_updates')) socket.up('listening');
    } else if (told.stream === 'authorization') {
      if (told.data.status === 'authorized') socket.send(LISTEN);
      else socket.refused(failureOf({ what: 'the login of the stream', status: 401, code: undefined, message: told.data.status, acts: false, retryAfterMs: undefined, world: signer.world }));
    } else {
      const update = readUpdate(told.data);
      if (update === undefined) onUnreadable(`a trade update (${told.data.event})`);
      else onUpdate(update.order, update.trade);
    }
  };
  return socket;
}

/** Reads an update; undefined where its order, or the trade that it tells of, cannot be read. */
function readUpdate(data: { readonly event: string; readonly order?: unknown }): { readonly order: OrderEntry; readonly trade: Traded | undefined } | undefined {
  const order = orderEntry.safeParse(data.order).data;
  if (order === undefined) return undefined;
  if (data.event !== 'fill' && data.event !== 'partial_fill') return { order, trade: undefined };
  const trade = fillEvent.safeParse(data).data;
  if (trade === undefined) return undefined;
  return { order, trade: { tradeId: tradeIdOf(trade.execution_id), venueOrderId: order.id, side: order.side, price: trade.price, qty: trade.qty, tsEvent: trade.timestamp } };
}

function readFrame(text: string): z.infer<typeof frame> | undefined {
  try {
    return frame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
