/** Something that a person should see: it is on its own, or wants him to decide. */
export type CourierNote =
  /** It is not known whether the venue has the order; it is being looked for. */
  | { readonly kind: 'outcome-unknown'; readonly clientOrderId: string; readonly reason: string }
  /** The venue denies an order that was sent, and cannot accept it any more. */
  | { readonly kind: 'lost'; readonly clientOrderId: string }
  /** A fill that the stream had not brought was found by asking. */
  | { readonly kind: 'missed-fill'; readonly clientOrderId: string; readonly tradeId: string }
  /** An open order or a fill that is not ours. */
  | { readonly kind: 'external-order'; readonly venueOrderId: string; readonly instrument: number }
  /** What the venue says cannot be booked: more than was ordered, or after its end. */
  | { readonly kind: 'contradiction'; readonly clientOrderId: string; readonly reason: string }
  /** A request that changes nothing failed; it is asked again. */
  | { readonly kind: 'retry'; readonly what: string; readonly reason: string };
