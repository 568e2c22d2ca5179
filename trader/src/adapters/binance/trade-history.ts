import { z } from 'zod';
import { VenueError } from '../../domain/venue-error.ts';
import type { OrderRef, VenueFill, VenueOrder } from '../../ports/venue.ts';
import { toVenueFill, type Listed, type TradeEntry } from './orders.ts';
import { checked, type RestClient } from './rest-client.ts';

/** As many trades as Binance gives at once. */
const PAGE = 1_000;
/** As many orders as are remembered; what is older is asked for. */
const REMEMBERED = 100_000;

/** What is known of the orders seen last. */
export class Remembered<T> {
  readonly #byKey = new Map<string, T>();

  set(key: string, value: T): void {
    this.#byKey.set(key, value);
    const [oldest] = this.#byKey.keys();
    if (this.#byKey.size > REMEMBERED && oldest !== undefined) this.#byKey.delete(oldest);
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }
}

/** What reading an account's trades works with. */
export interface TradeHistorySpec {
  readonly rest: RestClient;
  /** Where trades are asked for, by symbol and trade id, and what a page counts for. */
  readonly path: string;
  readonly weight: number;
  readonly entry: z.ZodType<TradeEntry>;
  readonly listed: readonly Listed[];
  readonly lookUp: (order: OrderRef) => Promise<VenueOrder | undefined>;
  /** An order that is not found so long after it traded is one that the venue has forgotten, and not only late; left out where it forgets none. */
  readonly forgottenAfterMs?: number;
  readonly onUnreadable: (what: string) => void;
}

/** The trades of an account in the venue's own order. A trade names only the venue's order id, so ours is remembered, or asked for once per order. */
export class TradeHistory {
  readonly #spec: TradeHistorySpec;
  /** Our ids of orders, by symbol and the venue's id. */
  readonly #ids = new Remembered<string>();

  constructor(spec: TradeHistorySpec) {
    this.#spec = spec;
  }

  /** Keeps in mind whose order this is. */
  remember(symbol: string, venueOrderId: string, clientOrderId: string): void {
    this.#ids.set(`${symbol} ${venueOrderId}`, clientOrderId);
  }

  /** As `VenueGateway.placeNow`: the newest trade of each symbol, which is the one that is listed without a place. */
  async now(): Promise<string> {
    const { rest, path, weight, entry, listed } = this.#spec;
    const last: Record<string, string> = {};
    for (const { symbol } of listed) {
      const page = checked(z.array(entry), await rest.request({ method: 'GET', path, parameters: { symbol, limit: '1' }, weight, purpose: 'question' }), 'trades');
      const newest = page.at(-1);
      if (newest !== undefined) last[symbol] = newest.id;
    }
    return JSON.stringify(last);
  }

  /** As `VenueGateway.fillsSince`: the place is the last trade's id of each symbol. */
  async since(place: string | undefined): Promise<{ readonly fills: readonly VenueFill[]; readonly place: string }> {
    const { rest, path, weight, entry, listed } = this.#spec;
    const last: Record<string, string> = place === undefined ? {} : z.record(z.string(), z.string()).parse(JSON.parse(place));
    const fills: VenueFill[] = [];
    for (const listing of listed) {
      for (let full = true; full;) {
        const fromId = last[listing.symbol] === undefined ? '0' : String(BigInt(last[listing.symbol]) + 1n);
        const parameters = { symbol: listing.symbol, fromId, limit: String(PAGE) };
        const page = checked(z.array(entry), await rest.request({ method: 'GET', path, parameters, weight, purpose: 'question' }), 'trades');
        for (const told of page) {
          fills.push(...await this.#fillOf(told, listing));
          last[listing.symbol] = told.id;
        }
        full = page.length === PAGE;
      }
    }
    fills.sort((a, b) => a.tsEvent - b.tsEvent);
    return { fills, place: JSON.stringify(last) };
  }

  /** As `VenueGateway.fillsOf`, for one that could not be read when the place went beyond it: the first thousand of an order. */
  async of({ instrument, venueOrderId }: OrderRef): Promise<readonly VenueFill[]> {
    const { rest, path, weight, entry, listed } = this.#spec;
    const listing = listed[instrument];
    if (listing === undefined || venueOrderId === undefined) return [];
    const parameters = { symbol: listing.symbol, orderId: venueOrderId, limit: String(PAGE) };
    const page = checked(z.array(entry), await rest.request({ method: 'GET', path, parameters, weight, purpose: 'question' }), 'trades');
    const fills: VenueFill[] = [];
    for (const told of page) fills.push(...await this.#fillOf(told, listing));
    return fills;
  }

  /** A trade in our words; none where it cannot be read. */
  async #fillOf(told: TradeEntry, listing: Listed): Promise<readonly VenueFill[]> {
    const clientOrderId = await this.#idOf(listing, told);
    return readOr('a trade', this.#spec.onUnreadable, () => [toVenueFill(told, clientOrderId, listing)]) ?? [];
  }

  /** Our id of an order that traded; empty where the venue has forgotten it. Throws `VenueError` where nothing names it yet, so that the trade is read again. */
  async #idOf(listing: Listed, { orderId: venueOrderId, time }: TradeEntry): Promise<string> {
    const known = this.#ids.get(`${listing.symbol} ${venueOrderId}`);
    if (known !== undefined) return known;
    const asked = await this.#spec.lookUp({ clientOrderId: '', venueOrderId, instrument: listing.index });
    if (asked !== undefined) return asked.clientOrderId;
    const { rest, forgottenAfterMs = Infinity } = this.#spec;
    if (rest.now() - time < forgottenAfterMs) throw new VenueError('unknown-outcome', `binance: the order ${venueOrderId} has traded and cannot be found yet`);
    this.remember(listing.symbol, venueOrderId, '');
    return '';
  }
}

/** What the venue said, or undefined where it cannot be read: that is counted and passed over. */
export function readOr<T>(what: string, onUnreadable: (what: string) => void, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error;
    onUnreadable(what);
    return undefined;
  }
}

/** Reads a part of an answer that cannot be done without. Throws `VenueError`, unknown outcome. */
export function readable<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new VenueError('unknown-outcome', `binance: the answer to ${what} cannot be read: ${error.message}`);
  }
}
