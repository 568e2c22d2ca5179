import { createStreamClient, type ChannelOf, type StreamClient, type StreamStatus, type Topic } from 'trader/stream-client';
import { useSyncExternalStore } from 'react';
import { refreshAccess } from './api.ts';
import { EMPTY, FOLDS, type Slices } from './engine.ts';
import { connectAhead } from './head-start.ts';
import { useNow } from './ticker.ts';

/** News are shown at once, but no more often than a screen does, and showing them leaves most of the time to the person; the slowest machine shows four times a second. */
const SHOW_EVERY_MS = 16;
const SHOW_LONGEST_MS = 250;
/** After showing has taken so long, it rests for so many times that. */
const REST = 3;

/** A channel that somebody on the page listens to. */
interface Channel {
  slice: unknown;
  known: boolean;
  readonly listeners: Set<() => void>;
  readonly end: () => void;
}

const channels = new Map<string, Channel>();
const changed = new Set<Channel>();
let client: StreamClient | undefined;
let shownAt = 0;
let restMs = SHOW_EVERY_MS;
let showing = false;

function source(): StreamClient {
  if (client === undefined) {
    client = createStreamClient({ refresh: refreshAccess, connect: connectAhead });
    client.onStatus(note);
  }
  return client;
}

function show(): void {
  showing = false;
  shownAt = performance.now();
  const due = [...changed];
  changed.clear();
  for (const channel of due) for (const listener of channel.listeners) listener();
  // Behind the rendering, which React has queued by now.
  queueMicrotask(() => { restMs = Math.min(SHOW_LONGEST_MS, Math.max(SHOW_EVERY_MS, REST * (performance.now() - shownAt))); });
}

function soon(channel: Channel): void {
  changed.add(channel);
  if (showing) return;
  showing = true;
  // A bar, its price and what it did to the account come one after the other: for as long as showing takes, what follows is waited for.
  setTimeout(show, Math.max(restMs / REST, shownAt + restMs - performance.now()));
}

function open<T extends Topic>(name: ChannelOf<T>, topic: T): Channel {
  const fold = FOLDS[topic];
  const channel: Channel = {
    slice: undefined,
    known: false,
    listeners: new Set(),
    end: source().subscribe<T>(name, {
      onSnapshot: (items) => {
        channel.slice = fold(EMPTY[topic], items);
        channel.known = true;
        soon(channel);
      },
      onItems: (items) => {
        if (!channel.known) return;
        channel.slice = fold(channel.slice as Slices[T], items);
        soon(channel);
      },
    }),
  };
  return channel;
}

/** So long a channel is kept that nobody listens to any more. */
const LEAVE_MS = 2_000;

type Subscribe = (listener: () => void) => () => void;
/** How each channel is listened to. React listens anew whenever it is given another function, so there is one of each. */
const subscribers = new Map<string, Subscribe>();

function listenTo<T extends Topic>(name: ChannelOf<T>, topic: T): Subscribe {
  const known = subscribers.get(name);
  if (known !== undefined) return known;
  const subscribe: Subscribe = (listener) => {
    let channel = channels.get(name);
    if (channel === undefined) {
      channel = open(name, topic);
      channels.set(name, channel);
    }
    const own = channel;
    own.listeners.add(listener);
    return () => {
      own.listeners.delete(listener);
      // The next page may want the same: what nobody took up again by then is let go.
      setTimeout(() => {
        if (own.listeners.size > 0 || channels.get(name) !== own) return;
        own.end();
        channels.delete(name);
      }, LEAVE_MS);
    };
  };
  subscribers.set(name, subscribe);
  return subscribe;
}

/** What is known of a topic, kept in step while somebody looks; undefined until the first snapshot. */
export function useTopic<T extends Topic>(topic: T, instrument?: string): Slices[T] | undefined {
  const name: ChannelOf<T> = instrument === undefined ? topic : `${topic}:${instrument}`;
  return useSyncExternalStore(listenTo(name, topic), () => channels.get(name)?.slice as Slices[T] | undefined, () => undefined);
}

/** The first that is known of a topic, for what begins before the page is alive. */
export function firstKnown<T extends Topic>(topic: T): Promise<Slices[T]> {
  return new Promise((resolve) => {
    const end = listenTo<T>(topic, topic)(() => {
      const slice = channels.get(topic)?.slice as Slices[T] | undefined;
      if (slice === undefined) return;
      end();
      resolve(slice);
    });
  });
}

/** One thing out of a topic, for who shows no more than that: news of the rest are none. `part` picks what is there and makes nothing. */
export function usePart<T extends Topic, Part>(topic: T, part: (slice: Slices[T]) => Part): Part | undefined {
  const read = (): Part | undefined => {
    const slice = channels.get(topic)?.slice as Slices[T] | undefined;
    return slice === undefined ? undefined : part(slice);
  };
  return useSyncExternalStore(listenTo(topic, topic), read, () => undefined);
}

/** How the connection stands, and since when it has been lost, over all tries to get it back; null while it holds. */
export interface Connection extends StreamStatus {
  readonly lostAt: number | null;
}

/** The time of the last word changes with every message; nobody needs it more often than this. */
const NOTE_EVERY_MS = 500;

const STARTING: Connection = { state: 'connecting', since: 0, heardAt: null, engine: null, engineAt: null, aheadMs: 0, lostAt: null };
const watchers = new Set<() => void>();
let connection = STARTING;
let notedAt = 0;

function note(status: StreamStatus): void {
  // Every try goes from offline over connecting: only an open connection ends the loss.
  const lostAt = status.state === 'open' ? null : connection.lostAt ?? (status.state === 'connecting' && connection.state === 'connecting' ? null : Date.now());
  const same = status.state === connection.state && status.engine === connection.engine && Math.abs(status.aheadMs - connection.aheadMs) < NOTE_EVERY_MS && lostAt === connection.lostAt;
  const now = performance.now();
  if (same && now - notedAt < NOTE_EVERY_MS) return;
  notedAt = now;
  connection = { ...status, lostAt };
  for (const watcher of watchers) watcher();
}

/** Calls back whenever the connection changes; the result ends that. */
export function watchConnection(watcher: () => void): () => void {
  source();
  watchers.add(watcher);
  return () => { watchers.delete(watcher); };
}

/** How the connection stands now. */
export function readConnection(): Connection {
  return connection;
}

/** How the connection stands, and again whenever that changes. */
export function useConnection(): Connection {
  return useSyncExternalStore(watchConnection, readConnection, () => STARTING);
}

/** The time by the server's clock, once a second, for ages of what it tells; this machine's may be off. 0 before the page is alive. */
export function useServerNow(): number {
  const now = useNow();
  const ahead = useSyncExternalStore(watchConnection, () => connection.aheadMs, () => 0);
  return now === 0 ? 0 : now + ahead;
}

/** Closes the connection when the person leaves for good. */
export function closeStream(): void {
  client?.close();
  client = undefined;
  connection = STARTING;
  channels.clear();
}

/** Tries to connect again at once, because a person says that it may work now. */
export function reconnectStream(): void {
  source().reconnect();
}
