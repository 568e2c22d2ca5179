import assert from 'node:assert/strict';
import type { OutgoingSocket, StreamConnection } from '../src/api/stream/connection.ts';
import type { SocketIdentity } from '../src/api/stream/gate.ts';
import type { StreamHub } from '../src/api/stream/hub.ts';
import type { ServerMessage } from '../src/api/stream/messages.ts';
import type { ClientSocket, ClientSocketListener } from '../src/api/stream-client.ts';
import type { Clock } from '../src/ports/clock.ts';

/** Between two sides that have nothing to do, a message takes so long. */
const TRANSIT_MS = 1;

/**
 * A WebSocket without a network, from a client to a hub. It carries in order what it is given, until it is cut; while
 * the client does not read, what is sent to it piles up as in the buffers of a machine. It sees to it that the server
 * itself leaves nothing out and repeats nothing, whatever a client would forgive.
 */
export class Wire implements OutgoingSocket, ClientSocket {
  readonly #clock: Clock;
  readonly #hub: StreamHub;
  readonly #listener: ClientSocketListener;
  #connection: StreamConnection | undefined;
  #waiting: string[] = [];
  #bytes = 0;
  #reading = true;
  #open = true;
  /** The last event of each channel that the server has told this line. */
  readonly #told = new Map<string, number>();
  /** Why the server closed it. */
  code: number | undefined;

  constructor(clock: Clock, hub: StreamHub, identity: SocketIdentity, listener: ClientSocketListener) {
    this.#clock = clock;
    this.#hub = hub;
    this.#listener = listener;
    clock.after(TRANSIT_MS, () => {
      if (!this.#open) return;
      this.#connection = hub.admit(identity, this);
      if (this.#connection === undefined) this.cut();
    });
  }

  get bufferedAmount(): number {
    return this.#bytes;
  }

  get open(): boolean {
    return this.#open;
  }

  /** The client reads, or lets what comes wait. */
  read(reading: boolean): void {
    this.#reading = reading;
    this.#deliver();
  }

  /** To the client, if it is a frame; to the server, if it is text. */
  send(message: Uint8Array | string): void {
    if (!this.#open) return;
    if (typeof message === 'string') {
      this.#clock.after(TRANSIT_MS, () => { if (this.#connection !== undefined && this.#open) this.#hub.receive(this.#connection, message); });
      return;
    }
    const text = Buffer.from(message).toString();
    this.#judge(JSON.parse(text) as ServerMessage);
    this.#waiting.push(text);
    this.#bytes += message.byteLength;
    this.#deliver();
  }

  ping(): void {
    if (this.#connection !== undefined && this.#reading) this.#hub.heard(this.#connection);
  }

  close(code = 1000): void {
    this.code = code;
    this.cut();
  }

  terminate(): void {
    this.cut();
  }

  /** The line is dead: nothing that was on its way arrives, and both sides learn of it. */
  cut(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#waiting = [];
    this.#clock.after(TRANSIT_MS, () => {
      if (this.#connection !== undefined) this.#hub.leave(this.#connection);
      this.#listener.onClose(this.code ?? 1006);
    });
  }

  #judge(message: ServerMessage): void {
    if (message.type === 'subscribed' || message.type === 'snapshot') this.#told.set(message.channel, message.sequence);
    if (message.type !== 'event') return;
    const told = this.#told.get(message.channel) ?? Infinity;
    assert.ok(message.after <= told, `${message.channel}: events between ${told} and ${message.after} were left out`);
    assert.ok(message.sequence > told, `${message.channel}: ${message.sequence} was told before`);
    this.#told.set(message.channel, message.sequence);
  }

  #deliver(): void {
    if (!this.#reading || this.#waiting.length === 0) return;
    const texts = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    this.#clock.after(TRANSIT_MS, () => { for (const text of texts) if (this.#open) this.#listener.onText(text); });
  }
}
