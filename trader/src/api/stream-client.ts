import type { Clock } from '../ports/clock.ts';
import type { Timestamp } from '../domain/time.ts';
import { CLOSE, type ClientMessage, type Heartbeat, type ServerMessage, type StreamErrorCode, type StreamPosition, type Topic, type TopicItems } from './stream/messages.ts';

export type { Alert } from './alerts.ts';
export type { StatePart, StreamErrorCode, Topic, TopicItems } from './stream/messages.ts';

/** A channel: a topic, or `topic:INSTRUMENT` for those by instrument. */
export type ChannelOf<T extends Topic> = T | `${T}:${string}`;

/** Hears one channel. */
export interface ChannelListener<Item> {
  /** All that there is; it replaces what came before. `behind` says that events in between were left out. */
  onSnapshot(items: readonly Item[], behind: boolean): void;
  /** What is new since, each once and in order. */
  onItems(items: readonly Item[]): void;
  /** The channel is not to be had, and why; of `unavailable` it is asked again by itself. */
  onError?(code: StreamErrorCode, detail: string): void;
}

/** How the connection stands. */
export interface StreamStatus {
  /** `offline` tries again by itself; `signed-out` waits for `reconnect`. */
  readonly state: 'connecting' | 'open' | 'offline' | 'signed-out';
  /** When that began. */
  readonly since: Timestamp;
  /** When the server was last heard of: figures are no newer. Null before the first word. */
  readonly heardAt: Timestamp | null;
  /** Whether the server hears of the trading loop, and when it last did, by this machine's clock; null before the first word. */
  readonly engine: Heartbeat['engine'] | null;
  readonly engineAt: Timestamp | null;
  /** How far the server's clock is ahead of this machine's, as a heartbeat told; 0 where it is no more than a message may take. */
  readonly aheadMs: number;
}

/** An open or opening WebSocket, as much of it as is needed here. */
export interface ClientSocket {
  send(text: string): void;
  close(): void;
}

/** Hears a WebSocket. */
export interface ClientSocketListener {
  onText(text: string): void;
  onClose(code: number): void;
}

/** What a client is made of; a browser needs `refresh` alone. */
export interface StreamClientOptions {
  /** `wss://…/api/v1/stream`; that of the page's own server where absent. */
  readonly url?: string;
  /** Has the session's access renewed: true where it was, false where nobody is signed in; rejects where that cannot be found out. */
  readonly refresh: () => Promise<boolean>;
  readonly connect?: (url: string, listener: ClientSocketListener) => ClientSocket;
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** One connection to the stream, for all who listen. */
export interface StreamClient {
  /** Listens to a channel until the result is called. Who comes second begins with a snapshot too, which the first gets again. */
  subscribe<T extends Topic>(channel: ChannelOf<T>, listener: ChannelListener<TopicItems[T]>): () => void;
  /** Calls back now and whenever the connection's state changes or something was heard; the result ends that. */
  onStatus(listener: (status: StreamStatus) => void): () => void;
  /** Tries at once: after signing in, or when the machine is online again. */
  reconnect(): void;
  /** Ends it for good. */
  close(): void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** Until the server has told its own. */
const HEARTBEAT_MS = 5_000;
const AGAIN_MS = 5_000;
/** Longer than a message takes: by what is beyond it the clocks differ. */
const MESSAGE_MS = 5_000;

/** A channel that is listened to. */
interface Listened {
  readonly listeners: Set<ChannelListener<unknown>>;
  /** The last that was heard of it; undefined before its first snapshot. */
  position: StreamPosition | undefined;
  /** The subscription whose answer is awaited; what comes before that belongs to an older one. */
  awaiting: number | undefined;
}

/** Opens the stream, and keeps it open: over lost connections it goes on where it was, without losing or repeating an event. */
export function createStreamClient(options: StreamClientOptions): StreamClient {
  return new Connection(options);
}

class Connection implements StreamClient {
  readonly #url: string;
  readonly #refresh: () => Promise<boolean>;
  readonly #connect: (url: string, listener: ClientSocketListener) => ClientSocket;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #channels = new Map<string, Listened>();
  readonly #watchers = new Set<(status: StreamStatus) => void>();
  #status: StreamStatus;
  #socket: ClientSocket | undefined;
  #ids = 0;
  #failures = 0;
  #heartbeatMs = HEARTBEAT_MS;
  #stopTimer: () => void = () => undefined;
  #stopBeat: () => void = () => undefined;
  #closed = false;

  constructor({ url, refresh, connect, clock, random }: StreamClientOptions) {
    this.#url = url ?? ownAddress();
    this.#refresh = refresh;
    this.#connect = connect ?? browserSocket;
    this.#clock = clock ?? BROWSER_CLOCK;
    this.#random = random ?? Math.random;
    this.#status = { state: 'connecting', since: this.#clock.now(), heardAt: null, engine: null, engineAt: null, aheadMs: 0 };
    this.#open();
  }

  subscribe<T extends Topic>(channel: ChannelOf<T>, listener: ChannelListener<TopicItems[T]>): () => void {
    const known = this.#channels.get(channel);
    const listened: Listened = known ?? { listeners: new Set(), position: undefined, awaiting: undefined };
    this.#channels.set(channel, listened);
    // One object per call: the same listener may listen twice. What a channel carries is of its topic.
    const own: ChannelListener<unknown> = {
      onSnapshot: (items, behind) => { listener.onSnapshot(items as readonly TopicItems[T][], behind); },
      onItems: (items) => { listener.onItems(items as readonly TopicItems[T][]); },
      onError: (code, detail) => { listener.onError?.(code, detail); },
    };
    listened.listeners.add(own);
    listened.position = undefined;
    this.#ask(channel, listened);
    return () => {
      if (!listened.listeners.delete(own) || listened.listeners.size > 0) return;
      this.#channels.delete(channel);
      this.#send({ type: 'unsubscribe', id: this.#ids++, channel });
    };
  }

  onStatus(listener: (status: StreamStatus) => void): () => void {
    this.#watchers.add(listener);
    listener(this.#status);
    return () => { this.#watchers.delete(listener); };
  }

  reconnect(): void {
    if (this.#closed || this.#status.state === 'open') return;
    this.#failures = 0;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    this.#leave();
    this.#watchers.clear();
    this.#channels.clear();
  }

  #open(): void {
    this.#leave();
    this.#enter('connecting');
    const socket = this.#connect(this.#url, {
      onText: (text) => { if (socket === this.#socket) this.#hear(text); },
      onClose: (code) => { if (socket === this.#socket) this.#lost(code); },
    });
    this.#socket = socket;
    this.#beat(this.#clock.now());
  }

  /** Gives the socket up, with its timers; what it may still say is not heard. */
  #leave(): void {
    this.#stopTimer();
    this.#stopBeat();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #lost(code: number): void {
    const wasOpen = this.#status.state === 'open';
    this.#leave();
    this.#failures = wasOpen ? 0 : this.#failures + 1;
    this.#enter('offline');
    // A refusal looks like a dead server to a browser, which does not tell the status of an upgrade: so the session is tried.
    if (code === CLOSE.unauthenticated || (!wasOpen && this.#failures % 3 === 1)) this.#renew((renewed) => { if (renewed && !wasOpen) this.#open(); else this.#later(); });
    else this.#later();
  }

  /** Tries again after a while: longer each time, and never all clients at once. */
  #later(): void {
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures);
    this.#stopTimer();
    this.#stopTimer = this.#clock.after(longest * (0.5 + this.#random() / 2), () => { this.#open(); });
  }

  #renew(then: (renewed: boolean) => void): void {
    const socket = this.#socket;
    this.#refresh().then((renewed) => {
      if (this.#closed || socket !== this.#socket) return;
      if (renewed) then(true);
      else {
        this.#leave();
        this.#enter('signed-out');
      }
    }, () => {
      if (!this.#closed && socket === this.#socket) then(false);
    });
  }

  /** Asks for signs of life, and gives up a connection that gives none. */
  #beat(since: Timestamp): void {
    this.#stopBeat = this.#clock.after(this.#heartbeatMs, () => {
      const heardAt = Math.max(since, this.#status.heardAt ?? -Infinity);
      if (this.#clock.now() - heardAt > 3 * this.#heartbeatMs) {
        this.#lost(0);
        return;
      }
      this.#send({ type: 'ping', id: this.#ids++ });
      this.#beat(since);
    });
  }

  #hear(text: string): void {
    const message = JSON.parse(text) as ServerMessage;
    this.#note({ heardAt: this.#clock.now(), ...this.#engineOf(message) });
    switch (message.type) {
      case 'welcome': {
        this.#heartbeatMs = message.heartbeatMs;
        this.#failures = 0;
        this.#enter('open');
        for (const [name, listened] of this.#channels) this.#ask(name, listened);
        return;
      }
      case 'expiring': this.#renew(() => undefined); return;
      case 'subscribed': case 'snapshot': case 'event': this.#take(message); return;
      case 'error': this.#refused(message); return;
      case 'unsubscribed': case 'pong': case 'heartbeat': case 'renewed':
    }
  }

  /** What a message tells of the trading loop. Ages are told by the server's clock: this machine's may be off. */
  #engineOf(message: ServerMessage): Partial<StreamStatus> {
    const now = this.#clock.now();
    if (message.type === 'heartbeat') {
      return { engine: message.engine, engineAt: message.engineAt === null ? null : now - (message.now - message.engineAt), aheadMs: Math.abs(message.now - now) > MESSAGE_MS ? message.now - now : 0 };
    }
    return message.type === 'event' && message.channel !== 'alerts' && message.channel !== 'jobs' ? { engine: 'up', engineAt: now } : {};
  }

  #take(message: Extract<ServerMessage, { type: 'subscribed' | 'snapshot' | 'event' }>): void {
    const listened = this.#channels.get(message.channel);
    if (listened === undefined) return;
    if (message.type === 'subscribed') {
      if (message.id !== listened.awaiting) return;
      listened.awaiting = undefined;
      if (!message.resumed) listened.position = undefined;
    } else if (listened.awaiting === undefined) {
      if (message.type === 'snapshot') {
        listened.position = { epoch: message.epoch, sequence: message.sequence };
        for (const listener of listened.listeners) listener.onSnapshot(message.data, message.behind === true);
      } else this.#takeEvent(message, listened);
    }
  }

  #takeEvent({ channel, sequence, after, data }: Extract<ServerMessage, { type: 'event' }>, listened: Listened): void {
    const { position } = listened;
    if (position === undefined || sequence <= position.sequence) return;
    if (after > position.sequence) {
      this.#ask(channel, listened);
      return;
    }
    listened.position = { epoch: position.epoch, sequence };
    for (const listener of listened.listeners) listener.onItems(data);
  }

  #refused({ id, code, detail }: Extract<ServerMessage, { type: 'error' }>): void {
    for (const [name, listened] of this.#channels) {
      if (listened.awaiting !== id || id === null) continue;
      for (const listener of listened.listeners) listener.onError?.(code, detail);
      if (code === 'unavailable') this.#clock.after(AGAIN_MS, () => { if (listened.awaiting === id && this.#channels.get(name) === listened) this.#ask(name, listened); });
    }
  }

  /** Subscribes, from where the channel was. */
  #ask(channel: string, listened: Listened): void {
    if (this.#status.state !== 'open') return;
    const id = this.#ids++;
    listened.awaiting = id;
    const { position } = listened;
    this.#send({ type: 'subscribe', id, channel, ...(position === undefined ? {} : { resume: position }) });
  }

  #send(message: ClientMessage): void {
    if (this.#status.state === 'open') this.#socket?.send(JSON.stringify(message));
  }

  #enter(state: StreamStatus['state']): void {
    if (state !== this.#status.state) this.#note({ state, since: this.#clock.now() });
  }

  #note(change: Partial<StreamStatus>): void {
    this.#status = { ...this.#status, ...change };
    for (const watcher of this.#watchers) watcher(this.#status);
  }
}

const BROWSER_CLOCK: Clock = {
  now: () => Date.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs);
    return () => { clearTimeout(timer); };
  },
};

function browserSocket(url: string, listener: ClientSocketListener): ClientSocket {
  const socket = new WebSocket(url);
  socket.addEventListener('message', ({ data }: { readonly data: unknown }) => { if (typeof data === 'string') listener.onText(data); });
  socket.addEventListener('close', ({ code }: { readonly code: number }) => { listener.onClose(code); });
  return socket;
}

/** The stream of the server that a page came from. */
function ownAddress(): string {
  const { location } = globalThis as { readonly location?: { readonly origin: string } };
  if (location === undefined) throw new Error('The stream needs an address where there is no page');
  return `${location.origin.replace(/^http/, 'ws')}/api/v1/stream`;
}
