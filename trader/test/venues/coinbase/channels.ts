import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../../../src/ports/clock.ts';
import { fixture, type Json } from './account.ts';
import { timeText } from './words.ts';

/** What channels are served with. */
export interface ChannelsSpec {
  readonly clock: Clock;
  /** Whether a token may subscribe. */
  readonly admits: (token: string) => boolean;
  /** The frames that a channel begins with, as their events. */
  readonly snapshots: (channel: string, products: readonly string[]) => readonly (readonly Json[])[];
}

/** A connection, and what it has asked for. */
interface Connection {
  readonly socket: WebSocket;
  readonly subscriptions: Record<string, readonly string[]>;
  /** The number of its next frame, over all channels: forums.coinbasecloud.dev, topic 1989, and fixture heartbeat show so. */
  next: number;
  dead: boolean;
  stop: () => void;
}

const HEARTBEAT_MS = 1_000;

/** The WebSocket channels of Coinbase: docs.cdp.coinbase.com, "WebSocket Overview" and "WebSocket Channels". */
export class Channels {
  readonly #spec: ChannelsSpec;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #connections = new Set<Connection>();
  #flow: 'lost' | 'kept' | 'sent' = 'sent';
  #kept: { readonly to: Connection; readonly text: string }[] = [];
  #refusals = 0;
  #beats = 66_987;

  constructor(spec: ChannelsSpec) {
    this.#spec = spec;
  }

  /** Connections that are subscribed to a channel. */
  subscribed(channel: string): readonly Connection[] {
    return [...this.#connections].filter(({ subscriptions }) => subscriptions[channel] !== undefined);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#refusals > 0) {
      this.#refusals -= 1;
      socket.destroy();
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const connection: Connection = { socket: ws, subscriptions: {}, next: 0, dead: false, stop: () => undefined };
      this.#connections.add(connection);
      ws.on('message', (data: Buffer) => { this.#hear(connection, JSON.parse(data.toString()) as Json); });
      ws.on('close', () => { this.#drop(connection); });
    });
  }

  /** Tells an event to whoever is subscribed to its channel; of the market, to its product. */
  tell(channel: string, event: Json, product?: string): void {
    for (const connection of this.subscribed(channel)) {
      if (product === undefined || connection.subscriptions[channel]?.includes(product) === true) this.#send(connection, channel, [event], this.#flow);
    }
  }

  frames(what: 'lost' | 'kept' | 'sent'): void {
    this.#flow = what;
  }

  release(how: 'reversed' | 'twice'): void {
    const kept = how === 'reversed' ? this.#kept.reverse() : this.#kept.flatMap((each) => [each, each]);
    this.#kept = [];
    this.#flow = 'sent';
    for (const { to, text } of kept) to.socket.send(text);
  }

  say(text: string): void {
    for (const { socket } of this.#connections) socket.send(text);
  }

  cut(refusals: number): void {
    this.#refusals = refusals;
    for (const connection of this.#connections) this.#end(connection, () => { connection.socket.terminate(); });
  }

  /** Ends every connection with an error that its token is no good any more. */
  expireLogin(): void {
    for (const connection of this.#connections) {
      connection.socket.send(JSON.stringify({ type: 'error', message: 'authentication failure' }));
      this.#end(connection, () => { connection.socket.close(); });
    }
  }

  /** Closes every connection as a server does that goes away (RFC 6455, section 7.4.1). */
  goAway(): void {
    for (const connection of this.#connections) this.#end(connection, () => { connection.socket.close(1001); });
  }

  playDead(): void {
    for (const connection of this.#connections) connection.dead = true;
  }

  close(): void {
    for (const connection of this.#connections) this.#drop(connection);
    for (const socket of this.#server.clients) socket.terminate();
  }

  #end(connection: Connection, how: () => void): void {
    this.#drop(connection);
    how();
  }

  #drop(connection: Connection): void {
    connection.stop();
    connection.stop = () => undefined;
    this.#connections.delete(connection);
  }

  #hear(connection: Connection, { type, channel, product_ids: products = [], jwt }: Json): void {
    if (connection.dead || type !== 'subscribe' || typeof channel !== 'string') return;
    if (channel === 'user' && !this.#spec.admits(String(jwt))) {
      connection.socket.send(JSON.stringify({ type: 'error', message: 'authentication failure' }));
      return;
    }
    for (const events of this.#spec.snapshots(channel, products as string[])) this.#send(connection, channel, events, 'sent');
    connection.subscriptions[channel] = channel === 'user' || channel === 'heartbeats' ? [channel] : products as string[];
    this.#send(connection, 'subscriptions', [{ subscriptions: connection.subscriptions }], 'sent');
    if (channel === 'heartbeats') this.#beat(connection);
  }

  #beat(connection: Connection): void {
    connection.stop = this.#spec.clock.after(HEARTBEAT_MS, () => {
      const [sample] = fixture('heartbeat').events as readonly Json[];
      this.#beats += 1;
      this.#send(connection, 'heartbeats', [{ ...sample, heartbeat_counter: this.#beats }], 'sent');
      this.#beat(connection);
    });
  }

  #send(connection: Connection, channel: string, events: readonly Json[], flow: 'lost' | 'kept' | 'sent'): void {
    // What was asked for as `level2` comes as `l2_data`.
    const text = JSON.stringify({ ...fixture('heartbeat'), channel: channel === 'level2' ? 'l2_data' : channel, timestamp: timeText(this.#spec.clock.now()), sequence_num: connection.next, events });
    connection.next += 1;
    if (connection.dead || flow === 'lost') return;
    if (flow === 'kept') this.#kept.push({ to: connection, text });
    else connection.socket.send(text);
  }
}
