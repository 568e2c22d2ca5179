import { z } from 'zod';
import { baseOf } from '../../domain/instrument.ts';
import type { Order } from '../../domain/order.ts';
import type { Random } from '../../domain/random.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Acceptance, KeyCheck, KeyedVenue, OrderRef, VenueCapabilities, VenueFill, VenueGateway, VenueListener, VenueListing, VenueOrder, VenueSnapshot } from '../../ports/venue.ts';
import type { SteadySocket } from '../wire/steady-socket.ts';
import { readReport } from './execution-report.ts';
import { failureOf } from './failure.ts';
import { keyRestrictions } from './key-restrictions.ts';
import { exchangeInfo, readListings } from './listing.ts';
import { acceptance, holding, orderEntry, orderParameters, toVenueFill, toVenueOrder, tradeEntry, type Listed } from './orders.ts';
import { RequestBudget, SPOT_LIMITS } from './request-budget.ts';
import { checked, RECEIVE_WINDOW_MS, RestClient } from './rest-client.ts';
import type { Parameters, Signer } from './signing.ts';
import { userStream } from './user-stream.ts';
import { decimal } from './wire.ts';

/** Where Binance spot is; nothing else is ever dialled. */
export interface SpotHosts {
  /** `https://…`, without a path. */
  readonly rest: string;
  /** `wss://…/ws-api/v3` */
  readonly stream: string;
}

/** What a gateway to Binance spot works with. */
export interface SpotSpec {
  readonly hosts: SpotHosts;
  readonly signer: Signer;
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each part of an answer or frame that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

const accountBody = z.object({ balances: z.array(z.object({ asset: z.string(), free: decimal, locked: decimal })) });

/** As many trades as Binance gives at once. */
const PAGE = 1_000;
/** Orders whose ids are remembered, so that a trade can be given to its order without asking. */
const REMEMBERED = 100_000;

/**
 * An account of Binance spot. Orders go over REST, reports come over the WebSocket API. A trade names
 * only the venue's order id, so ours is remembered, or asked for once per order.
 */
export class SpotGateway implements VenueGateway, KeyedVenue {
  readonly venue = 'binance';
  readonly capabilities: VenueCapabilities = {
    types: ['market', 'limit', 'stop', 'stop-limit'], timesInForce: ['gtc', 'ioc', 'fok'], postOnly: true, reduceOnly: false, amend: false,
    clientId: { length: 36, unique: 'open' }, receiveWindowMs: RECEIVE_WINDOW_MS,
  };
  readonly #spec: SpotSpec;
  readonly #rest: RestClient;
  readonly #listed: readonly Listed[];
  readonly #bySymbol: ReadonlyMap<string, Listed>;
  /** Our ids of orders, by symbol and the venue's id. */
  readonly #ids = new Map<string, string>();
  #stream: SteadySocket | undefined;

  constructor(spec: SpotSpec, listings: readonly VenueListing[]) {
    this.#spec = spec;
    this.#rest = spotClient(spec);
    this.#listed = listings.map((listing, index) => ({ ...listing, index }));
    this.#bySymbol = new Map(this.#listed.map((listing) => [listing.symbol, listing]));
  }

  async submit(order: Order): Promise<Acceptance> {
    const listing = this.#listing(order.instrument);
    const parameters = orderParameters(order, listing);
    const { orderId, transactTime } = checked(acceptance, await this.#rest.request({ method: 'POST', path: '/api/v3/order', parameters, weight: 1, purpose: 'order' }), 'a new order');
    this.#remember(listing.symbol, orderId, order.clientOrderId);
    return { venueOrderId: orderId, tsEvent: transactTime };
  }

  async cancel(order: OrderRef): Promise<void> {
    await this.#rest.request({ method: 'DELETE', path: '/api/v3/order', parameters: this.#named(order), weight: 1, purpose: 'cancel' });
  }

  async cancelAll(instrument?: number): Promise<void> {
    const symbols = instrument === undefined ? new Set((await this.#openOrders()).map((order) => this.#listing(order.instrument).symbol)) : [this.#listing(instrument).symbol];
    for (const symbol of symbols) {
      try {
        await this.#rest.request({ method: 'DELETE', path: '/api/v3/openOrders', parameters: { symbol }, weight: 1, purpose: 'cancel' });
      } catch (error) {
        // Nothing is open: that is what was asked for.
        if (!(error instanceof VenueError) || error.failure !== 'not-found') throw error;
      }
    }
  }

  async lookUp(order: OrderRef): Promise<VenueOrder | undefined> {
    try {
      const told = await this.#rest.request({ method: 'GET', path: '/api/v3/order', parameters: this.#named(order), weight: 4, purpose: 'question' });
      return readable(() => this.#toOrder(checked(orderEntry, told, 'a look-up'), this.#listing(order.instrument)), 'a look-up');
    } catch (error) {
      if (error instanceof VenueError && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  async snapshot(): Promise<VenueSnapshot> {
    const openOrders = await this.#openOrders();
    const held = new Map(checked(accountBody, await this.#account(), 'the account').balances.map(({ asset, free, locked }) => [asset, holding(free, locked)]));
    const positions = this.#listed.flatMap(({ index, instrument }) => {
      const quantity = held.get(baseOf(instrument))?.units(instrument.quantityScale) ?? 0;
      return quantity === 0 ? [] : [{ instrument: index, quantity }];
    });
    return { tsEvent: this.#rest.now(), openOrders, positions, balances: Object.fromEntries([...held].map(([asset, { text }]) => [asset, text])) };
  }

  async fillsSince(place: string | undefined): Promise<{ readonly fills: readonly VenueFill[]; readonly place: string }> {
    const last: Record<string, string> = place === undefined ? {} : z.record(z.string(), z.string()).parse(JSON.parse(place));
    const fills: VenueFill[] = [];
    for (const listing of this.#listed) {
      for (let full = true; full;) {
        const fromId = last[listing.symbol] === undefined ? '0' : String(BigInt(last[listing.symbol]) + 1n);
        const parameters = { symbol: listing.symbol, fromId, limit: String(PAGE) };
        const page = checked(z.array(tradeEntry), await this.#rest.request({ method: 'GET', path: '/api/v3/myTrades', parameters, weight: 20, purpose: 'question' }), 'trades');
        for (const told of page) {
          const clientOrderId = await this.#idOf(listing, told.orderId);
          const fill = this.#read('a trade', () => toVenueFill(told, clientOrderId, listing));
          if (fill !== undefined) fills.push(fill);
          last[listing.symbol] = told.id;
        }
        full = page.length === PAGE;
      }
    }
    fills.sort((a, b) => a.tsEvent - b.tsEvent);
    return { fills, place: JSON.stringify(last) };
  }

  async checkKeys(): Promise<KeyCheck> {
    await this.#rest.askTime();
    const clockSkewMs = this.#rest.now() - this.#spec.clock.now();
    const allowed = await keyRestrictions(this.#rest);
    if (allowed !== undefined) return { clockSkewMs, canTrade: allowed.enableSpotAndMarginTrading, canWithdraw: allowed.enableWithdrawals, addressBound: allowed.ipRestrict };
    // The testnet tells nothing of keys; that they are known at all, and the account is not locked, it does.
    const { canTrade } = checked(z.object({ canTrade: z.boolean() }), await this.#account(), 'the account');
    return { clockSkewMs, canTrade: canTrade ? undefined : false, canWithdraw: undefined, addressBound: undefined };
  }

  async open(listener: VenueListener): Promise<void> {
    const { hosts, clock, random, onUnreadable } = this.#spec;
    const stream = userStream({
      url: hosts.stream, clock, random, onUnreadable,
      login: () => this.#rest.login(),
      onEvent: (event) => { this.#hear(event, listener); },
      onConnection: (state, reason) => { listener.onConnection(state, reason); },
    });
    this.#stream = stream;
    await stream.open();
  }

  close(): Promise<void> {
    this.#stream?.close();
    this.#rest.close();
    return Promise.resolve();
  }

  #hear(event: { readonly e: string }, listener: VenueListener): void {
    const told = this.#read('a report of the stream', () => readReport(event, (symbol) => this.#bySymbol.get(symbol)));
    if (told === undefined) return;
    this.#remember(this.#listing(told.order.instrument).symbol, told.order.venueOrderId, told.order.clientOrderId);
    // The fill first, so that no state counts a fill that has not been told.
    if (told.fill !== undefined) listener.onFill(told.fill);
    listener.onOrder(told.order);
  }

  /** What the venue said, or undefined where it cannot be read: that is counted and passed over. */
  #read<T>(what: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error;
      this.#spec.onUnreadable(what);
      return undefined;
    }
  }

  #account(): Promise<unknown> {
    return this.#rest.request({ method: 'GET', path: '/api/v3/account', parameters: { omitZeroBalances: 'true' }, weight: 20, purpose: 'question' });
  }

  async #openOrders(): Promise<VenueOrder[]> {
    const told = checked(z.array(orderEntry), await this.#rest.request({ method: 'GET', path: '/api/v3/openOrders', weight: 80, purpose: 'question' }), 'open orders');
    return told.flatMap((order) => {
      const listing = this.#bySymbol.get(order.symbol);
      return listing === undefined ? [] : [readable(() => this.#toOrder(order, listing), 'open orders')];
    });
  }

  #toOrder(told: z.infer<typeof orderEntry>, listing: Listed): VenueOrder {
    this.#remember(listing.symbol, told.orderId, told.clientOrderId);
    return toVenueOrder(told, listing);
  }

  /** Our id of an order that traded. Throws `VenueError` where nothing names it yet, so that the trade is read again. */
  async #idOf(listing: Listed, venueOrderId: string): Promise<string> {
    const known = this.#ids.get(`${listing.symbol} ${venueOrderId}`);
    if (known !== undefined) return known;
    const asked = await this.lookUp({ clientOrderId: '', venueOrderId, instrument: listing.index });
    if (asked === undefined) throw new VenueError('unknown-outcome', `binance: the order ${venueOrderId} has traded and cannot be found yet`);
    return asked.clientOrderId;
  }

  #remember(symbol: string, venueOrderId: string, clientOrderId: string): void {
    this.#ids.set(`${symbol} ${venueOrderId}`, clientOrderId);
    const [oldest] = this.#ids.keys();
    if (this.#ids.size > REMEMBERED && oldest !== undefined) this.#ids.delete(oldest);
  }

  #named({ clientOrderId, venueOrderId, instrument }: OrderRef): Parameters {
    const { symbol } = this.#listing(instrument);
    return venueOrderId === undefined ? { symbol, origClientOrderId: clientOrderId } : { symbol, orderId: venueOrderId };
  }

  #listing(instrument: number): Listed {
    const listing = this.#listed[instrument];
    if (listing === undefined) throw new RangeError(`binance: no instrument ${instrument}`);
    return listing;
  }
}

/** What trades on Binance spot now. Throws `VenueError`. */
export async function spotListings(spec: SpotSpec): Promise<readonly VenueListing[]> {
  const client = spotClient(spec);
  try {
    const told = await client.request({ method: 'GET', path: '/api/v3/exchangeInfo', weight: 20, purpose: 'question', security: 'none' });
    return readListings(checked(exchangeInfo, told, 'exchangeInfo').symbols, spec.onUnreadable);
  } finally {
    client.close();
  }
}

function spotClient({ hosts, signer, clock }: SpotSpec): RestClient {
  return new RestClient({ base: hosts.rest, signer, clock, budget: new RequestBudget(SPOT_LIMITS), timePath: '/api/v3/time', failureOf });
}

/** Reads a part of an answer that cannot be done without. Throws `VenueError`, unknown outcome. */
function readable<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new VenueError('unknown-outcome', `binance: the answer to ${what} cannot be read: ${error.message}`);
  }
}
