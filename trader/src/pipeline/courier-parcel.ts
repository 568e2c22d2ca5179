import { add, compare, type Exact } from '../domain/exact.ts';
import type { Order } from '../domain/order.ts';
import type { ExecutionReport } from '../domain/report.ts';
import type { OrderRef } from '../ports/venue.ts';

/** Where an order stands with the venue. */
export type Stage =
  /** On its way; nothing has come back. */
  | 'sent'
  /** It may be at the venue or not: asked after, never sent again. */
  | 'unknown'
  /** The venue has it. */
  | 'working'
  /** The venue has ended it, but fills of it are still missing here. */
  | 'closing'
  | 'ended';

/** So many look-ups in a row find fills missing before a person is told. */
const LACKING_TOLD = 10;
/** So many denials in a row of an order that the venue had accepted are no replica that is behind. */
const DENIALS_TOLD = 3;
/** With so many it was not only out of reach meanwhile. */
const DENIALS_GONE = 30;

/** One order, and all that is known of it. */
export interface Parcel {
  readonly order: Order;
  stage: Stage;
  venueOrderId: string | undefined;
  /** Whether its receive window has passed since it may last have left: the venue takes it no more. */
  over: boolean;
  /** Booked so far. */
  filled: Exact;
  trades: number;
  /** Our asking for its end: `wanted` until the venue has taken the request. */
  cancel: 'none' | 'wanted' | 'asked';
  /** How it ended, once all its fills are booked. */
  ending: 'filled' | 'canceled' | 'expired' | 'rejected' | undefined;
  /** How much of it the venue says has traded. */
  venueFilled: Exact;
  /** Answers that deny having it, since it was last heard of. */
  denials: number;
  /** How often it was heard of, and after how many of those nothing but denials came for long. */
  heard: number;
  gone: number | undefined;
  /** Refusals of its cancel, which is asked for less and less often. */
  refusals: number;
  /** Look-ups since the last word of it that left nothing to be fetched. */
  asked: number;
  /** Look-ups in a row after which fills that the venue counts were missing. */
  lacking: number;
  pending: (() => void) | undefined;
}

/** An order of which nothing is known yet. */
export function packed(order: Order, stage: 'sent' | 'unknown'): Parcel {
  return {
    order, stage, venueOrderId: undefined, over: false, filled: 0, trades: 0,
    cancel: 'none', ending: undefined, venueFilled: 0, denials: 0, heard: 0, gone: undefined, refusals: 0, asked: 0, lacking: 0, pending: undefined,
  };
}

/** Whether something is still to be heard of it. A function, because what awaits may end it. */
export function isOpen(parcel: Parcel): boolean {
  return parcel.stage !== 'ended';
}

/** Whether the venue counts fills that are not booked. */
export function lacksFills(parcel: Parcel): boolean {
  return isOpen(parcel) && compare(parcel.filled, parcel.venueFilled) < 0;
}

/** Counts a look-up after which fills are missing; true at the one, after about a minute of them, at which a person should hear of it. */
export function countLack(parcel: Parcel): boolean {
  if (lacksFills(parcel)) parcel.lacking += 1;
  return lacksFills(parcel) && parcel.lacking === LACKING_TOLD;
}

/**
 * What a denial shows: the order was never taken; or, of one that was there, that the answer is wrong, or after
 * a long time that the venue has forgotten it. `over`: its receive window had passed when it was asked after;
 * `unlisted`: the venue has just not listed it as open; `up`: the stream would tell of it.
 */
export function denied(parcel: Parcel, { over, unlisted, up }: { readonly over: boolean; readonly unlisted: boolean; readonly up: boolean }): 'lost' | 'contradiction' | 'forgotten' | undefined {
  parcel.denials += 1;
  if (parcel.stage === 'unknown') return over && up && parcel.denials > 1 ? 'lost' : undefined;
  // Replicas that are behind deny for a moment what was there.
  if (parcel.denials === DENIALS_TOLD) return 'contradiction';
  return parcel.stage === 'working' && parcel.gone === parcel.heard && unlisted && up && parcel.denials >= DENIALS_GONE ? 'forgotten' : undefined;
}

/** The order as the venue may know it. */
export function refOf({ order, venueOrderId }: Parcel): OrderRef {
  return { clientOrderId: order.clientOrderId, venueOrderId, instrument: order.instrument };
}

/** Names a trade: venues number them per instrument. */
export function tradeKey(instrument: number, tradeId: string): string {
  return `${instrument}:${tradeId}`;
}

/** Notes what a journal tells of an order, while it is repeated. */
export function repeatOn(parcel: Parcel, told: ExecutionReport): void {
  if (told.kind === 'accepted') {
    parcel.stage = 'working';
    parcel.venueOrderId = told.venueOrderId;
    return;
  }
  if (told.kind === 'filled') {
    parcel.filled = add(parcel.filled, told.quantity);
    parcel.trades += 1;
  }
  if (told.kind !== 'filled' || compare(parcel.filled, parcel.order.quantity) >= 0) parcel.stage = 'ended';
}
