import type { Exact } from '../../domain/exact.ts';

/** As many orders as are remembered. */
const REMEMBERED = 100_000;

/** What is remembered of an order. */
export interface KnownOrder {
  readonly clientOrderId: string;
  /** Undefined where only its ids are known. */
  readonly quantity: Exact | undefined;
}

/** What an answer may leave out of an order: our id where a trade names only the venue's, and the venue's where we know only ours. */
export class KnownOrders {
  readonly #byVenue = new Map<string, KnownOrder>();
  readonly #byClient = new Map<string, string>();

  remember({ venueOrderId, clientOrderId, quantity }: KnownOrder & { readonly venueOrderId: string }): void {
    this.#byVenue.set(venueOrderId, { clientOrderId, quantity: quantity ?? this.#byVenue.get(venueOrderId)?.quantity });
    this.#byClient.set(clientOrderId, venueOrderId);
    const [oldest] = this.#byVenue;
    if (this.#byVenue.size <= REMEMBERED || oldest === undefined) return;
    this.#byVenue.delete(oldest[0]);
    this.#byClient.delete(oldest[1].clientOrderId);
  }

  byVenue(venueOrderId: string): KnownOrder | undefined {
    return this.#byVenue.get(venueOrderId);
  }

  /** The venue's id of an order of ours. */
  byClient(clientOrderId: string): string | undefined {
    return this.#byClient.get(clientOrderId);
  }
}
