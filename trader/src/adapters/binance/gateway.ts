import { z } from 'zod';
import { baseOf } from '../../domain/instrument.ts';
import type { Order } from '../../domain/order.ts';
import type { Random } from '../../domain/random.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Acceptance, KeyCheck, KeyedVenue, OrderRef, VenueCapabilities, VenueFill, VenueGateway, VenueListener, VenueListing, VenueOrder, VenueSnapshot } from '../../ports/venue.ts';
import { eachOf } from '../wire/each-of.ts';
import type { SteadySocket } from '../wire/steady-socket.ts';
import { readReport } from './execution-report.ts';
import { failureOf } from './failure.ts';
import { keyRestrictions } from './key-restrictions.ts';
import { exchangeInfo, readListings } from './listing.ts';
import { acceptance, balancesOf, holding, orderEntry, orderParameters, symbolsOf, toVenueOrder, tradeEntry, type Listed } from './orders.ts';
import { RequestBudget, SPOT_LIMITS } from './request-budget.ts';
import { checked, RECEIVE_WINDOW_MS, RestClient } from './rest-client.ts';
import type { Parameters, Signer } from './signing.ts';
import { readable, readOr, TradeHistory } from './trade-history.ts';
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

/** An account of Binance spot. Orders go over REST, reports come over the WebSocket API. */
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
  readonly #history: TradeHistory;
  #stream: SteadySocket | undefined;

  constructor(spec: SpotSpec, listings: readonly VenueListing[]) {
    this.#spec = spec;
    this.#rest = spotClient(spec);
    this.#listed = listings.map((listing, index) => ({ ...listing, index }));
    this.#bySymbol = new Map(this.#listed.map((listing) => [listing.symbol, listing]));
    this.#history = new TradeHistory({
      rest: this.#rest, path: '/api/v3/myTrades', weight: 20, entry: tradeEntry, listed: this.#listed, lookUp: (order) => this.lookUp(order), onUnreadable: spec.onUnreadable,
    });
  }

  async submit(order: Order): Promise<Acceptance> {
    const listing = this.#listing(order.instrument);
    const parameters = orderParameters(order, listing);
    const { orderId, transactTime } = checked(acceptance, await this.#rest.request({ method: 'POST', path: '/api/v3/order', parameters, weight: 1, purpose: 'order' }), 'a new order');
    this.#history.remember(listing.symbol, orderId, order.clientOrderId);
    return { venueOrderId: orderId, tsEvent: transactTime };
  }

  async cancel(order: OrderRef): Promise<void> {
    await this.#rest.request({ method: 'DELETE', path: '/api/v3/order', parameters: this.#named(order), weight: 1, purpose: 'cancel' });
  }

  async cancelAll(instrument?: number): Promise<void> {
    const symbols = instrument === undefined ? await this.#openSymbols() : [this.#listing(instrument).symbol];
    await eachOf(symbols, async (symbol) => {
      try {
        await this.#rest.request({ method: 'DELETE', path: '/api/v3/openOrders', parameters: { symbol }, weight: 1, purpose: 'cancel' });
      } catch (error) {
        // Nothing is open: that is what was asked for.
        if (!(error instanceof VenueError) || error.failure !== 'not-found') throw error;
      }
    });
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
    return { tsEvent: this.#rest.now(), openOrders, positions, balances: balancesOf([...held].map(([asset, { text }]) => [asset, text]), this.#listed) };
  }

  fillsSince(place: string | undefined): Promise<{ readonly fills: readonly VenueFill[]; readonly place: string }> {
    return this.#history.since(place);
  }

  fillsOf(order: OrderRef): Promise<readonly VenueFill[]> {
    return this.#history.of(order);
  }

  placeNow(): Promise<string> {
    return this.#history.now();
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
    const told = readOr('a report of the stream', this.#spec.onUnreadable, () => readReport(event, (symbol) => this.#bySymbol.get(symbol)));
    if (told === undefined) return;
    this.#history.remember(this.#listing(told.order.instrument).symbol, told.order.venueOrderId, told.order.clientOrderId);
    // The fill first, so that no state counts a fill that has not been told.
    if (told.fill !== undefined) listener.onFill(told.fill);
    listener.onOrder(told.order);
  }

  #account(): Promise<unknown> {
    return this.#rest.request({ method: 'GET', path: '/api/v3/account', parameters: { omitZeroBalances: 'true' }, weight: 20, purpose: 'question' });
  }

  #askOpen(): Promise<unknown> {
    return this.#rest.request({ method: 'GET', path: '/api/v3/openOrders', weight: 80, purpose: 'question' });
  }

  /** Symbols of ours in which something is open. Of an order no more has to be readable to be canceled. */
  async #openSymbols(): Promise<ReadonlySet<string>> {
    return symbolsOf(await this.#askOpen(), this.#bySymbol);
  }

  async #openOrders(): Promise<VenueOrder[]> {
    const told = checked(z.array(orderEntry), await this.#askOpen(), 'open orders');
    return told.flatMap((order) => {
      const listing = this.#bySymbol.get(order.symbol);
      return listing === undefined ? [] : [readable(() => this.#toOrder(order, listing), 'open orders')];
    });
  }

  #toOrder(told: z.infer<typeof orderEntry>, listing: Listed): VenueOrder {
    this.#history.remember(listing.symbol, told.orderId, told.clientOrderId);
    return toVenueOrder(told, listing);
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
