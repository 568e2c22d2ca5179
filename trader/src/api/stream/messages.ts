import type { Timestamp } from '../../domain/time.ts';
import type {
  AccountFact, BarRow, BookFact, DenialFact, EquityRow, FeedFact, FillFact, HealthFact, LimitGauge, LogFact, MarketFact, OrderFact, PositionFact,
  RunFact, TradingFact,
} from '../../ports/engine-feed.ts';
import type { LimitSettings } from '../../ports/steering-facts.ts';
import type { DepthFact, TradeFact } from '../../ports/market-facts.ts';
import type { JobFact } from '../../ports/jobs.ts';
import type { PropFirmGauge } from '../../domain/prop-firm.ts';
import type { Alert } from '../alerts.ts';
import type { Role } from '../routes.ts';

// What goes over the WebSocket, for server and browser alike: no package is needed to read it.

/** What can be subscribed to. */
export type Topic =
  | 'state' | 'prices' | 'book' | 'trades' | 'bars' | 'positions' | 'orders' | 'fills' | 'equity' | 'alerts' | 'jobs' | 'logs';

/** How a topic is carried. */
export interface TopicRule {
  /** Whether it is subscribed to by instrument (`book:BTC-USD.COINBASE`), since all of them at once would be too much. */
  readonly byInstrument: boolean;
  /**
   * What becomes of an event that a slow client cannot take yet. `every`: it waits, and a client whom too many
   * wait for is disconnected. `recent`: it waits, and a client too far behind gets a fresh snapshot of the
   * newest. `latest`: it is replaced by the next one about the same thing.
   */
  readonly delivery: 'every' | 'recent' | 'latest';
  /** How many events are kept for those who come back, or lag. */
  readonly keep: number;
  /** The least role that may listen. */
  readonly role: Role;
}

/** The topics: the one table that server, permission matrix and documentation are made from. */
export const TOPICS: Readonly<Record<Topic, TopicRule>> = {
  state: { byInstrument: false, delivery: 'latest', keep: 0, role: 'viewer' },
  prices: { byInstrument: false, delivery: 'latest', keep: 0, role: 'viewer' },
  book: { byInstrument: true, delivery: 'latest', keep: 0, role: 'viewer' },
  trades: { byInstrument: true, delivery: 'recent', keep: 512, role: 'viewer' },
  bars: { byInstrument: true, delivery: 'recent', keep: 512, role: 'viewer' },
  positions: { byInstrument: false, delivery: 'latest', keep: 0, role: 'viewer' },
  orders: { byInstrument: false, delivery: 'every', keep: 8_192, role: 'viewer' },
  fills: { byInstrument: false, delivery: 'every', keep: 8_192, role: 'viewer' },
  equity: { byInstrument: false, delivery: 'latest', keep: 0, role: 'viewer' },
  alerts: { byInstrument: false, delivery: 'every', keep: 2_048, role: 'viewer' },
  jobs: { byInstrument: false, delivery: 'latest', keep: 0, role: 'viewer' },
  // Lines name paths, addresses of venues and accounts: nothing for who only looks on.
  logs: { byInstrument: false, delivery: 'recent', keep: 1_024, role: 'trader' },
};

/** What the messages of each topic carry: in a snapshot all that is known, in an event what changed. */
export interface TopicItems {
  /** Each replaces the part of its name; a market that of its instrument. */
  readonly state: StatePart;
  /** Replace by instrument. */
  readonly prices: { readonly instrument: string; readonly last: string; readonly tsEvent: Timestamp };
  /** The best of one market's book, which replaces what was told of it before. */
  readonly book: DepthFact;
  /** Trades of others on one market, to be added. */
  readonly trades: TradeFact;
  /** Closed bars of one market, to be added. */
  readonly bars: BarRow;
  /** Replace by instrument, and by book. */
  readonly positions: { readonly kind: 'position'; readonly position: PositionFact } | { readonly kind: 'book'; readonly book: BookFact };
  /** Orders replace by `clientOrderId`; denials are added. */
  readonly orders: { readonly kind: 'order'; readonly order: OrderFact } | { readonly kind: 'denial'; readonly denial: DenialFact };
  /** To be added. */
  readonly fills: FillFact;
  /** The account replaces; points are added to the curve. */
  readonly equity: { readonly kind: 'account'; readonly account: AccountFact } | { readonly kind: 'points'; readonly points: readonly EquityRow[] };
  /** Replace or add, by id. */
  readonly alerts: Alert;
  /** Replace or add, by id. */
  readonly jobs: JobFact;
  /** To be added. */
  readonly logs: LogFact;
}

/** A part of the state of a run. */
export type StatePart =
  | { readonly part: 'run'; readonly run: RunFact }
  | { readonly part: 'trading'; readonly trading: TradingFact }
  | { readonly part: 'market'; readonly market: MarketFact }
  | { readonly part: 'limits'; readonly limits: readonly LimitGauge[]; readonly propFirm: PropFirmGauge | null }
  | { readonly part: 'limit-settings'; readonly limitSettings: LimitSettings }
  | { readonly part: 'feeds'; readonly feeds: readonly FeedFact[] }
  | { readonly part: 'health'; readonly health: HealthFact };

/** Where a client was in a channel: what it sends to go on from there. */
export interface StreamPosition {
  /** Names the run that the sequence counts in. */
  readonly epoch: string;
  /** The last event that it has; that of its snapshot where none came since. */
  readonly sequence: number;
}

/** What a client sends. */
export type ClientMessage =
  /** A channel is a topic, or `topic:INSTRUMENT` for topics by instrument. `id` comes back with the answer. */
  | { readonly type: 'subscribe'; readonly id: number; readonly channel: string; readonly resume?: StreamPosition }
  | { readonly type: 'unsubscribe'; readonly id: number; readonly channel: string }
  /** Answered with `pong`: a browser cannot send WebSocket's own. */
  | { readonly type: 'ping'; readonly id: number };

/** Why a subscription begins with a snapshot: there was nothing to go on from, it was of another run, or too much has happened since. */
export type SnapshotReason = 'first' | 'other-epoch' | 'too-old';

/** Stable codes of what a client asked and does not get. */
export type StreamErrorCode = 'bad-message' | 'unknown-channel' | 'unavailable' | 'forbidden' | 'too-many-subscriptions' | 'not-subscribed';

/** What the server sends. */
export type ServerMessage<Item = unknown> =
  | Welcome
  | { readonly type: 'subscribed'; readonly id: number; readonly channel: string; readonly epoch: string; readonly sequence: number; readonly resumed: boolean; readonly reason?: SnapshotReason }
  | { readonly type: 'unsubscribed'; readonly id: number; readonly channel: string }
  /** The whole of a channel; it replaces what the client has. `behind` says that events were left out because the client was slow or the engine's own stream had a gap. */
  | { readonly type: 'snapshot'; readonly channel: string; readonly epoch: string; readonly sequence: number; readonly data: readonly Item[]; readonly behind?: true }
  /** What changed. `after` is the event before it in this channel: one that a client does not have means a gap, so it subscribes again. */
  | { readonly type: 'event'; readonly channel: string; readonly sequence: number; readonly after: number; readonly data: readonly Item[] }
  | { readonly type: 'error'; readonly id: number | null; readonly code: StreamErrorCode; readonly detail: string }
  | { readonly type: 'pong'; readonly id: number; readonly now: Timestamp }
  | Heartbeat
  /** The session's access ends: refresh it (`POST /api/v1/auth/refresh`), and the connection goes on. */
  | { readonly type: 'expiring'; readonly expiresAt: Timestamp }
  | { readonly type: 'renewed'; readonly expiresAt: Timestamp; readonly role: Role };

/** The first message of a connection. */
export interface Welcome {
  readonly type: 'welcome';
  readonly now: Timestamp;
  readonly role: Role;
  readonly expiresAt: Timestamp;
  /** How often a heartbeat comes; after three that did not come, the connection is dead. */
  readonly heartbeatMs: number;
  readonly maxSubscriptions: number;
}

/** Says that the server lives, and how fresh what it tells is. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly now: Timestamp;
  /** Whether the trading loop is heard of; `gone` when it was silent for ten seconds, and figures stand still. */
  readonly engine: 'up' | 'gone';
  /** When the last word of the trading loop came; null before the first. */
  readonly engineAt: Timestamp | null;
}

/** Why the server closed a connection, as WebSocket close codes. */
export const CLOSE = {
  /** The server stops or starts anew: come back. */
  goingAway: 1001,
  /** As many are connected as may be, in all or of one person: come back later. */
  full: 1013,
  /** The session ended or its access was not renewed: sign in. */
  unauthenticated: 4001,
  /** Nothing was heard for three heartbeats. */
  silent: 4002,
  /** Too slow for what it subscribed to: come back, with fewer topics. */
  behind: 4008,
  /** Too many messages. */
  tooMany: 4029,
} as const;
