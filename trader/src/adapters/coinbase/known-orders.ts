import type { Exact } from '../../domain/exact.ts';
import type { Timestamp } from '../../domain/time.ts';

/** As many orders as are remembered. */
const REMEMBERED = 100_000;
/** As many of those that were sent and not found yet; an older one is looked for among all that there ever were. */
const UNFOUND = 1_000;

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
  readonly #sentAt = new Map<string, Timestamp>();

  /** An order is about to be sent, at this time by our clock. */
  send(clientOrderId: string, at: Timestamp): void {
    this.#sentAt.set(clientOrderId, at);
    const [oldest] = this.#sentAt.keys();
    if (this.#sentAt.size > UNFOUND && oldest !== undefined) this.#sentAt.delete(oldest);
  }

  /** The venue has not taken it. */
  unsend(clientOrderId: string): void {
    this.#sentAt.delete(clientOrderId);
  }

  /** When an order was sent whose outcome is not known. */
  sentAt(clientOrderId: string): Timestamp | undefined {
    return this.#sentAt.get(clientOrderId);
  }

  remember({ venueOrderId, clientOrderId, quantity }: KnownOrder & { readonly venueOrderId: string }): void {
    this.#byVenue.set(venueOrderId, { clientOrderId, quantity: quantity ?? this.#byVenue.get(venueOrderId)?.quantity });
    this.#byClient.set(clientOrderId, venueOrderId);
    this.#sentAt.delete(clientOrderId);
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
