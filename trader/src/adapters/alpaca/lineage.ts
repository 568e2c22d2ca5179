import { add, parseDecimal, type Exact } from '../../domain/exact.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { OrderEntry, Origin } from './orders.ts';

/** Orders whose origin is remembered. */
const REMEMBERED = 100_000;

/**
 * Whose each order is. Replacing an order gives it a new id and a new client id at Alpaca; only
 * `replaces` and `replaced_by` lead from one to the other. Ours is the id of the first, and what it had
 * traded then counts with what its successors trade.
 */
export class Lineage {
  readonly #ask: (venueOrderId: string) => Promise<OrderEntry>;
  readonly #known = new Map<string, Origin>();
  /** Our ids of orders of earlier lives, which may have replaced others: enough for a trade, too little for a state. */
  readonly #recalled = new Map<string, string>();

  /** `ask` fetches an order by Alpaca's id; what it throws comes out of every method here. */
  constructor(ask: (venueOrderId: string) => Promise<OrderEntry>) {
    this.#ask = ask;
  }

  /** Remembers an order that replaces none. */
  first(venueOrderId: string, clientOrderId: string): Origin {
    return this.#keep(venueOrderId, { clientOrderId, carried: 0 });
  }

  /** Remembers whose an order is, and nothing else of it. */
  recall(venueOrderId: string, clientOrderId: string): void {
    this.#recalled.set(venueOrderId, clientOrderId);
  }

  /** Whose an order is, where that needs no asking. */
  known(told: OrderEntry): Origin | undefined {
    const origin = this.#known.get(told.id);
    return origin ?? (isFirst(told) ? this.first(told.id, told.client_order_id) : undefined);
  }

  /** Whose an order is; undefined while the order that it is to replace still stands, for then it is nobody's yet. */
  async originOf(told: OrderEntry, quantityScale: number): Promise<Origin | undefined> {
    const known = this.known(told);
    if (known !== undefined || told.replaces === null || told.replaces === undefined) return known;
    const before = await this.#ask(told.replaces);
    const origin = before.status === 'replaced' ? await this.originOf(before, quantityScale) : undefined;
    return origin && this.#keep(told.id, { clientOrderId: origin.clientOrderId, carried: add(origin.carried, filledOf(before, quantityScale)) });
  }

  /** Our id of an order that traded, by Alpaca's alone. */
  async idOf(venueOrderId: string): Promise<string> {
    const known = this.#known.get(venueOrderId)?.clientOrderId ?? this.#recalled.get(venueOrderId);
    if (known !== undefined) return known;
    const told = await this.#ask(venueOrderId);
    const origin = this.known(told);
    return origin?.clientOrderId ?? this.idOf(told.replaces ?? '');
  }

  /** The order that an order has become. */
  async latest(told: OrderEntry): Promise<OrderEntry> {
    return told.status === 'replaced' && told.replaced_by !== null && told.replaced_by !== undefined ? this.latest(await this.#ask(told.replaced_by)) : told;
  }

  #keep(venueOrderId: string, origin: Origin): Origin {
    this.#known.set(venueOrderId, origin);
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    return origin;
  }
}

function isFirst({ replaces }: OrderEntry): boolean {
  return replaces === null || replaces === undefined;
}

/** Throws `VenueError`, unknown outcome, where it is finer than the instrument's scale. */
function filledOf({ id, filled_qty: filled }: OrderEntry, quantityScale: number): Exact {
  try {
    return parseDecimal(filled, quantityScale);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new VenueError('unknown-outcome', `alpaca: what had traded of order ${id} cannot be read: ${error.message}`);
  }
}
