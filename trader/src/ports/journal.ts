import type { FlowKind } from '../domain/account.ts';
import type { ExecutionReport } from '../domain/report.ts';
import type { Order, OrderTerms } from '../domain/order.ts';
import type { Denial } from '../domain/report.ts';
import type { Sized } from '../domain/sized.ts';
import type { Timestamp } from '../domain/time.ts';

/** Where a command comes from; journals of before it was known lack it. */
export interface CommandOrigin {
  /** Its own id: one that was carried out is not carried out again. */
  readonly id?: string;
  /** `user:ID`, `cli`, `key`, `file`, `signal`, `guard`, `feed`. */
  readonly by?: string;
  /** Wall time at which it was taken. */
  readonly tsWall?: Timestamp;
}

/** What a person, or a guard in his place, can order. */
export type Command = CommandOrigin & (TradingCommand | ManualCommand | StrategyCommand | LimitCommand);

/** Whether there may be risk at all. */
export type TradingCommand =
  /** No new risk until `resume`; what is held is kept, and its exits stay. With `orders`, all orders on their way but those exits are canceled. */
  | { readonly kind: 'halt'; readonly reason: string; readonly orders?: true }
  /** `halt`, and every position closed. */
  | { readonly kind: 'flatten'; readonly reason: string }
  | { readonly kind: 'resume' };

/** An order of a person, made ready: decimals, in the instrument's own steps. */
export interface ManualOrder {
  readonly instrument: string;
  readonly side: Order['side'];
  readonly type: Order['type'];
  readonly timeInForce: Order['timeInForce'];
  readonly quantity: string;
  readonly price?: string;
  readonly trigger?: string;
  readonly trail?: number;
  readonly expires?: Timestamp;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  /** Where what is held by hand there is left from then on; absent to leave that as it is. */
  readonly stop?: string;
  readonly takeProfit?: string;
}

/** What a person does with orders and positions. The id of a command decides those of its orders. */
export type ManualCommand =
  | { readonly kind: 'place'; readonly order: ManualOrder }
  | { readonly kind: 'amend'; readonly clientOrderId: string; readonly quantity?: string; readonly price?: string; readonly trigger?: string }
  | { readonly kind: 'cancel'; readonly clientOrderId: string }
  | { readonly kind: 'cancel-all'; readonly instrument?: string; readonly exits?: boolean }
  | { readonly kind: 'close'; readonly instrument: string }
  | { readonly kind: 'protect'; readonly instrument: string; readonly stop?: string | null; readonly takeProfit?: string | null };

/** What a person does with strategies: in force from the next bar on. */
export type StrategyCommand =
  | { readonly kind: 'add-strategy'; readonly strategy: string; readonly instrument: string; readonly parameters: Readonly<Record<string, string | number>>; readonly fraction: string; /** Ids of the series that it reads, in its order. */ readonly series?: readonly string[] }
  /** `parameters` are all of them. */
  | { readonly kind: 'start-strategy'; readonly book: string; readonly parameters: Readonly<Record<string, string | number>> }
  | { readonly kind: 'set-parameters'; readonly book: string; readonly parameters: Readonly<Record<string, string | number>> }
  | { readonly kind: 'stop-strategy'; readonly book: string; readonly positions: 'flat' | 'keep' };

/** What a person makes of the limits of the guards: those that are named, in force for the next order. */
export interface LimitCommand {
  readonly kind: 'set-limits';
  readonly limits: Readonly<Record<string, number>>;
}

/**
 * What came in and what was done about it, in the order in which it happened. Inputs (`bar`,
 * `price`, `command`, `reading`, `stop` and those of an account) are enough to repeat a run; the rest is what the run must repeat.
 */
export type JournalRecord =
  /** First record: everything that the run is made of. */
  | { readonly kind: 'run'; readonly version: 1; readonly run: string; readonly setup: unknown }
  /** A bar, admitted: open time, open, high, low, close, volume (null where absent). `tsHeard` is when a live stream told it, by the wall clock; absent where it was read from a file, or fetched afterwards. */
  | { readonly kind: 'bar'; readonly market: number; readonly bar: readonly [Timestamp, number, number, number, number, number | null]; readonly tsHeard?: Timestamp }
  /** A price between bars, at which a take-profit that the engine keeps was reached, or a way out was tried again; others are not written. */
  | { readonly kind: 'price'; readonly market: number; readonly price: number; readonly tsEvent: Timestamp }
  | { readonly kind: 'command'; readonly command: Command }
  | ReadingRecord
  | AccountRecord
  | RampRecord
  /** A clean end of a process, with what its orders came to; trading may go on after it. */
  | { readonly kind: 'stop'; readonly orders: number; readonly digest: string }
  | OrderRecord
  | ReportRecord
  | ({ readonly kind: 'denial' } & Denial)
  /** What decided the size of a new opinion. */
  | ({ readonly kind: 'sizing' } & Sized);

/** What became known of a series that strategies read, from `tsEvent` on; null where there is no such figure. */
export interface ReadingRecord {
  readonly kind: 'reading';
  /** Its id, as `UNRATE`. */
  readonly series: string;
  readonly tsEvent: Timestamp;
  /** What the newest figure is of. */
  readonly date: Timestamp | null;
  readonly value: number | null;
  readonly yearBefore: number | null;
}

/** The share of the full size that new opinions are traded at from here on. */
export interface RampRecord {
  readonly kind: 'ramp';
  readonly factor: number;
  readonly tsEvent: Timestamp;
}

/** What becomes of what others did on the account: the books take it over, it stays theirs, or nobody adds risk until a person says so. */
export type ForeignPolicy = 'adopt' | 'ignore' | 'halt';

/** What was found of an account at a venue, and what was made of it: an input, so a restart repeats it. */
export type AccountRecord =
  /** What the account held when the run first met it: decimals, per market in their order. None of it is ours. */
  | { readonly kind: 'opening'; readonly tsEvent: Timestamp; readonly positions: readonly string[]; readonly money: string }
  /** An order or a trade of others, by the venue's id of the order. */
  | { readonly kind: 'stranger'; readonly venueOrderId: string; readonly instrument: number; readonly policy: ForeignPolicy; readonly tsEvent: Timestamp }
  | PaymentRecord
  /** Up to where the venue's fills have been read, in its own words: all of before are booked. */
  | { readonly kind: 'place'; readonly fills: string }
  | DifferenceRecord;

/** What the venue paid or charged of its own accord, once by its id. Above zero when paid: a decimal of money, or of the instrument where `price` is what that was booked at. */
export interface PaymentRecord {
  readonly kind: 'payment';
  readonly id: string;
  readonly flow: FlowKind;
  readonly instrument: number;
  readonly paid: string;
  readonly price?: string;
  readonly tsEvent: Timestamp;
}

/** The venue holds `quantity` more than was known (a decimal, below zero for less), of which the books took `ours` over, at `price`. */
export type DifferenceRecord =
  | { readonly kind: 'difference'; readonly what: 'position'; readonly instrument: number; readonly quantity: string; readonly ours: string; readonly price: string; readonly policy: ForeignPolicy; readonly tsEvent: Timestamp }
  | { readonly kind: 'difference'; readonly what: 'money'; readonly quantity: string; readonly tsEvent: Timestamp };

/** An order, written before it is sent. Quantities and prices are decimals. */
export interface OrderRecord {
  readonly kind: 'order';
  readonly clientOrderId: string;
  readonly book: string;
  readonly signalId: number;
  readonly leg: Order['leg'];
  readonly side: Order['side'];
  readonly type: Order['type'];
  readonly timeInForce: Order['timeInForce'];
  readonly quantity: string;
  readonly price: string | undefined;
  readonly tsInit: Timestamp;
  /** What it asks for besides; absent where it asks for nothing. */
  readonly terms?: Omit<OrderTerms, 'trigger'> & { readonly trigger?: string };
}

/** What the venue said, written before it is applied. */
export interface ReportRecord {
  readonly kind: 'report';
  readonly report: ExecutionReport['kind'];
  readonly clientOrderId: string;
  readonly tsEvent: Timestamp;
  readonly reason?: string;
  readonly tradeId?: number;
  /** What a real venue calls the order that it accepted, and the trade. */
  readonly venueOrderId?: string;
  readonly venueTradeId?: string;
  readonly price?: string;
  readonly quantity?: string;
  readonly fee?: string;
  /** How much of the instrument itself was kept as the fee. */
  readonly taken?: string;
  /** The other currency that the fee was taken in. */
  readonly feeIn?: string;
}

/** A record of everything that happens, in order. */
export interface Journal {
  /**
   * Adds one record. It is with the operating system when this returns, so the death of the
   * process loses nothing; only a power cut can take what has not been synced yet.
   * Throws where it cannot be written: nothing may be sent that is not here.
   */
  append(record: JournalRecord): void;
}
