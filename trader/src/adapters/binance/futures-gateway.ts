import { z } from 'zod';
import { format, parseDecimal, type Exact } from '../../domain/exact.ts';
import type { Order, Side } from '../../domain/order.ts';
import type { Random } from '../../domain/random.ts';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Acceptance, KeyCheck, KeyedVenue, Margin, OrderRef, VenueCapabilities, VenueFill, VenueGateway, VenueListener, VenueListing, VenueOrder, VenuePayment, VenueSnapshot } from '../../ports/venue.ts';
import { failureOf } from './failure.ts';
import { futuresFailureOf } from './futures-failure.ts';
import { algoEntry, futuresAcceptance, futuresSending, futuresTradeEntry, toConditionalOrder } from './futures-orders.ts';
import { readFuturesReport } from './futures-report.ts';
import { fundingSince, saysFunding } from './futures-funding.ts';
import { FuturesStream } from './futures-stream.ts';
import { keyRestrictions } from './key-restrictions.ts';
import { exchangeInfo, readFuturesListings } from './listing.ts';
import { orderEntry, plain, toVenueOrder, type Listed } from './orders.ts';
import { FUTURES_LIMITS, RequestBudget, SPOT_LIMITS } from './request-budget.ts';
import { checked, RECEIVE_WINDOW_MS, RestClient, type Ask } from './rest-client.ts';
import type { Parameters, Signer } from './signing.ts';
import { readable, readOr, Remembered, TradeHistory } from './trade-history.ts';
import { decimal } from './wire.ts';

/** Where Binance USD-M futures are; nothing else is ever dialled. All without a path. */
export interface FuturesHosts {
  /** `https://…` of futures. */
  readonly rest: string;
  /** `wss://…` of futures. */
  readonly stream: string;
  /** `https://…` of spot, which alone tells what keys may do; left out where there is no such place, as for the testnet. */
  readonly wallet?: string;
}

/** What a gateway to Binance USD-M futures works with. */
export interface FuturesSpec {
  readonly hosts: FuturesHosts;
  readonly signer: Signer;
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each part of an answer or frame that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

const accountBody = z.object({
  assets: z.array(z.object({ asset: z.string(), walletBalance: decimal })),
  positions: z.array(z.object({ symbol: z.string(), positionSide: z.string(), positionAmt: decimal })),
});
const configBody = z.object({ dualSidePosition: z.boolean(), canTrade: z.boolean() });
const symbolConfig = z.tuple([z.object({ marginType: z.enum(['CROSSED', 'ISOLATED']), leverage: z.number() })]);

/** Codes by which Binance says that all is as asked for already: the order, the kind of margin. */
const AS_IT_IS: ReadonlySet<string | undefined> = new Set(['-5027', '-4046']);

/**
 * An account of Binance USD-M futures in one-way mode. Orders go over REST, reports come by listen key.
 * A stop is a conditional order of another service: it has an id of its own there, and becomes a plain
 * order of the same client id when it triggers, so orders are named by ours.
 */
export class FuturesGateway implements VenueGateway, KeyedVenue {
  readonly venue = 'binance';
  readonly capabilities: VenueCapabilities = {
    types: ['market', 'limit', 'stop', 'stop-limit'], timesInForce: ['gtc', 'ioc', 'fok'], postOnly: true, reduceOnly: true, amend: true,
    clientId: { length: 36, unique: 'open' }, receiveWindowMs: RECEIVE_WINDOW_MS, margin: true,
  };
  readonly #spec: FuturesSpec;
  readonly #rest: RestClient;
  readonly #listed: readonly Listed[];
  readonly #bySymbol: ReadonlyMap<string, Listed>;
  readonly #history: TradeHistory;
  /** Sides of orders by our id: a change has to name its order's. */
  readonly #sides = new Remembered<Side>();
  #stream: FuturesStream | undefined;

  constructor(spec: FuturesSpec, listings: readonly VenueListing[]) {
    this.#spec = spec;
    this.#rest = futuresClient(spec);
    this.#listed = listings.map((listing, index) => ({ ...listing, index }));
    this.#bySymbol = new Map(this.#listed.map((listing) => [listing.symbol, listing]));
    this.#history = new TradeHistory({
      rest: this.#rest, path: '/fapi/v1/userTrades', weight: 5, entry: futuresTradeEntry, listed: this.#listed, lookUp: (order) => this.lookUp(order), onUnreadable: spec.onUnreadable,
      // Ninety days after it was made no order is found, also one that traded last ("Query Order").
      forgottenAfterMs: 86_400_000,
    });
  }

  async submit(order: Order): Promise<Acceptance> {
    const listing = this.#listing(order.instrument);
    const { path, parameters } = futuresSending(order, listing);
    this.#sides.set(order.clientOrderId, order.side);
    const accepted = checked(futuresAcceptance, await this.#rest.request({ method: 'POST', path, parameters, weight: 1, purpose: 'order' }), 'a new order');
    this.#history.remember(listing.symbol, accepted.venueOrderId, order.clientOrderId);
    return accepted;
  }

  /** For a plain limit order. Binance cancels it where no more is asked for than has traded, and a post-only one that would take. */
  async amend(order: OrderRef, price: Exact, quantity: Exact): Promise<void> {
    const { instrument } = this.#listing(order.instrument);
    const side = this.#sides.get(order.clientOrderId) ?? await this.#sideOf(order);
    const parameters = { ...this.#named(order), side: side.toUpperCase(), quantity: format(quantity, instrument.quantityScale), price: format(price, instrument.priceScale) };
    await unlessAsItIs(this.#rest.request({ method: 'PUT', path: '/fapi/v1/order', parameters, weight: 1, purpose: 'order' }));
  }

  async cancel(order: OrderRef): Promise<void> {
    const found = await this.#found({ method: 'DELETE', path: '/fapi/v1/order', parameters: this.#named(order), weight: 1, purpose: 'cancel' })
      ?? await this.#found({ method: 'DELETE', path: '/fapi/v1/algoOrder', parameters: conditional(order), weight: 1, purpose: 'cancel' });
    if (found === undefined) throw new VenueError('not-found', `binance: there is no open order ${order.clientOrderId}`, { code: '-2011' });
  }

  async cancelAll(instrument?: number): Promise<void> {
    const symbols = instrument === undefined ? new Set((await this.#openOrders()).map((order) => this.#listing(order.instrument).symbol)) : [this.#listing(instrument).symbol];
    for (const symbol of symbols) {
      for (const path of ['/fapi/v1/allOpenOrders', '/fapi/v1/algoOpenOrders']) await this.#found({ method: 'DELETE', path, parameters: { symbol }, weight: 1, purpose: 'cancel' });
    }
  }

  async lookUp(order: OrderRef): Promise<VenueOrder | undefined> {
    const listing = this.#listing(order.instrument);
    const told = await this.#found({ method: 'GET', path: '/fapi/v1/order', parameters: this.#named(order), weight: 1, purpose: 'question' });
    if (told !== undefined) return this.#toOrder(checked(orderEntry, told, 'a look-up'), listing);
    if (order.clientOrderId === '') return undefined;
    const stop = await this.#found({ method: 'GET', path: '/fapi/v1/algoOrder', parameters: conditional(order), weight: 1, purpose: 'question' });
    return stop === undefined ? undefined : readable(() => toConditionalOrder(checked(algoEntry, stop, 'a look-up'), listing), 'a look-up');
  }

  async snapshot(): Promise<VenueSnapshot> {
    const openOrders = await this.#openOrders();
    const { assets, positions } = checked(accountBody, await this.#ask('/fapi/v3/account', 5), 'the account');
    const held = positions.flatMap(({ symbol, positionSide, positionAmt }) => {
      if (positionSide !== 'BOTH') throw hedged();
      const listing = this.#bySymbol.get(symbol);
      const quantity = listing === undefined ? 0 : readable(() => parseDecimal(positionAmt, listing.instrument.quantityScale), 'a position');
      return listing === undefined || quantity === 0 ? [] : [{ instrument: listing.index, quantity }];
    });
    return { tsEvent: this.#rest.now(), openOrders, positions: held, balances: Object.fromEntries(assets.map(({ asset, walletBalance }) => [asset, plain(walletBalance)])) };
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

  /** Funding: the account's income of the kinds that no trade leads to. */
  paymentsSince(from: Timestamp): Promise<readonly VenuePayment[]> {
    return fundingSince(this.#rest, from, (symbol) => this.#bySymbol.get(symbol), this.#spec.onUnreadable);
  }

  /** Per contract, of those that the gateway was made with: Binance has one switch for each. Orders alone; Binance promises nothing of stops. */
  async armDeadMansSwitch(afterMs: number): Promise<void> {
    const arm = ({ symbol }: Listed) => this.#rest.request({ method: 'POST', path: '/fapi/v1/countdownCancelAll', parameters: { symbol, countdownTime: String(afterMs) }, weight: 10, purpose: 'cancel' });
    await Promise.all(this.#listed.map(arm));
  }

  async checkKeys(): Promise<KeyCheck> {
    await this.#rest.askTime();
    const clockSkewMs = this.#rest.now() - this.#spec.clock.now();
    const { canTrade } = await this.#config();
    const allowed = await this.#allowed();
    if (allowed === undefined) return { clockSkewMs, canTrade: canTrade ? undefined : false, canWithdraw: undefined, addressBound: undefined };
    return { clockSkewMs, canTrade: canTrade && allowed.enableFutures, canWithdraw: allowed.enableWithdrawals, addressBound: allowed.ipRestrict };
  }

  /** How positions of a contract are held. Throws `VenueError`. */
  async margin(instrument: number): Promise<Margin> {
    const told = await this.#ask('/fapi/v1/symbolConfig', 5, { symbol: this.#listing(instrument).symbol });
    const [{ marginType, leverage }] = checked(symbolConfig, told, 'the margin');
    return { isolated: marginType === 'ISOLATED', leverage };
  }

  /** Holds positions of a contract like this from now on. Throws `VenueError`; Binance refuses another kind while a position or an order is open. */
  async setMargin(instrument: number, { isolated, leverage }: Margin): Promise<void> {
    const { symbol } = this.#listing(instrument);
    const set = (path: string, parameters: Parameters) => unlessAsItIs(this.#rest.request({ method: 'POST', path, parameters: { symbol, ...parameters }, weight: 1, purpose: 'question' }));
    await set('/fapi/v1/marginType', { marginType: isolated ? 'ISOLATED' : 'CROSSED' });
    await set('/fapi/v1/leverage', { leverage: String(leverage) });
  }

  /** As the port says; rejected for an account in hedge mode, whose positions have two sides. */
  async open(listener: VenueListener): Promise<void> {
    const { hosts, clock, random, onUnreadable } = this.#spec;
    this.#stream = new FuturesStream({
      host: hosts.stream, rest: this.#rest, clock, random, onUnreadable,
      admit: async () => { if ((await this.#config()).dualSidePosition) throw hedged(); },
      onEvent: (event) => { this.#hear(event, listener); },
      onConnection: (state, reason) => { listener.onConnection(state, reason); },
    });
    await this.#stream.open();
  }

  close(): Promise<void> {
    this.#stream?.close();
    this.#rest.close();
    return Promise.resolve();
  }

  #hear(event: { readonly e: string }, listener: VenueListener): void {
    if (saysFunding(event)) listener.onPayment?.();
    const told = readOr('a report of the stream', this.#spec.onUnreadable, () => readFuturesReport(event, (symbol) => this.#bySymbol.get(symbol)));
    if (told === undefined) return;
    this.#history.remember(this.#listing(told.order.instrument).symbol, told.order.venueOrderId, told.order.clientOrderId);
    // The fill first, so that no state counts a fill that has not been told.
    if (told.fill !== undefined) listener.onFill(told.fill);
    listener.onOrder(told.order);
  }

  async #openOrders(): Promise<VenueOrder[]> {
    const orders = checked(z.array(orderEntry), await this.#ask('/fapi/v1/openOrders', 40), 'open orders');
    const stops = checked(z.array(algoEntry), await this.#ask('/fapi/v1/openAlgoOrders', 40), 'open stops');
    const known = <T extends { readonly symbol: string }>(each: T, read: (each: T, listing: Listed) => VenueOrder) => {
      const listing = this.#bySymbol.get(each.symbol);
      return listing === undefined ? [] : [readable(() => read(each, listing), 'open orders')];
    };
    const plainOnes = orders.flatMap((each) => known(each, (told, listing) => this.#toOrder(told, listing)));
    // A stop that triggered between the two questions is told by both.
    const ids = new Set(plainOnes.map(({ clientOrderId }) => clientOrderId));
    return [...plainOnes, ...stops.flatMap((each) => known(each, toConditionalOrder)).filter(({ clientOrderId }) => !ids.has(clientOrderId))];
  }

  #toOrder(told: z.infer<typeof orderEntry>, listing: Listed): VenueOrder {
    this.#history.remember(listing.symbol, told.orderId, told.clientOrderId);
    return readable(() => toVenueOrder(told, listing), 'an order');
  }

  async #sideOf(order: OrderRef): Promise<Side> {
    const told = await this.lookUp(order);
    if (told === undefined) throw new VenueError('not-found', `binance: there is no order ${order.clientOrderId} to change`, { code: '-2013' });
    return told.side;
  }

  async #config(): Promise<z.infer<typeof configBody>> {
    return checked(configBody, await this.#ask('/fapi/v1/accountConfig', 5), 'the configuration of the account');
  }

  async #allowed(): ReturnType<typeof keyRestrictions> {
    const { hosts: { wallet }, signer, clock } = this.#spec;
    if (wallet === undefined) return undefined;
    const client = new RestClient({ base: wallet, signer, clock, budget: new RequestBudget(SPOT_LIMITS), timePath: '/api/v3/time', failureOf });
    try {
      return await keyRestrictions(client);
    } finally {
      client.close();
    }
  }

  #ask(path: string, weight: number, parameters: Parameters = {}): Promise<unknown> {
    return this.#rest.request({ method: 'GET', path, parameters, weight, purpose: 'question' });
  }

  /** An answer, or undefined where the venue denies having what was asked for. */
  async #found(ask: Ask): Promise<unknown> {
    try {
      return await this.#rest.request(ask);
    } catch (error) {
      if (error instanceof VenueError && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  #named({ clientOrderId, venueOrderId, instrument }: OrderRef): Parameters {
    const { symbol } = this.#listing(instrument);
    return clientOrderId === '' && venueOrderId !== undefined ? { symbol, orderId: venueOrderId } : { symbol, origClientOrderId: clientOrderId };
  }

  #listing(instrument: number): Listed {
    const listing = this.#listed[instrument];
    if (listing === undefined) throw new RangeError(`binance: no instrument ${instrument}`);
    return listing;
  }
}

/** What trades on Binance USD-M futures now. Throws `VenueError`. */
export async function futuresListings(spec: FuturesSpec): Promise<readonly VenueListing[]> {
  const client = futuresClient(spec);
  try {
    const told = await client.request({ method: 'GET', path: '/fapi/v1/exchangeInfo', weight: 1, purpose: 'question', security: 'none' });
    return readFuturesListings(checked(exchangeInfo, told, 'exchangeInfo').symbols, spec.onUnreadable);
  } finally {
    client.close();
  }
}

function futuresClient({ hosts, signer, clock }: FuturesSpec): RestClient {
  return new RestClient({ base: hosts.rest, signer, clock, budget: new RequestBudget(FUTURES_LIMITS), timePath: '/fapi/v1/time', failureOf: futuresFailureOf });
}

function conditional({ clientOrderId }: OrderRef): Parameters {
  return { clientAlgoId: clientOrderId };
}

function hedged(): VenueError {
  return new VenueError('rejected', 'binance: the account is in hedge mode, whose positions have two sides; switch it to one-way mode', { reason: 'not-permitted' });
}

async function unlessAsItIs(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof VenueError) || !AS_IT_IS.has(error.code)) throw error;
  }
}
