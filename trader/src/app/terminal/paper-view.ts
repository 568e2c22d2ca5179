import type { Leg, OrderType } from '../../domain/order.ts';
import type { PropFirmGauge } from '../../domain/prop-firm.ts';
import type { Timestamp } from '../../domain/time.ts';

/**
 * What the paper screen shows, as plain data: a picture of the engine at one moment, made by the
 * wiring and drawn by `renderPaper`. Money, prices and quantities are decimal strings as the
 * ledger writes them; floats stand only where a picture needs no exactness (sparklines, ratios).
 */
export interface PaperView {
  /** Whether orders are simulated, go to a venue's sandbox, or are of real money. */
  readonly mode: 'paper' | 'sandbox' | 'live';
  /** What a person was told last of an account at a venue; undefined on paper. */
  readonly note: string | undefined;
  /** `active` trades, `catching-up` adds no risk until what is heard is of now, `paused` holds the feed, `halted` refuses orders, and so does `liquidated`, for good; `ended` has run out of data. */
  readonly state: 'active' | 'catching-up' | 'paused' | 'halted' | 'liquidated' | 'ended';
  /** Why it is halted or catching up, in words; undefined otherwise. */
  readonly haltReason: string | undefined;
  /** Market time: the last admitted event. */
  readonly tsEvent: Timestamp;
  /** Market seconds per second; Infinity at full speed. */
  readonly speed: number;
  /** Wall time since this process began trading. */
  readonly elapsedMs: number;
  /** Bars replayed and bars there are, for the progress line; of a live feed the end is not known. */
  readonly feed: { readonly name: string; readonly done: number; readonly total: number | undefined };
  readonly account: AccountView;
  readonly instruments: readonly InstrumentView[];
  /** One per strategy and instrument, also where flat. */
  readonly positions: readonly PositionView[];
  /** Orders that the venue holds, oldest first. */
  readonly orders: readonly OrderView[];
  /** Latest first; as many as the wiring likes to keep (20 fill the widest screen). */
  readonly fills: readonly FillView[];
  /** Latest first. */
  readonly denials: readonly DenialView[];
  readonly health: HealthView;
}

/** What a line says of a minute where nobody watches the screen: few enough to be made for every minute of a year. */
export interface MinuteView extends Pick<PaperView, 'mode' | 'state' | 'tsEvent'> {
  readonly account: Pick<AccountView, 'currency' | 'equity' | 'totalPnl' | 'drawdown'>;
  readonly instruments: readonly Pick<InstrumentView, 'id' | 'last'>[];
}

/** The account's money. */
export interface AccountView {
  readonly currency: string;
  readonly startEquity: string;
  readonly equity: string;
  readonly cash: string;
  readonly realised: string;
  readonly unrealised: string;
  readonly fees: string;
  /** Since the UTC day began. */
  readonly dayPnl: string;
  readonly totalPnl: string;
  /** Fall from the highest equity, as a share of it: now, and at its worst. */
  readonly drawdown: number;
  readonly maxDrawdown: number;
  /** Σ |notional| / equity. */
  readonly exposure: number;
  /** Equity over time, oldest first, evenly spaced (any length). */
  readonly equityHistory: readonly number[];
  /** Distance to each limit of a prop firm's rules; undefined without any. */
  readonly propFirm: PropFirmGauge | undefined;
}

/** One instrument's price and the state of its data. */
export interface InstrumentView {
  readonly id: string;
  readonly last: string;
  /** Relative changes, 0.01 is 1 %; undefined while too few bars have been seen. */
  readonly changeSinceStart: number | undefined;
  readonly change24h: number | undefined;
  /** Undefined where the last day has no bar. */
  readonly high24h: string | undefined;
  readonly low24h: string | undefined;
  /** Closes, oldest first, evenly spaced (any length). */
  readonly history: readonly number[];
  /** Bars admitted, runs of missing bars, and market time since the last bar closed. */
  readonly bars: number;
  readonly gaps: number;
  readonly ageMs: number;
  /** Bars refused at ingest. */
  readonly rejected: number;
}

/** One strategy's sub-position. */
export interface PositionView {
  readonly strategy: string;
  readonly instrument: string;
  /** Signed; "0" when flat. */
  readonly quantity: string;
  readonly averagePrice: string | undefined;
  readonly mark: string | undefined;
  readonly unrealised: string;
  readonly realised: string;
  readonly fees: string;
  /** Share of the full size that the strategy wants: 1, 0, −1 or between. */
  readonly target: number;
  /** Prices of the protective orders that rest at the venue. */
  readonly stop: string | undefined;
  readonly takeProfit: string | undefined;
  /** Bars still to be seen before the first opinion; 0 when warm. */
  readonly warmupLeft: number;
}

/** A working order. */
export interface OrderView {
  readonly clientOrderId: string;
  readonly strategy: string;
  readonly instrument: string;
  readonly side: 'buy' | 'sell';
  readonly type: OrderType;
  readonly leg: Leg;
  readonly quantity: string;
  readonly filled: string;
  /** Limit or stop price; undefined for a market order. */
  readonly price: string | undefined;
  readonly tsInit: Timestamp;
}

/** One fill. */
export interface FillView {
  readonly tsEvent: Timestamp;
  readonly strategy: string;
  readonly instrument: string;
  readonly side: 'buy' | 'sell';
  readonly leg: Leg;
  readonly quantity: string;
  readonly price: string;
  readonly fee: string;
  /** Profit realised by this fill before fees; undefined where it opened or added. */
  readonly realised: string | undefined;
}

/** An order that risk refused, and why. */
export interface DenialView {
  readonly tsEvent: Timestamp;
  readonly strategy: string;
  readonly instrument: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  /** Name of the guard: `notional`. */
  readonly rule: string;
  /** What it was and what it may be, with their unit: `61 240.50` and `50 000`. */
  readonly value: string;
  readonly limit: string;
}

/** How the engine itself does. */
export interface HealthView {
  readonly journalSequence: number;
  /** Sequence that this run resumed from; 1, the record of the setup, for a fresh journal. */
  readonly resumedFrom: number;
  readonly journalBytes: number;
  readonly bars: number;
  readonly barsPerSecond: number;
  readonly orders: number;
  readonly fills: number;
  readonly denials: number;
  /** Median and 99th percentile from tick to decision in microseconds; undefined while unmeasured. */
  readonly decisionMicros: { readonly p50: number; readonly p99: number } | undefined;
  readonly rssMb: number;
}
