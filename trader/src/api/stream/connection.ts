import type { Timestamp } from '../../domain/time.ts';
import type { Channel, ChannelEvent } from './channel.ts';
import type { SocketIdentity } from './gate.ts';
import { CLOSE, type SnapshotReason, type StreamPosition } from './messages.ts';

/** What is needed of a WebSocket to write to it. */
export interface OutgoingSocket {
  /** Bytes that the machine has not taken yet. */
  readonly bufferedAmount: number;
  send(frame: Uint8Array, options: { readonly binary: false }): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** A client that has so much waiting is sent nothing more, until it is down to the other. */
const CONGESTED_BYTES = 128 * 1024;
const RELIEVED_BYTES = 32 * 1024;
/** One that asks on and on and reads nothing is not waited for. */
export const HOPELESS_BYTES = 4 * 1024 * 1024;
/** The cursor of who has nothing of a channel yet. */
const NOTHING = -1;

/** That a connection listens to a channel, and how far it has come. */
export interface Subscription {
  readonly connection: StreamConnection;
  readonly channel: Channel;
  /** The last event that was handed to its socket; −1 while it has not been sent the whole. */
  cursor: number;
  /** Whether events wait in the channel because the client was slow. */
  late: boolean;
}

/** One client: what it listens to, and what it can take. Nothing waits here for a slow one but a number a channel. */
export class StreamConnection {
  identity: SocketIdentity;
  readonly socket: OutgoingSocket;
  readonly subscriptions = new Map<string, Subscription>();
  /** When something was heard of it. */
  heardAt: Timestamp;
  /** Whether it was told that its access ends. */
  warned = false;
  /** Messages that it may send at this moment. */
  allowance: number;
  /** When it was told to go; undefined while it may stay. */
  closedAt: Timestamp | undefined;
  /** And why. */
  closeCode: number | undefined;
  #congested = false;

  constructor(identity: SocketIdentity, socket: OutgoingSocket, now: Timestamp, allowance: number) {
    this.identity = identity;
    this.socket = socket;
    this.heardAt = now;
    this.allowance = allowance;
  }

  /** Whether more is waiting for it than it should hold; it is sent nothing then but what `relieve` sends. */
  get congested(): boolean {
    return this.#congested;
  }

  get closed(): boolean {
    return this.closedAt !== undefined;
  }

  /** Hands bytes to the socket, however much waits there. */
  send(frame: Buffer): void {
    if (this.closed) return;
    this.socket.send(frame, { binary: false });
    if (this.socket.bufferedAmount > CONGESTED_BYTES) this.#congested = true;
  }

  /** Tells an event to a subscriber, or leaves it in the channel for one that cannot take it yet. */
  offer(subscription: Subscription, event: ChannelEvent): void {
    if (event.sequence <= subscription.cursor) return;
    if (this.#congested) {
      subscription.late = true;
      return;
    }
    subscription.cursor = event.sequence;
    this.send(event.frame);
  }

  /** Begins a subscription, or begins it anew; why it begins with a snapshot, or undefined where it goes on from `resume`. */
  subscribe(channel: Channel, resume: StreamPosition | undefined): { readonly subscription: Subscription; readonly reason: SnapshotReason | undefined } {
    const subscription: Subscription = { connection: this, channel, cursor: resume?.sequence ?? channel.sequence, late: true };
    this.subscriptions.set(channel.name, subscription);
    if (resume?.epoch === channel.epoch && channel.since(resume.sequence) !== undefined) return { subscription, reason: undefined };
    return { subscription, reason: resume === undefined ? 'first' : resume.epoch === channel.epoch ? 'too-old' : 'other-epoch' };
  }

  /** Sends a channel as a whole, or once the client can take it. */
  sendWhole(subscription: Subscription, behind: boolean): void {
    subscription.late = this.#congested;
    subscription.cursor = this.#congested ? NOTHING : subscription.channel.sequence;
    if (!this.#congested) this.send(subscription.channel.snapshot(behind));
  }

  /** Looks whether it can take more, and sends what waits, as far as it goes. False where it still cannot. */
  relieve(): boolean {
    if (this.socket.bufferedAmount > RELIEVED_BYTES) return false;
    this.#congested = false;
    for (const subscription of this.subscriptions.values()) {
      if (subscription.late) this.catchUp(subscription);
      if (this.#congested) return false;
    }
    return true;
  }

  /** Sends what a subscriber lacks, until its socket is full. */
  catchUp(subscription: Subscription): void {
    const missed = subscription.channel.since(subscription.cursor);
    if (missed === undefined) {
      if (isHopeless(subscription)) this.close(CLOSE.behind, 'too far behind', this.heardAt);
      else this.sendWhole(subscription, true);
      return;
    }
    for (const event of missed) {
      if (this.#congested) return;
      subscription.cursor = event.sequence;
      this.send(event.frame);
    }
    subscription.late = false;
  }

  /** Ends it with a code; what waits is still sent, if the client takes it. */
  close(code: number, reason: string, now: Timestamp): void {
    if (this.closed) return;
    this.closedAt = now;
    this.closeCode = code;
    this.socket.close(code, reason);
  }
}

/** Whether events that a client must not miss are no longer kept for it. */
export function isHopeless({ channel, cursor, late }: Subscription): boolean {
  return late && cursor !== NOTHING && channel.rule.delivery === 'every' && channel.since(cursor) === undefined;
}
