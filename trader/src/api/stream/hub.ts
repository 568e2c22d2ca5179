import { randomUUID } from 'node:crypto';
import type { Timestamp } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EngineEvent, EngineSnapshot } from '../../ports/engine-feed.ts';
import type { JobBoard } from '../../ports/jobs.ts';
import type { AlertBook } from '../alerts.ts';
import { holds } from '../auth/access.ts';
import type { EngineReplica } from '../replica.ts';
import { Channel, encode } from './channel.ts';
import { HOPELESS_BYTES, isHopeless, StreamConnection, type OutgoingSocket, type Subscription } from './connection.ts';
import type { SessionChange, SocketIdentity } from './gate.ts';
import { CLOSE, TOPICS, type ClientMessage, type ServerMessage, type StreamErrorCode, type Topic, type TopicItems } from './messages.ts';
import { parseRequest } from './request.ts';
import { changesOf, itemsOf, keyOf, parseChannel, type ChannelName } from './topics.ts';

/** What the stream tells of, and how much it takes on. */
export interface HubSpec {
  readonly replica: EngineReplica;
  readonly alerts: AlertBook;
  /** Undefined where no jobs can be run. */
  readonly jobs: JobBoard | undefined;
  readonly clock: Clock;
  readonly limits?: Partial<StreamLimits>;
}

/** How many connections are open at once, in all and of one person. */
export interface StreamLimits {
  readonly connections: number;
  readonly connectionsPerUser: number;
}

/** How the stream does. */
export interface StreamStats {
  readonly connections: number;
  readonly subscriptions: number;
  /** Clients that cannot take more at the moment. */
  readonly slow: number;
  /** Messages that went out, and connections that were closed because too much waited for them, since the start. */
  readonly sent: number;
  readonly closedBehind: number;
}

const DEFAULT_LIMITS: StreamLimits = { connections: 10_000, connectionsPerUser: 50 };
const HEARTBEAT_MS = 5_000;
const TICK_MS = 1_000;
/** A client of which nothing was heard for so long is gone; it is asked each heartbeat. */
const SILENT_MS = 3 * HEARTBEAT_MS;
/** The trading loop tells of its health every second or so, even where nothing happens. */
const GONE_MS = 10_000;
/** How often those who were too slow are looked at. */
const RELIEF_MS = 20;
/** How long before its end a connection is told to have its access renewed. */
const WARNING_MS = 60_000;
/** How long a client has to take its close code. */
const CLOSING_MS = 5_000;
const MAX_SUBSCRIPTIONS = 64;
/** Messages a client may send at once, and so many a second on and on. */
const BURST = 100;
const PER_SECOND = 20;
/** Items in one event. */
const MOST_ITEMS = 200;
/** Topics that the engine feeds from its first snapshot on; bars come by market. */
const ENGINE_TOPICS = ['state', 'prices', 'positions', 'orders', 'fills', 'equity', 'logs'] as const;

/**
 * Tells what the replica learns to all who listen, each message written out once. A slow client hurts nobody: what
 * it cannot take stays in the channel, and of what changes often it gets only the newest. It knows no network:
 * sockets are handed to it.
 */
export class StreamHub {
  readonly #spec: HubSpec;
  readonly #limits: StreamLimits;
  /** Counts the events of those channels that the engine does not count: of this process alone. */
  readonly #localEpoch = `api:${randomUUID()}`;
  readonly #channels = new Map<string, Channel>();
  readonly #listeners = new Map<Channel, Set<Subscription>>();
  readonly #connections = new Set<StreamConnection>();
  readonly #congested = new Set<StreamConnection>();
  readonly #stops: (() => void)[] = [];
  #beatAt = -Infinity;
  #sent = 0;
  #closedBehind = 0;
  #stopTick: () => void = () => undefined;
  #stopRelief: (() => void) | undefined;

  constructor(spec: HubSpec) {
    this.#spec = spec;
    this.#limits = { ...DEFAULT_LIMITS, ...spec.limits };
    const { replica, alerts, jobs } = spec;
    this.#local('alerts', () => alerts.all());
    this.#stops.push(alerts.listen((changed) => { this.#publishLocal('alerts', changed); }));
    if (jobs !== undefined) {
      this.#local('jobs', () => jobs.list());
      this.#stops.push(jobs.listen((job) => { this.#publishLocal('jobs', [job]); }));
    }
    this.#stops.push(replica.listen({
      onSnapshot: (snapshot) => { this.#restore(snapshot); },
      onEvents: (events) => { this.#publish(events); },
    }));
    this.#tick();
  }

  get stats(): StreamStats {
    let subscriptions = 0;
    for (const connection of this.#connections) subscriptions += connection.subscriptions.size;
    return { connections: this.#connections.size, subscriptions, slow: this.#congested.size, sent: this.#sent, closedBehind: this.#closedBehind };
  }

  /** Takes a client in and greets it; undefined where there are too many, in all or of that person. */
  admit(identity: SocketIdentity, socket: OutgoingSocket): StreamConnection | undefined {
    if (this.#connections.size >= this.#limits.connections) return undefined;
    let own = 0;
    for (const { identity: { user } } of this.#connections) if (user === identity.user) own += 1;
    if (own >= this.#limits.connectionsPerUser) return undefined;
    const now = this.#spec.clock.now();
    const connection = new StreamConnection(identity, socket, now, BURST);
    this.#connections.add(connection);
    const { role, expiresAt } = identity;
    this.#answer(connection, { type: 'welcome', now, role, expiresAt, heartbeatMs: HEARTBEAT_MS, maxSubscriptions: MAX_SUBSCRIPTIONS });
    this.#answer(connection, this.#heartbeat(now));
    return connection;
  }

  /** Takes a message of a client. */
  receive(connection: StreamConnection, text: string): void {
    this.heard(connection);
    if (connection.closed) return;
    connection.allowance -= 1;
    if (connection.allowance < 0) {
      connection.close(CLOSE.tooMany, 'too many messages', this.#spec.clock.now());
      return;
    }
    const message = parseRequest(text);
    if (message === undefined) this.#refuse(connection, null, 'bad-message', 'This is none of the messages that the stream takes');
    else this.#obey(connection, message);
  }

  /** Notes that a client lives. */
  heard(connection: StreamConnection): void {
    connection.heardAt = this.#spec.clock.now();
  }

  /** Forgets a client whose socket is closed. */
  leave(connection: StreamConnection): void {
    if (!this.#connections.delete(connection)) return;
    if (connection.closeCode === CLOSE.behind) this.#closedBehind += 1;
    this.#congested.delete(connection);
    for (const subscription of connection.subscriptions.values()) this.#listeners.get(subscription.channel)?.delete(subscription);
    connection.subscriptions.clear();
  }

  /** A session was renewed, or ended: its connections with it. */
  sessionChanged(change: SessionChange): void {
    for (const connection of this.#connections) {
      if (connection.identity.session !== change.session) continue;
      if (change.kind === 'ended') connection.close(CLOSE.unauthenticated, 'the session ended', this.#spec.clock.now());
      else this.#renew(connection, change);
    }
  }

  /** Sends all clients away and stops. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#stopTick();
    this.#stopRelief?.();
    for (const connection of this.#connections) connection.close(CLOSE.goingAway, 'the server stops', this.#spec.clock.now());
  }

  #obey(connection: StreamConnection, message: ClientMessage): void {
    switch (message.type) {
      case 'ping': this.#answer(connection, { type: 'pong', id: message.id, now: this.#spec.clock.now() }); return;
      case 'subscribe': this.#subscribe(connection, message); return;
      case 'unsubscribe': {
        const subscription = connection.subscriptions.get(message.channel);
        if (subscription === undefined) {
          this.#refuse(connection, message.id, 'not-subscribed', `There is no subscription to ${message.channel}`);
          return;
        }
        this.#drop(subscription);
        this.#answer(connection, { type: 'unsubscribed', id: message.id, channel: message.channel });
      }
    }
  }

  #subscribe(connection: StreamConnection, { id, channel: name, resume }: Extract<ClientMessage, { type: 'subscribe' }>): void {
    const parsed = parseChannel(name);
    if (parsed === undefined) {
      this.#refuse(connection, id, 'unknown-channel', 'A channel is a topic, or topic:INSTRUMENT for book, trades and bars');
      return;
    }
    const { role } = TOPICS[parsed.topic];
    if (!holds(connection.identity.role, role)) {
      this.#refuse(connection, id, 'forbidden', `${parsed.topic} needs the role ${role}`);
      return;
    }
    if (connection.subscriptions.size >= MAX_SUBSCRIPTIONS && !connection.subscriptions.has(name)) {
      this.#refuse(connection, id, 'too-many-subscriptions', `A connection has ${MAX_SUBSCRIPTIONS} subscriptions at most`);
      return;
    }
    const channel = this.#channels.get(name) ?? this.#engineChannel(name, parsed);
    if (channel === undefined) {
      this.#refuse(connection, id, 'unavailable', `Nothing tells of ${name} at the moment`);
      return;
    }
    const before = connection.subscriptions.get(name);
    if (before !== undefined) this.#drop(before);
    const { subscription, reason } = connection.subscribe(channel, resume);
    this.#listeners.get(channel)?.add(subscription);
    this.#answer(connection, {
      type: 'subscribed', id, channel: name, epoch: channel.epoch, sequence: reason === undefined ? subscription.cursor : channel.sequence,
      resumed: reason === undefined, ...(reason === undefined ? {} : { reason }),
    });
    if (reason === undefined) connection.catchUp(subscription);
    else connection.sendWhole(subscription, false);
    this.#watch(connection);
  }

  /** A new set of facts: another run, or events that are lost. Who listens gets all channels of the engine as a whole. */
  #restore(snapshot: EngineSnapshot): void {
    const { epoch } = this.#spec.replica;
    for (const topic of ENGINE_TOPICS) this.#engineChannel(topic, { topic, instrument: undefined });
    for (const { instrument } of snapshot.markets) this.#engineChannel(`bars:${instrument}`, { topic: 'bars', instrument });
    for (const channel of this.#channels.values()) {
      if (channel.epoch === this.#localEpoch) continue;
      channel.reset(epoch, snapshot.sequence);
      for (const subscription of this.#listeners.get(channel) ?? []) {
        subscription.connection.sendWhole(subscription, true);
        this.#watch(subscription.connection);
      }
    }
  }

  /** One batch: a message a channel, not one for each event. */
  #publish(events: readonly EngineEvent[]): void {
    const batch = new Map<string, { readonly topic: Topic; sequence: number; items: TopicItems[Topic][] }>();
    const flush = (name: string) => {
      const all = batch.get(name);
      const channel = this.#channels.get(name);
      batch.delete(name);
      if (all !== undefined && channel !== undefined && all.items.length > 0) this.#tell(channel, all.sequence, newestOf(all.topic, all.items));
    };
    for (const event of events) {
      for (const { channel, topic, items } of changesOf(event)) {
        const all = batch.get(channel) ?? { topic, sequence: event.sequence, items: [] };
        batch.set(channel, all);
        all.sequence = event.sequence;
        all.items.push(...items);
        if (all.items.length >= MOST_ITEMS) flush(channel);
      }
    }
    for (const name of batch.keys()) flush(name);
  }

  #publishLocal(topic: 'alerts' | 'jobs', items: readonly TopicItems[Topic][]): void {
    const channel = this.#channels.get(topic);
    if (channel !== undefined) this.#tell(channel, channel.sequence + 1, items);
  }

  #tell(channel: Channel, sequence: number, items: readonly TopicItems[Topic][]): void {
    const event = channel.append(sequence, items);
    for (const subscription of this.#listeners.get(channel) ?? []) {
      const { connection } = subscription;
      connection.offer(subscription, event);
      if (connection.congested) this.#watch(connection);
      else this.#sent += 1;
    }
  }

  /** A connection that is too slow is looked at until it has caught up. */
  #watch(connection: StreamConnection): void {
    if (!connection.congested) return;
    this.#congested.add(connection);
    this.#stopRelief ??= this.#spec.clock.after(RELIEF_MS, () => { this.#relieve(); });
  }

  #relieve(): void {
    this.#stopRelief = undefined;
    for (const connection of this.#congested) {
      if (connection.closed || connection.relieve()) this.#congested.delete(connection);
      else if ([...connection.subscriptions.values()].some(isHopeless)) connection.close(CLOSE.behind, 'too far behind', this.#spec.clock.now());
    }
    if (this.#congested.size > 0) this.#stopRelief = this.#spec.clock.after(RELIEF_MS, () => { this.#relieve(); });
  }

  /** Once a second: heartbeats, access that ends, clients that are silent. */
  #tick(): void {
    const now = this.#spec.clock.now();
    this.#stopTick = this.#spec.clock.after(TICK_MS, () => { this.#tick(); });
    const beat = now - this.#beatAt >= HEARTBEAT_MS ? encode(this.#heartbeat(now)) : undefined;
    if (beat !== undefined) this.#beatAt = now;
    for (const connection of this.#connections) this.#look(connection, now, beat);
  }

  #look(connection: StreamConnection, now: Timestamp, beat: Buffer | undefined): void {
    const { closedAt, socket, identity } = connection;
    connection.allowance = Math.min(BURST, connection.allowance + PER_SECOND * (TICK_MS / 1000));
    if (closedAt !== undefined) {
      if (now - closedAt > CLOSING_MS) socket.terminate();
    } else if (now >= identity.expiresAt) connection.close(CLOSE.unauthenticated, 'the access was not renewed', now);
    else if (socket.bufferedAmount > HOPELESS_BYTES) connection.close(CLOSE.behind, 'it reads nothing', now);
    else if (now - connection.heardAt > SILENT_MS) connection.close(CLOSE.silent, 'nothing was heard', now);
    else {
      if (!connection.warned && identity.expiresAt - now <= WARNING_MS) {
        connection.warned = true;
        this.#answer(connection, { type: 'expiring', expiresAt: identity.expiresAt });
      }
      if (beat === undefined) return;
      socket.ping();
      if (!connection.congested) connection.send(beat);
    }
  }

  #renew(connection: StreamConnection, { role, expiresAt }: { readonly role: SocketIdentity['role']; readonly expiresAt: Timestamp }): void {
    connection.identity = { ...connection.identity, role, expiresAt };
    connection.warned = false;
    this.#answer(connection, { type: 'renewed', expiresAt, role });
    for (const subscription of connection.subscriptions.values()) {
      if (holds(role, subscription.channel.rule.role)) continue;
      this.#drop(subscription);
      this.#refuse(connection, null, 'forbidden', `${subscription.channel.name} needs the role ${subscription.channel.rule.role}: the subscription ended`);
    }
  }

  #drop(subscription: Subscription): void {
    subscription.connection.subscriptions.delete(subscription.channel.name);
    this.#listeners.get(subscription.channel)?.delete(subscription);
  }

  /** A channel of the engine; undefined where nothing tells of it. */
  #engineChannel(name: string, parsed: ChannelName): Channel | undefined {
    const { replica } = this.#spec;
    const known = this.#channels.get(name);
    if (known !== undefined || itemsOf(parsed, replica) === undefined) return known;
    return this.#open(new Channel(name, parsed, replica.epoch, replica.facts?.sequence ?? 0, () => itemsOf(parsed, replica) ?? []));
  }

  #local(topic: 'alerts' | 'jobs', whole: () => readonly TopicItems[Topic][]): void {
    this.#open(new Channel(topic, { topic, instrument: undefined }, this.#localEpoch, 0, whole));
  }

  #open(channel: Channel): Channel {
    this.#channels.set(channel.name, channel);
    this.#listeners.set(channel, new Set());
    return channel;
  }

  #heartbeat(now: Timestamp): ServerMessage {
    const { heardAt } = this.#spec.replica;
    return { type: 'heartbeat', now, engine: heardAt !== null && now - heardAt <= GONE_MS ? 'up' : 'gone', engineAt: heardAt };
  }

  #refuse(connection: StreamConnection, id: number | null, code: StreamErrorCode, detail: string): void {
    this.#answer(connection, { type: 'error', id, code, detail });
  }

  #answer(connection: StreamConnection, message: ServerMessage): void {
    this.#sent += 1;
    connection.send(encode(message));
    this.#watch(connection);
  }
}

/** Of a topic that only the newest counts of, the newest of each; all of any other. */
function newestOf(topic: Topic, items: readonly TopicItems[Topic][]): readonly TopicItems[Topic][] {
  if (TOPICS[topic].delivery !== 'latest' || items.length === 1) return items;
  return [...new Map(items.map((item) => [keyOf(topic, item), item])).values()];
}
