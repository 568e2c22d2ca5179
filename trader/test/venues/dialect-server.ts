import type { RejectReason } from '../../src/domain/venue-error.ts';
import type { Side } from '../../src/domain/order.ts';
import type { Liquidity } from '../../src/ports/execution.ts';

/** An order as it came over the wire: decimals are the very texts that were sent, ids and prices absent where none were. */
export interface WireOrder {
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly side: Side;
  readonly type: 'market' | 'limit' | 'stop' | 'stop-limit' | 'trailing-stop';
  readonly timeInForce: string | undefined;
  readonly quantity: string;
  readonly price: string | undefined;
  readonly trigger: string | undefined;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
}

/**
 * How a request goes wrong. `before`: the venue never carried it out; `after`: it did, and only its answer is lost.
 * The others are the venue's own words, and carry nothing out.
 */
export type Fault =
  | 'silent-before' | 'silent-after' | 'reset-before' | 'reset-after' | 'error-before' | 'error-after'
  /** The venue says that it does not know itself; it has the order. */
  | 'venue-unsure'
  | 'rate-limited' | 'banned' | 'maintenance' | 'garbage';

/** One trade that the server makes, decimals as texts. */
export interface ServedTrade {
  readonly price: string;
  readonly quantity: string;
  readonly fee: string;
  readonly feeCurrency: string;
  readonly liquidity: Liquidity;
}

/** What a venue says of keys; what it cannot say is left out. */
export interface KeyGrant {
  readonly trade: boolean;
  readonly withdraw: boolean;
  readonly addressBound: boolean;
}

/**
 * A venue on loopback, in its own dialect: its REST and its stream, with an account that the contract
 * suite can trade in. It checks signatures and clocks as the venue does, and shares no code with the adapter.
 */
export interface DialectServer {
  /** Every order that the venue has taken, in its order; what it rejected is not among them. */
  readonly orders: readonly WireOrder[];
  /** Requests that came in, `METHOD /path`, in their order. */
  readonly requests: readonly string[];
  /** Logged-in streams that are up now. */
  readonly streams: number;
  /** The next request to place an order, or the next other one, goes wrong. */
  failNext(what: 'submit' | 'read', fault: Fault): void;
  /** The next order is rejected for this reason; false where the venue has no such answer. */
  rejectNext(reason: RejectReason): boolean;
  /** The venue's clock is ahead of ours by so much; what it says of its own time agrees, if `honest`. */
  skewClock(ms: number, honest: boolean): void;
  /** Trades against an order and tells the stream; the order is filled when nothing is left. Returns the trade's id. */
  trade(clientOrderId: string, trade: ServedTrade): string;
  /** Ends an open order without being asked. */
  end(clientOrderId: string, how: 'canceled' | 'expired'): void;
  /** Somebody else's order on the same account. Returns the venue's id. */
  placeForeign(): string;
  /** From now on frames are lost, kept, or sent as they come. Kept ones go out with `release`. */
  frames(what: 'lost' | 'kept' | 'sent'): void;
  /** Sends what was kept, last first, or each twice. */
  release(how: 'reversed' | 'twice'): void;
  /** Sends a text over the stream as it is. */
  say(text: string): void;
  /** Cuts the streams, refusing the next few attempts to come back. */
  cut(refusals: number): void;
  /** Ends the streams' login, as the venue does when a key or a session runs out. */
  expireLogin(): void;
  /** Announces that the venue's server goes down, if the venue does so. */
  announceShutdown(): void;
  /** Answers nothing on the stream any more, connection up: only asking shows that it is dead. */
  playDead(): void;
  /** From now on its answers say that nothing is left of its limits; absent where the venue says nothing of that. */
  exhaust?(): void;
  /** What the keys may do from now on; absent where the venue does not tell. */
  grantKeys?(grant: KeyGrant): void;
  /** The market touches the price of a resting stop, which goes into the book; absent where the venue has no stops. */
  trigger?(clientOrderId: string): void;
  /** Pays the account, or has it pay, what is no trade: funding, interest, a dividend. Absent where there is no such thing. */
  pay?(currency: string, amount: string): void;
  /** Charges instrument 0 so much that no trade of the moment leads to, in the currency that the venue does it in; below zero it pays. Absent where it does not. */
  charge?(paid: string): void;
  close(): Promise<void>;
}
