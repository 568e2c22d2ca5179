import type { FlowKind } from '../domain/account.ts';
import type { Exact } from '../domain/exact.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Order, OrderType, Side, TimeInForce } from '../domain/order.ts';
import type { Timestamp } from '../domain/time.ts';
import type { Liquidity } from './execution.ts';

/**
 * A real venue's account as an adapter reaches it over the network. Adapters translate and sign, obey
 * the venue's rate limits and keep its stream alive; they decide nothing. Above all they never send an
 * order twice: who asks again, and when, is the courier's business (`pipeline/courier.ts`).
 *
 * Instruments are named by their index in the list that the gateway was made with. Prices are units of
 * their 10^-priceScale, quantities of their 10^-quantityScale, money is a decimal text in its own currency.
 */
export interface VenueGateway {
  /** `binance`, `coinbase`, … */
  readonly venue: string;
  readonly capabilities: VenueCapabilities;
  /** Sends an order, once. Throws `VenueError`; of kind `unknown-outcome` wherever the order may have reached the venue. */
  submit(order: Order): Promise<Acceptance>;
  /** Changes price or quantity of a resting order; absent where the venue cannot. Throws as `submit`. */
  amend?(order: OrderRef, price: Exact, quantity: Exact): Promise<void>;
  /** Asks for an order's end, which its reports tell. Throws `VenueError`, `not-found` where the venue has no such open order. */
  cancel(order: OrderRef): Promise<void>;
  /** Asks for the end of all open orders of one instrument, or of all. */
  cancelAll(instrument?: number): Promise<void>;
  /** What the venue knows of an order, open or ended; undefined where it denies having it. Any other answer throws. */
  lookUp(order: OrderRef): Promise<VenueOrder | undefined>;
  /** What the account holds and has open now. */
  snapshot(): Promise<VenueSnapshot>;
  /** Fills after a place in the venue's own order, oldest first, and the place after them; undefined begins as early as the venue keeps them. */
  fillsSince(place: string | undefined): Promise<{ readonly fills: readonly VenueFill[]; readonly place: string }>;
  /** Every fill of one order, oldest first, for one that the list of all fills has not brought, or not so that it could be read; absent where that cannot be. Throws `VenueError`. */
  fillsOf?(order: OrderRef): Promise<readonly VenueFill[]>;
  /** The place after every fill so far, for who wants none of before; absent where the venue cannot say it without reading them all. */
  placeNow?(): Promise<string>;
  /** What the venue has paid or charged of its own accord at a moment or later, oldest first, of our instruments alone. Absent where it does not. */
  paymentsSince?(from: Timestamp): Promise<readonly VenuePayment[]>;
  /** How positions of an instrument are held; both absent where there is nothing to choose. Throws `VenueError`. */
  margin?(instrument: number): Promise<Margin>;
  /** Holds them like this from now on. Throws `VenueError`, also where a position or an order is open and it cannot be. */
  setMargin?(instrument: number, margin: Margin): Promise<void>;
  /** Has the venue itself cancel everything unless it is told again within so long; 0 takes that back. Absent where it cannot. Throws `VenueError`. */
  armDeadMansSwitch?(afterMs: number): Promise<void>;
  /**
   * Hears before `open` which orders of ours the venue has taken in earlier lives, as the journal knows them, so that
   * their trades can be given to them without asking. Absent where the venue carries our ids in full with each trade.
   */
  recall?(orders: readonly OrderRef[]): void;
  /** Opens the stream of the account's reports and keeps it open until `close`; resolves when it is first up. */
  open(listener: VenueListener): Promise<void>;
  /** Ends the stream and all that waits. */
  close(): Promise<void>;
}

/** What a venue can do, and how it carries our ids. */
export interface VenueCapabilities {
  readonly types: readonly OrderType[];
  readonly timesInForce: readonly TimeInForce[];
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly amend: boolean;
  /** Client order ids: how long one may be, and among which orders the venue refuses a second; 0 where it takes none. */
  readonly clientId: { readonly length: number; readonly unique: 'always' | 'open' | 'never' };
  /** After so long an order that was sent cannot be accepted any more; Infinity where the venue says nothing. */
  readonly receiveWindowMs: number;
  /** Positions are held on margin: a trade moves balances by its fee and by what it realises, not by its value. */
  readonly margin?: boolean;
}

/** How positions of one instrument are held on margin. */
export interface Margin {
  /** Whether only what was set aside for a position stands for it; else all of the account does (cross). */
  readonly isolated: boolean;
  /** How many times its margin a position may be worth. */
  readonly leverage: number;
}

/** A venue that is reached with keys. */
export interface KeyedVenue {
  /** What the keys may do and how far the clocks differ; asked when keys are added and before trading begins. Throws `VenueError`. */
  checkKeys(): Promise<KeyCheck>;
}

/** What a venue says of the keys that it was asked with. What it does not say is undefined. */
export interface KeyCheck {
  /** The venue's clock minus ours. */
  readonly clockSkewMs: number;
  readonly canTrade: boolean | undefined;
  /** Keys that can take money away are refused. */
  readonly canWithdraw: boolean | undefined;
  /** Whether only listed addresses may use them. */
  readonly addressBound: boolean | undefined;
  /** What else a person should know, in sentences. */
  readonly notes?: readonly string[];
}

/** An order as both sides know it: by our id, and by the venue's where that is known. */
export interface OrderRef {
  readonly clientOrderId: string;
  readonly venueOrderId: string | undefined;
  readonly instrument: number;
}

/** A venue has taken an order. */
export interface Acceptance {
  readonly venueOrderId: string;
  readonly tsEvent: Timestamp;
}

/** An order's state as a venue tells it. */
export interface VenueOrder extends OrderRef {
  readonly venueOrderId: string;
  readonly side: Side;
  readonly quantity: Exact;
  /** How much of it has traded. */
  readonly filled: Exact;
  readonly status: 'open' | 'filled' | 'canceled' | 'expired' | 'rejected';
  readonly tsEvent: Timestamp;
}

/**
 * One trade as a venue tells it. Its client order id decides to which order it belongs, so it is never
 * guessed or left out: where the venue's list of trades lacks it, the adapter asks for the order, and
 * throws where no answer names it yet, so that the trade is read again.
 */
export interface VenueFill extends OrderRef {
  readonly venueOrderId: string;
  /** Unique per venue and instrument. */
  readonly tradeId: string;
  readonly side: Side;
  readonly price: Exact;
  readonly quantity: Exact;
  /** Decimal text, above zero when paid, in `feeCurrency`. */
  readonly fee: string;
  readonly feeCurrency: string;
  readonly liquidity: Liquidity;
  readonly tsEvent: Timestamp;
}

/**
 * What a venue has paid or charged for no trade of the moment: funding, or a fee that it books later. In
 * money, or in the instrument itself, of which the account then holds that much less.
 */
export interface VenuePayment {
  /** Unique per venue. */
  readonly id: string;
  readonly flow: FlowKind;
  readonly instrument: number;
  /** Decimal text, above zero when paid, in `currency`. */
  readonly paid: string;
  readonly currency: string;
  readonly tsEvent: Timestamp;
}

/** What an account holds and has open. */
export interface VenueSnapshot {
  readonly tsEvent: Timestamp;
  readonly openOrders: readonly VenueOrder[];
  /** Signed quantity held of each instrument that is held; for spot, the base currency's balance. */
  readonly positions: readonly { readonly instrument: number; readonly quantity: Exact }[];
  /** Decimal text by currency. */
  readonly balances: Readonly<Record<string, string>>;
}

/** Hears an account's stream, in the order in which frames came; the venue may repeat, reorder or lose them. */
export interface VenueListener {
  onOrder(order: VenueOrder): void;
  onFill(fill: VenueFill): void;
  /** The venue has paid or charged something: `paymentsSince` says what. */
  onPayment?(): void;
  /** The stream is up (again), or down. What happened in between has to be asked for. */
  onConnection(state: 'up' | 'down', reason: string): void;
}

/** Instruments as a venue lists them: tick, lot and minimum by value. */
export interface VenueListing {
  readonly instrument: Instrument;
  /** As the venue writes it: `BTCUSDT`, `BTC-USD`. */
  readonly symbol: string;
}
