import type { VenueOrder } from '../../ports/venue.ts';

/** As many orders as are remembered. */
const REMEMBERED = 100_000;

/** What an answer may leave out of an order: our id where a trade names only the venue's, and the venue's where we know only ours. */
export class KnownOrders {
  readonly #byVenue = new Map<string, Pick<VenueOrder, 'clientOrderId' | 'quantity'>>();
  readonly #byClient = new Map<string, string>();

  remember({ venueOrderId, clientOrderId, quantity }: Pick<VenueOrder, 'venueOrderId' | 'clientOrderId' | 'quantity'>): void {
    this.#byVenue.set(venueOrderId, { clientOrderId, quantity });
    this.#byClient.set(clientOrderId, venueOrderId);
    const [oldest] = this.#byVenue;
    if (this.#byVenue.size <= REMEMBERED || oldest === undefined) return;
    this.#byVenue.delete(oldest[0]);
    this.#byClient.delete(oldest[1].clientOrderId);
  }

  byVenue(venueOrderId: string): Pick<VenueOrder, 'clientOrderId' | 'quantity'> | undefined {
    return this.#byVenue.get(venueOrderId);
  }

  /** The venue's id of an order of ours. */
  byClient(clientOrderId: string): string | undefined {
    return this.#byClient.get(clientOrderId);
  }
}
