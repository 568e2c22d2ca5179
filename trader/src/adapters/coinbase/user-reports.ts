import { add, compare, type Exact } from '../../domain/exact.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { VenueFill, VenueListener, VenueOrder } from '../../ports/venue.ts';

/** What reports are made with. */
export interface UserReportsSpec {
  readonly clock: Clock;
  readonly listener: Pick<VenueListener, 'onOrder' | 'onFill'>;
  /** All fills of an order, oldest first. Throws `VenueError`. */
  readonly fillsOf: (order: VenueOrder) => Promise<readonly VenueFill[]>;
}

/** A state waits for the fills that it counts, asked for this often; then it is told without them, and who hears it asks for them. */
const ATTEMPTS = 8;
const AGAIN_MS = 500;
/** As many orders as the fills told of are remembered. */
const REMEMBERED = 10_000;

/** What has been told of an order's fills. */
interface Told {
  readonly tradeIds: Set<string>;
  filled: Exact;
}

/**
 * Makes reports of what the user channel says. It tells an order's state, how much of it has traded, and
 * no trade: each trade, with its id, price and fee, is asked for, once, and told before the state that
 * counts it. The states of one order keep their order; one that waits holds no other order up.
 */
export class UserReports {
  readonly #spec: UserReportsSpec;
  readonly #told = new Map<string, Told>();
  readonly #chains = new Map<string, Promise<void>>();
  readonly #waits = new Set<() => void>();
  #closed = false;

  constructor(spec: UserReportsSpec) {
    this.#spec = spec;
  }

  /** Takes an order's state as the channel told it. */
  hear(order: VenueOrder): void {
    const { venueOrderId } = order;
    const chain = (this.#chains.get(venueOrderId) ?? Promise.resolve()).then(async () => {
      await this.#tellFills(order);
      if (!this.#closed) this.#spec.listener.onOrder(order);
      if (this.#chains.get(venueOrderId) === chain) this.#chains.delete(venueOrderId);
    });
    this.#chains.set(venueOrderId, chain);
  }

  /** Tells nothing any more. */
  close(): void {
    this.#closed = true;
    for (const giveUp of this.#waits) giveUp();
  }

  async #tellFills(order: VenueOrder): Promise<void> {
    const told = this.#of(order.venueOrderId);
    for (let attempt = 1; compare(order.filled, told.filled) > 0 && !this.#closed; attempt++) {
      for (const fill of await this.#ask(order)) {
        if (this.#closed || told.tradeIds.has(fill.tradeId)) continue;
        told.tradeIds.add(fill.tradeId);
        told.filled = add(told.filled, fill.quantity);
        this.#spec.listener.onFill(fill);
      }
      if (compare(order.filled, told.filled) <= 0 || attempt === ATTEMPTS) return;
      await this.#pause();
    }
  }

  async #ask(order: VenueOrder): Promise<readonly VenueFill[]> {
    try {
      return await this.#spec.fillsOf(order);
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      return [];
    }
  }

  async #pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const calm = this.#spec.clock.after(AGAIN_MS, resolve);
    this.#waits.add(resolve);
    await promise;
    calm();
    this.#waits.delete(resolve);
  }

  #of(venueOrderId: string): Told {
    const told = this.#told.get(venueOrderId) ?? { tradeIds: new Set<string>(), filled: 0 };
    this.#told.set(venueOrderId, told);
    const [oldest] = this.#told.keys();
    if (this.#told.size > REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
    return told;
  }
}
