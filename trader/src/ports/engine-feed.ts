import type { Instrument } from '../domain/instrument.ts';
import type { Leg, OrderType, Side, TimeInForce } from '../domain/order.ts';
import type { ParameterSpecs } from '../domain/parameters.ts';
import type { PropFirmGauge } from '../domain/prop-firm.ts';
import type { Timestamp } from '../domain/time.ts';
import type { DepthFact, TradeFact } from './market-facts.ts';
import type { HaltFact, LimitSettings } from './steering-facts.ts';

// What a run tells of itself: a snapshot, then events that each replace or add to a part of it; applied in order, a replica.
// Money, prices and quantities are decimal text; shares and what only a picture is drawn with are numbers; times milliseconds UTC.

/** Where a run's orders go: nowhere, to a venue's sandbox, or to a venue with real money. */
export type RunMode = 'paper' | 'sandbox' | 'live';

/** What a run is, for as long as it goes on. */
export interface RunFact {
  /** Hash of its setup, or of the account's terms: part of every client order id. */
  readonly id: string;
  readonly mode: RunMode;
  /** `binance`, …; null where shipped bars are replayed. */
  readonly venue: string | null;
  readonly version: string;
  /** Wall time at which this process began to trade. */
  readonly startedAt: Timestamp;
  /** Currency of all account money. */
  readonly currency: string;
  readonly startEquity: string;
  /** Market seconds per second of a replay; null for a live market, and for as fast as it goes. */
  readonly speed: number | null;
}

/** Whether the run adds risk, and who said so. */
export interface TradingFact {
  /** `catching-up` adds no risk while what is heard is past; `paused` holds the replayed feed; `ended` has run out of data; `liquidated` is for good. */
  readonly state: 'active' | 'catching-up' | 'paused' | 'halted' | 'liquidated' | 'ended';
  /** Why it is halted or catching up; null otherwise. */
  readonly reason: string | null;
  /** Who halted or resumed it last: `user:ID`, `cli`, `key`, `file`, `signal`, `guard`; null where nobody did. */
  readonly by: string | null;
  /** Market time of that; null where nobody did. */
  readonly since: Timestamp | null;
  /** Whether nothing may be held either. */
  readonly flat: boolean;
}

/** The account's money. */
export interface AccountFact {
  /** Market time of these figures; null before the first bar. */
  readonly tsEvent: Timestamp | null;
  readonly equity: string;
  readonly cash: string;
  readonly realised: string;
  readonly unrealised: string;
  readonly fees: string;
  /** Since the UTC day, and the UTC week (Monday), began, and since the run did. */
  readonly dayPnl: string;
  readonly weekPnl: string;
  readonly totalPnl: string;
  /** Fall from the highest equity as a share of it: now, and at its worst. */
  readonly drawdown: number;
  readonly maxDrawdown: number;
  /** Σ |value| of what is held, and the same as a multiple of equity. */
  readonly grossValue: string;
  readonly exposure: number;
}

/** A market that is traded: what it is, its last price and the state of its data. */
export interface MarketFact {
  /** `BTC-USDT.BINANCE`. */
  readonly instrument: string;
  readonly venue: string;
  readonly assetClass: Instrument['assetClass'];
  readonly quoteCurrency: string;
  /** Price and quantity steps, the least value of an order, and the decimals that prices and quantities are written with: decimal text. */
  readonly tick: string;
  readonly lot: string;
  readonly minNotional: string;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  /** Length of its bars. */
  readonly intervalMs: number;
  /** What may be asked of its venue. */
  readonly orderTypes: readonly OrderType[];
  readonly timesInForce: readonly TimeInForce[];
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** Last price and its market time; null before the first. */
  readonly last: string | null;
  readonly tsLast: Timestamp | null;
  /** Price a day before, as far as the run remembers; null while it does not. */
  readonly dayAgo: string | null;
  /** What its feed tells beside bars; neither where bars are replayed. */
  readonly tells: readonly ('trades' | 'books')[];
  readonly bars: number;
  readonly gaps: number;
  readonly rejected: number;
}

/** A closed bar as it was traded on: `[open time, open, high, low, close, volume]`, volume null where absent. */
export type BarRow = readonly [Timestamp, number, number, number, number, number | null];

/** One strategy on one market, or the orders that people give there (`manual`). */
export interface BookFact {
  /** `macd@BTC-USDT.BINANCE`, `manual@…`: the name of the sub-position, unique in a run. */
  readonly book: string;
  readonly kind: 'strategy' | 'manual';
  readonly strategy: string;
  readonly instrument: string;
  /** `warming` sees bars and has no opinion yet; `latched` waits for the next opinion; `stopped` has been told to. */
  readonly state: 'warming' | 'running' | 'latched' | 'stopped' | 'liquidated';
  /** Its parameters, and what each may be: a form can be made of it. Both empty for `manual`. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly schema: ParameterSpecs;
  /** Bars still to be seen before the first opinion. */
  readonly warmupLeft: number;
  /** Share of the full size that it wants (−1 to 1), and how its last opinion came about, by name. */
  readonly target: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** Held, signed; `0` when flat. */
  readonly quantity: string;
  readonly averagePrice: string | null;
  readonly mark: string | null;
  readonly unrealised: string;
  readonly realised: string;
  readonly fees: string;
  /** Prices at which it is to be left, whether an order rests there or the engine watches it. */
  readonly stop: string | null;
  readonly takeProfit: string | null;
  /** Lost at the stop against the average price, before fees; null without a stop or a position. */
  readonly lossAtStop: string | null;
  /** What was changed by whom, oldest first. */
  readonly history: readonly BookChange[];
}

/** A change of a book by a person. */
export interface BookChange {
  /** The command that made it. */
  readonly command: string;
  readonly by: string;
  /** Market time, and wall time where it was known. */
  readonly tsEvent: Timestamp;
  readonly tsWall: Timestamp | null;
  readonly change: 'started' | 'stopped' | 'parameters';
  readonly from: Readonly<Record<string, string | number>>;
  readonly to: Readonly<Record<string, string | number>>;
}

/** What a run holds of one instrument, all books together: what the venue sees. */
export interface PositionFact {
  readonly instrument: string;
  readonly quantity: string;
  readonly averagePrice: string | null;
  readonly mark: string | null;
  /** |quantity × mark|. */
  readonly value: string;
  readonly unrealised: string;
  readonly realised: string;
  readonly fees: string;
}

/** An order and what became of it so far. */
export interface OrderFact {
  readonly clientOrderId: string;
  readonly venueOrderId: string | null;
  readonly book: string;
  readonly instrument: string;
  readonly leg: Leg;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: string;
  readonly filled: string;
  /** Average price of its fills; null without any. */
  readonly averagePrice: string | null;
  /** Limit or stop price; null for a market order. */
  readonly price: string | null;
  readonly trigger: string | null;
  /** How far a trailing stop stays behind, as a share. */
  readonly trail: number | null;
  readonly expires: Timestamp | null;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** `sent` is without an answer yet; `unknown` may or may not have reached the venue and is being looked for. */
  readonly state: 'sent' | 'unknown' | 'open' | 'canceling' | 'filled' | 'canceled' | 'expired' | 'rejected';
  /** The venue's words, of a rejected order; null otherwise. */
  readonly reason: string | null;
  /** The command of a person that it carries out; null for a strategy's. */
  readonly command: string | null;
  readonly by: string | null;
  /** Market time of its decision, and of the last that was heard of it. */
  readonly tsInit: Timestamp;
  readonly tsEvent: Timestamp;
}

/** A trade of ours. */
export interface FillFact {
  /** Unique in a run. */
  readonly id: string;
  readonly clientOrderId: string;
  readonly book: string;
  readonly instrument: string;
  readonly side: Side;
  readonly leg: Leg;
  readonly quantity: string;
  readonly price: string;
  readonly fee: string;
  /** Profit that it realised before its fee; null where it opened or added. */
  readonly realised: string | null;
  readonly tsEvent: Timestamp;
}

/** An order that was denied here, before any venue heard of it. */
export interface DenialFact {
  readonly id: string;
  readonly book: string;
  readonly instrument: string;
  readonly side: Side;
  readonly quantity: string;
  /** The guard, what it saw and what it allows, in the words of a person. */
  readonly rule: string;
  readonly value: string;
  readonly limit: string;
  readonly tsEvent: Timestamp;
}

/** How much of a limit is used. */
export interface LimitGauge {
  /** `exposure`, `position:BTC-USDT.BINANCE`, `group:coins`, `prop-firm:daily`, …: unique in a run. */
  readonly id: string;
  /** Name of the guard, as denials give it. */
  readonly rule: string;
  /** What it is about, where the guard keeps several: an instrument, a coin, a group; null otherwise. */
  readonly subject: string | null;
  /** How the three figures read: money of the account, a share (0.2 is 20 %), a count, or milliseconds. */
  readonly unit: 'money' | 'share' | 'count' | 'ms';
  readonly used: number;
  readonly limit: number;
  readonly headroom: number;
  /** used ÷ limit; at or above 1 new risk is denied. */
  readonly share: number;
  /** What happens at the limit: an order is denied, all risk is closed, or trading halts. */
  readonly atBreach: 'deny' | 'halt' | 'flatten';
}

/** A feed of prices, or a venue that orders go to. */
export interface FeedFact {
  /** `replay`, `binance market data`, `binance account`. */
  readonly name: string;
  readonly kind: 'replay' | 'market' | 'venue';
  readonly state: 'up' | 'down' | 'catching-up' | 'ended';
  /** Wall time since something was heard; null before. Of a replay the market time that is still to come is not known. */
  readonly ageMs: number | null;
  /** Milliseconds within which half and 99 of a hundred were; null without a measurement. What came by a feed counts by the venue's clock, as far as that is known. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
  /** What it was measured on: from a trade, or a bar's end, until it was heard; from an order, or a question for the account, until the venue had answered. Null without a measurement. */
  readonly latencyOf: 'trade' | 'bar' | 'order' | 'question' | null;
  /** How far the venue's clock is ahead of this machine's; null where it does not say. */
  readonly aheadMs: number | null;
  readonly heard: number;
  readonly late: number;
  readonly reconnections: number;
  readonly trouble: string | null;
  /** Of a replay: bars done of all bars. */
  readonly progress: { readonly done: number; readonly total: number } | null;
}

/** Something that a person should know. */
export interface AlertFact {
  readonly id: string;
  readonly severity: 'info' | 'warning' | 'critical';
  /** `halt`, `denial`, `feed`, `venue`, `limit`, `difference`, `command`, `stream`, … */
  readonly kind: string;
  /** A sentence. */
  readonly text: string;
  readonly tsEvent: Timestamp | null;
  readonly tsWall: Timestamp;
}

/** One line of the log, as a person reads it. */
export interface LogFact {
  readonly tsWall: Timestamp;
  readonly level: 'info' | 'warning' | 'error';
  readonly text: string;
}

/** How the engine itself does. */
export interface HealthFact {
  readonly journalSequence: number;
  readonly journalBytes: number;
  readonly bars: number;
  readonly barsPerSecond: number;
  readonly orders: number;
  readonly fills: number;
  readonly denials: number;
  /** From a bar to its decisions, microseconds; null while unmeasured. */
  readonly decisionMicros: { readonly p50: number; readonly p99: number } | null;
  readonly memoryMb: number;
  /** Events that were merged or left out for a slow listener since the run began. */
  readonly eventsDropped: number;
}

/** A point of the equity curve. */
export type EquityRow = readonly [Timestamp, string];

/** Everything of a run at one moment. Lists are as long as `KEPT` says, the newest last. */
export interface EngineSnapshot {
  /** That of the last event that it holds; the next event is one above. */
  readonly sequence: number;
  readonly tsWall: Timestamp;
  /** Market time; null before the first input. */
  readonly tsEvent: Timestamp | null;
  readonly run: RunFact;
  readonly trading: TradingFact;
  readonly account: AccountFact;
  readonly markets: readonly MarketFact[];
  /** Recent bars by instrument, oldest first. */
  readonly bars: Readonly<Record<string, readonly BarRow[]>>;
  /** Order books, of the markets whose feed has told one, and recent trades by instrument, oldest first. */
  readonly depths: readonly DepthFact[];
  readonly trades: Readonly<Record<string, readonly TradeFact[]>>;
  readonly books: readonly BookFact[];
  readonly positions: readonly PositionFact[];
  /** All that are open, and those that ended lately. */
  readonly orders: readonly OrderFact[];
  readonly fills: readonly FillFact[];
  readonly denials: readonly DenialFact[];
  /** Thinned where it is long; first and last point always stand. */
  readonly equity: readonly EquityRow[];
  /** The last equity of each UTC day, none left out. */
  readonly days: readonly EquityRow[];
  readonly limits: readonly LimitGauge[];
  readonly propFirm: PropFirmGauge | null;
  readonly limitSettings: LimitSettings;
  /** Halts and resumptions since the run began, over restarts too. */
  readonly halts: readonly HaltFact[];
  readonly feeds: readonly FeedFact[];
  readonly alerts: readonly AlertFact[];
  readonly logs: readonly LogFact[];
  readonly health: HealthFact;
}

/** How many of each a run keeps for a snapshot; a replica keeps as many. */
export const KEPT = { bars: 1_500, trades: 200, orders: 500, fills: 1_000, denials: 200, equity: 2_000, alerts: 200, logs: 500, halts: 500 } as const;

/**
 * What has changed. `account`, `markets`, `limits`, `feeds`, `health` and `propFirm` are coalesced: only the newest
 * counts, ten times a second at most. All others come each and at once, and none may be lost.
 */
export type EngineChange =
  | { readonly kind: 'run'; readonly run: RunFact }
  | { readonly kind: 'trading'; readonly trading: TradingFact }
  | { readonly kind: 'account'; readonly account: AccountFact }
  /** Last prices, of the markets that are named. */
  | { readonly kind: 'prices'; readonly prices: readonly { readonly instrument: string; readonly last: string; readonly tsEvent: Timestamp }[] }
  /** Those that changed otherwise: replace by `instrument`. */
  | { readonly kind: 'markets'; readonly markets: readonly MarketFact[] }
  /** Closed bars of one market, oldest first, to be added. At a replay's top speed the oldest of a batch are left out, and `skipped` says how many. */
  | { readonly kind: 'bars'; readonly instrument: string; readonly bars: readonly BarRow[]; readonly skipped: number }
  /** Replaces the book of its instrument: ten times a second at most, each time the newest. */
  | { readonly kind: 'depth'; readonly depth: DepthFact }
  /** Trades of one market, oldest first, to be added; of more than are kept at once the newest. */
  | { readonly kind: 'trades'; readonly instrument: string; readonly trades: readonly TradeFact[] }
  /** Replace or add, by `book`, `instrument`, `clientOrderId`. */
  | { readonly kind: 'book'; readonly book: BookFact }
  | { readonly kind: 'position'; readonly position: PositionFact }
  | { readonly kind: 'order'; readonly order: OrderFact }
  /** To be added. */
  | { readonly kind: 'fill'; readonly fill: FillFact }
  | { readonly kind: 'denial'; readonly denial: DenialFact }
  | { readonly kind: 'equity'; readonly points: readonly EquityRow[] }
  | { readonly kind: 'limits'; readonly limits: readonly LimitGauge[]; readonly propFirm: PropFirmGauge | null }
  | { readonly kind: 'limit-settings'; readonly limitSettings: LimitSettings }
  /** To be added. */
  | { readonly kind: 'halt'; readonly halt: HaltFact }
  | { readonly kind: 'feeds'; readonly feeds: readonly FeedFact[] }
  | { readonly kind: 'alert'; readonly alert: AlertFact }
  | { readonly kind: 'log'; readonly line: LogFact }
  | { readonly kind: 'health'; readonly health: HealthFact };

/** A change, numbered without gaps. */
export type EngineEvent = EngineChange & {
  readonly sequence: number;
  /** Market time; null before the first input. */
  readonly tsEvent: Timestamp | null;
  readonly tsWall: Timestamp;
};

/** Hears a run. */
export interface EngineListener {
  /** The run as a whole: first of all, and again where events were lost because nobody took them. It replaces all that was known. */
  onSnapshot(snapshot: EngineSnapshot): void;
  /** What has changed since, in order; the first is numbered one above the last that was heard, the snapshot's included. */
  onEvents(events: readonly EngineEvent[]): void;
}

/** A run as it tells of itself. */
export interface EngineFeed {
  /** Calls back from here on, beginning with a snapshot; the result ends that. */
  listen(listener: EngineListener): () => void;
}
