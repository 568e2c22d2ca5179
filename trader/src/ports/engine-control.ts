import type { OrderType, Side, TimeInForce } from '../domain/order.ts';
import type { Result } from '../domain/result.ts';
import type { Timestamp } from '../domain/time.ts';
import type { BookFact, OrderFact, TradingFact } from './engine-feed.ts';

// What a person can ask of a run. Each command has an id of its own: the same id again is the same command, and gets
// the same answer; nothing is done twice. What changes something is journalled as an input before it is carried out,
// with who gave it, and a replay repeats it. Prices, quantities and money are decimal text.

/** Who gives a command, and which. */
export interface Commanded {
  /** Unique: an idempotency key, 1 to 64 of `[\w.:-]`. Decides the ids of orders that come of it. */
  readonly id: string;
  /** `user:ID`, `cli`, … : stands in the journal and in what is shown. */
  readonly by: string;
}

/** How much of something is ordered: units of it, money to buy for, or money to lose at the stop. */
export type TicketSize =
  | { readonly kind: 'quantity'; readonly quantity: string }
  | { readonly kind: 'notional'; readonly notional: string }
  /** Lost, fees included, where it fills at its price and ends at `stop`; takes a ticket with a stop. */
  | { readonly kind: 'risk'; readonly risk: string }
  /** A share of what the manual book holds there, above 0 and up to 1; only takes off. */
  | { readonly kind: 'held'; readonly share: number };

/** An order as a person writes it. */
export interface OrderTicket {
  readonly instrument: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly size: TicketSize;
  /** Limit of a limit or stop-limit order; where a stop or trailing stop begins. */
  readonly price?: string;
  /** Stop-limit: what makes it a limit order. */
  readonly trigger?: string;
  /** Trailing stop: how far it stays behind, as a share above 0 and below 1. */
  readonly trail?: number;
  /** `ioc` for a market order, where it is absent, else `gtc`. */
  readonly timeInForce?: TimeInForce;
  /** With `gtd`: when it ends. */
  readonly expires?: Timestamp;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  /** Where what is then held by hand is left, at a loss and at a profit. They replace those that stand there. */
  readonly stop?: string;
  readonly takeProfit?: string;
}

/** Where an order that takes what is offered may trade. What it costs is measured from the middle of the book, or from the last price; account money, above zero for a loss. */
export interface SlippageBand {
  readonly expected: { readonly price: string; readonly cost: string };
  /** As expected, after the price has moved against it by as much as it moves within one bar on average. */
  readonly worst: { readonly price: string; readonly cost: string };
  /** What was looked at: the order book, level by level; or recent bars, by the square root of the order's share of their volume. */
  readonly from: 'book' | 'bars';
}

/** What an order may become: worked out by the rules that would judge it, and nothing is changed by it. */
export interface OrderPreview {
  readonly instrument: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: string;
  /** What it would trade at: its limit, or the last price. */
  readonly price: string;
  readonly notional: string;
  /** By the run's fee terms, as a taker. */
  readonly fee: string;
  /** Currency of notional, fee and losses. */
  readonly currency: string;
  /** What of the account stands for everything after it: |value| of all books at their largest ÷ equity, and the cash left; on margin, what of equity is not set aside as margin. */
  readonly exposureAfter: number;
  readonly cashAfter: string;
  /** Margin that it takes at the leverage of the account: the notional where there is none. */
  readonly margin: string;
  /** How positions are held; null where the account has no margin. */
  readonly leverage: { readonly times: number; readonly isolated: boolean } | null;
  /** Null where it trades at its limit, or better. */
  readonly slippage: SlippageBand | null;
  readonly positionAfter: string;
  /** Lost at the stop, both fees included, and as a share of equity; null without a stop. */
  readonly lossAtStop: { readonly money: string; readonly share: number } | null;
  /** Won at the take-profit, both fees taken off; null without one. */
  readonly gainAtTakeProfit: { readonly money: string; readonly share: number } | null;
  /** Whether it adds risk: only then are guards asked. */
  readonly addsRisk: boolean;
  readonly guards: readonly GuardVerdict[];
  /** Whether it would be sent. */
  readonly allowed: boolean;
  /** What else a person should know, in sentences. */
  readonly notes: readonly string[];
  /** Market time of the price. */
  readonly tsEvent: Timestamp;
}

/** What one guard says of an order. */
export interface GuardVerdict {
  readonly rule: string;
  /** `warn` where more than four fifths of the limit are used. */
  readonly verdict: 'ok' | 'warn' | 'denied';
  /** With the unit of `LimitGauge`; both null where it has nothing to say of this order. */
  readonly used: number | null;
  readonly limit: number | null;
  /** A sentence with both, as a person reads it. */
  readonly message: string;
}

/** What can be asked. Those that change nothing carry no id of weight, and are not journalled. */
export type EngineCommand =
  /** `entries`: no new risk. `orders`: all orders but exits canceled too. `flatten`: everything closed as well. */
  | (Commanded & { readonly kind: 'halt'; readonly scope: 'entries' | 'orders' | 'flatten'; readonly reason: string })
  | (Commanded & { readonly kind: 'resume' })
  | (Commanded & { readonly kind: 'preview'; readonly ticket: OrderTicket })
  | (Commanded & { readonly kind: 'place'; readonly ticket: OrderTicket })
  /** Replaces an order of a person: it is canceled, and what of it was not filled by then is sent anew as this. */
  | (Commanded & { readonly kind: 'amend'; readonly clientOrderId: string; readonly price?: string; readonly trigger?: string; readonly quantity?: string })
  | (Commanded & { readonly kind: 'cancel'; readonly clientOrderId: string })
  /** All open orders of people and strategies, of an instrument or of all; exits stay where `exits` is not said. */
  | (Commanded & { readonly kind: 'cancel-all'; readonly instrument?: string; readonly exits?: boolean })
  /** All that is held of an instrument, by people and strategies; these wait for their next opinion. */
  | (Commanded & { readonly kind: 'close'; readonly instrument: string })
  /** Where what is held by hand is left; null takes it away. */
  | (Commanded & { readonly kind: 'protect'; readonly instrument: string; readonly stop?: string | null; readonly takeProfit?: string | null })
  | (Commanded & { readonly kind: 'start-strategy'; readonly book: string; readonly parameters?: Readonly<Record<string, string | number>> })
  /** A book of a strategy that trades nothing here yet. */
  | (Commanded & { readonly kind: 'add-strategy'; readonly strategy: string; readonly instrument: string; readonly parameters: Readonly<Record<string, string | number>>; /** Share of equity at a full target, above 0 and up to 1. */ readonly fraction: string; /** Ids of the stored series that it reads, in its order. */ readonly series?: readonly string[] })
  /** `flat` closes what it holds, `keep` leaves it with its exits. */
  | (Commanded & { readonly kind: 'stop-strategy'; readonly book: string; readonly positions: 'flat' | 'keep' })
  /** From the next bar on, warmed up on the bars that the run has seen. Those that are not named stay. */
  | (Commanded & { readonly kind: 'set-parameters'; readonly book: string; readonly parameters: Readonly<Record<string, string | number>> })
  /** As they were before the last change. */
  | (Commanded & { readonly kind: 'undo-parameters'; readonly book: string })
  /** Limits of the guards, by name, at once; those that are not named stay. Refused where one lets more pass than now and it is not `loosen`. */
  | (Commanded & { readonly kind: 'set-limits'; readonly limits: Readonly<Record<string, number>>; readonly loosen: boolean });

/** What became of a command. */
export interface EngineAnswer {
  /** The command's id. */
  readonly id: string;
  /** Whether this id had been carried out before: nothing was done now. */
  readonly repeated: boolean;
  readonly trading: TradingFact;
  /** Orders that it made or ended, as they stand; what comes of them later, events tell. */
  readonly orders: readonly OrderFact[];
  /** The book that it changed; null where it changed none. */
  readonly book: BookFact | null;
  /** Of a preview, and of an order that was placed as it was judged; else null. */
  readonly preview: OrderPreview | null;
  /** Sentences for the person: `waits for its exits to be canceled`. */
  readonly notes: readonly string[];
}

/** Why a command was not carried out; the message says what to do. */
export interface ControlError {
  readonly kind:
    /** No such instrument, order or book. */
    | 'not-found'
    /** It says nothing that can be done: a price that is none, a parameter out of range. `field` names it. */
    | 'invalid'
    /** A guard, or the trading state, forbids it: `preview` has the verdicts. */
    | 'denied'
    /** The order has ended, the book is stopped already, trading is halted. */
    | 'conflict'
    /** The venue, or this run, cannot do that. */
    | 'unsupported'
    /** The trading loop did not answer in time: it may still carry the command out; ask again with the same id. */
    | 'unknown-outcome'
    /** The run has ended. */
    | 'gone';
  readonly message: string;
  readonly field?: string;
  readonly preview?: OrderPreview;
}

/** The way to a run. */
export interface EngineControl {
  /** Has a command carried out, and says what became of it. Never throws. */
  request(command: EngineCommand): Promise<Result<EngineAnswer, ControlError>>;
}
