import type { FlowKind } from '../domain/account.ts';
import type { Leg } from '../domain/order.ts';
import type { ForeignPolicy } from '../ports/journal.ts';

/** Something that a person should see: it is on its own, or wants him to decide. */
export type CourierNote =
  /** It is not known whether the venue has the order; it is being looked for. */
  | { readonly kind: 'outcome-unknown'; readonly clientOrderId: string; readonly reason: string }
  /** The venue has not taken an order, or was not reached: in its words, or ours. */
  | { readonly kind: 'refused'; readonly clientOrderId: string; readonly leg: Leg; readonly reason: string }
  /** The venue denies an order that was sent, and cannot accept it any more. */
  | { readonly kind: 'lost'; readonly clientOrderId: string }
  /** The venue had accepted an order, and has neither listed nor found it for long: it has ended there without a trade, and ends here. */
  | { readonly kind: 'forgotten'; readonly clientOrderId: string }
  /** A fill that the stream had not brought was found by asking. */
  | { readonly kind: 'missed-fill'; readonly clientOrderId: string; readonly tradeId: string }
  /** An open order or a fill that is not ours. */
  | { readonly kind: 'external-order'; readonly venueOrderId: string; readonly instrument: number }
  /** What the venue says cannot be booked: more than was ordered, or after its end. */
  | { readonly kind: 'contradiction'; readonly clientOrderId: string; readonly reason: string }
  /** The venue counts fills of an order that it does not list or that cannot be read, for a minute by now: the order does not end here, and what is held is other than known. */
  | { readonly kind: 'fills-missing'; readonly clientOrderId: string; readonly venueOrderId: string }
  /** The account was met for the first time: what it held and had open then is not ours. Decimals. */
  | { readonly kind: 'opening'; readonly positions: Readonly<Record<string, string>>; readonly money: string; readonly openOrders: number }
  /** The venue holds so much more (or, below zero, less) of an instrument or of money than was known; `ours` of it went to the books. */
  | { readonly kind: 'difference'; readonly what: string; readonly quantity: string; readonly ours: string; readonly policy: ForeignPolicy }
  /** The venue paid or charged something of its own accord: a decimal, above zero when paid. */
  | { readonly kind: 'payment'; readonly flow: FlowKind; readonly instrument: string; readonly paid: string; readonly currency: string }
  /** The venue does not say until when it may accept an order, so one that nobody knows is given up after so long. */
  | { readonly kind: 'no-window'; readonly giveUpMs: number }
  /** A request that changes nothing failed; it is asked again. */
  | { readonly kind: 'retry'; readonly what: string; readonly reason: string };
