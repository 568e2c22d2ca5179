import { z } from 'zod';
import { format, type Exact } from '../../domain/exact.ts';
import type { Order } from '../../domain/order.ts';
import type { Random } from '../../domain/random.ts';
import type { Timestamp } from '../../domain/time.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Acceptance, KeyCheck, KeyedVenue, OrderRef, VenueCapabilities, VenueFill, VenueGateway, VenueListener, VenueListing, VenueOrder, VenueSnapshot } from '../../ports/venue.ts';
import { ChannelStream, type Frame } from './channel-stream.ts';
import { cancelAnswer, cancelFailure, editAnswer, editFailure } from './changes.ts';
import { declined } from './failure.ts';
import { FillPlace } from './fill-place.ts';
import { KnownOrders } from './known-orders.ts';
import { productsBody, readListings } from './listing.ts';
import { acceptance, fillEntry, orderBody, orderEntry, streamedOrder, streamedToVenueOrder, sum, toVenueFill, toVenueOrder, wholeUnits, type Listed } from './orders.ts';
import { checked, RestClient } from './rest-client.ts';
import type { Signer } from './signing.ts';
import { UserReports } from './user-reports.ts';
import { decimal } from './wire.ts';

/** Where Coinbase Advanced Trade is; nothing else is ever dialled. */
export interface CoinbaseHosts {
  /** `https://…`, without a path. */
  readonly rest: string;
  /** `wss://…` of the channels of an account. */
  readonly user: string;
}

/** What a gateway to Coinbase works with. */
export interface CoinbaseSpec {
  readonly hosts: CoinbaseHosts;
  readonly signer: Signer;
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each part of an answer or frame that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

/**
 * After so long an order that was sent cannot be accepted any more: its token is good for 20 s, and the
 * rest is for what Coinbase does not state, the leeway of who checks it and the way behind that.
 */
const RECEIVE_WINDOW_MS = 60_000;
/** Entries asked for at once, and orders named at once. */
const PAGE = 250;
const NAMED = 50;
/** Coinbase lists no more open orders than these ("List Orders"). */
const MOST_OPEN = 1_000;
/** An order is looked for from so long before it was sent, since clocks are set and drift. */
const SENT_MARGIN_MS = 3_600_000;
/** An order that traded so long ago and is not found is not only late. */
const UNLISTED_MS = 600_000;
const ORDERS = '/api/v3/brokerage/orders';

/** What every page of a list has. */
const page = z.object({ cursor: z.string().nullish(), has_next: z.boolean().nullish(), proof_token_required: z.boolean().nullish() });
const ordersBody = page.extend({ orders: z.array(z.unknown()), has_next: z.boolean() });
const fillsBody = page.extend({ fills: z.array(z.unknown()) });
const accountsBody = page.extend({
  accounts: z.array(z.object({ currency: z.string(), type: z.string().nullish(), available_balance: z.object({ value: decimal }), hold: z.object({ value: decimal }).nullish() })),
});
const permissionsBody = z.object({ can_view: z.boolean(), can_trade: z.boolean(), can_transfer: z.boolean() });
const namedOrder = z.looseObject({ order_id: z.string(), product_id: z.string(), client_order_id: z.string() });
const userEvent = z.object({ orders: z.array(z.unknown()) });

type Query = readonly (readonly [string, string])[];

/**
 * An account of Coinbase Advanced Trade, spot. Orders go over REST. The user channel tells states of
 * orders and no trades, so those are asked for. An order whose id at Coinbase we were never told is
 * looked for in the list of orders, since Coinbase finds none by our id.
 */
export class CoinbaseGateway implements VenueGateway, KeyedVenue {
  readonly venue = 'coinbase';
  readonly capabilities: VenueCapabilities = {
    types: ['market', 'limit', 'stop-limit'], timesInForce: ['gtc', 'ioc', 'fok', 'gtd'], postOnly: true, reduceOnly: false, amend: true,
    clientId: { length: 36, unique: 'always' }, receiveWindowMs: RECEIVE_WINDOW_MS,
  };
  readonly #spec: CoinbaseSpec;
  readonly #rest: RestClient;
  readonly #listed: readonly Listed[];
  readonly #bySymbol: ReadonlyMap<string, Listed>;
  readonly #known = new KnownOrders();
  #stream: ChannelStream | undefined;
  #reports: UserReports | undefined;

  constructor(spec: CoinbaseSpec, listings: readonly VenueListing[]) {
    this.#spec = spec;
    this.#rest = new RestClient(spec.hosts.rest, spec.signer, spec.clock);
    this.#listed = listings.map((listing, index) => ({ ...listing, index }));
    this.#bySymbol = new Map(this.#listed.map((listing) => [listing.symbol, listing]));
  }

  async submit(order: Order): Promise<Acceptance> {
    const body = orderBody(order, this.#listing(order.instrument));
    this.#known.send(order.clientOrderId, this.#spec.clock.now());
    try {
      const told = checked(acceptance, await this.#rest.request({ method: 'POST', path: ORDERS, body, purpose: 'order' }), 'a new order');
      if (!told.success) {
        const why = told.error_response;
        throw declined({ what: 'a new order', reasons: [why?.new_order_failure_reason, why?.error, why?.preview_failure_reason, told.failure_reason], message: why?.error_details || (why?.message ?? '') });
      }
      // An id that was there already brings the order of that id back, and makes none.
      const { order_id: venueOrderId, client_order_id: clientOrderId } = told.success_response;
      if (clientOrderId !== order.clientOrderId) throw new VenueError('unknown-outcome', `coinbase: a new order was answered with another one, ${clientOrderId}`);
      this.#known.remember({ venueOrderId, clientOrderId, quantity: order.quantity });
      return { venueOrderId, tsEvent: this.#rest.now() };
    } catch (error) {
      if (error instanceof VenueError && error.failure !== 'unknown-outcome') this.#known.unsend(order.clientOrderId);
      throw error;
    }
  }

  async amend(order: OrderRef, price: Exact, quantity: Exact): Promise<void> {
    const { instrument } = this.#listing(order.instrument);
    const body = { order_id: await this.#idOf(order), price: format(price, instrument.priceScale), size: format(quantity, instrument.quantityScale) };
    const told = checked(editAnswer, await this.#rest.request({ method: 'POST', path: `${ORDERS}/edit`, body, purpose: 'order' }), 'a change');
    const failure = editFailure(told);
    if (failure !== undefined) throw failure;
    this.#known.remember({ venueOrderId: body.order_id, clientOrderId: order.clientOrderId, quantity });
  }

  async cancel(order: OrderRef): Promise<void> {
    const [failure] = await this.#cancelEach([await this.#idOf(order)]);
    if (failure !== undefined) throw failure;
  }

  async cancelAll(instrument?: number): Promise<void> {
    // Of an order no more than its id has to be readable to be canceled.
    const open = [...await this.#openEntries()].filter(([, { listing }]) => instrument === undefined || listing.index === instrument);
    const failures = await this.#cancelEach(open.map(([id]) => id));
    // What is not open any more has ended: that is what was asked for.
    const [failure] = failures.filter((each) => each.failure !== 'not-found');
    if (failure !== undefined) throw failure;
  }

  async lookUp(order: OrderRef): Promise<VenueOrder | undefined> {
    const venueOrderId = order.venueOrderId ?? this.#known.byClient(order.clientOrderId);
    if (venueOrderId === undefined) return this.#search(order);
    try {
      const path = `${ORDERS}/historical/${encodeURIComponent(venueOrderId)}`;
      const told = checked(z.object({ order: z.unknown() }), await this.#rest.request({ method: 'GET', path, purpose: 'question' }), 'a look-up');
      return this.#toOrder(told.order, this.#listing(order.instrument), 'a look-up');
    } catch (error) {
      if (error instanceof VenueError && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  async snapshot(): Promise<VenueSnapshot> {
    const openOrders = await this.#openOrders();
    // The money that our instruments are paid in is told also where nothing of it is left: what is not told cannot be missed.
    const money = new Set(this.#listed.map(({ instrument }) => instrument.quoteCurrency));
    const held = new Map([...money].map((currency) => [currency, '0']));
    for await (const told of this.#pages('/api/v3/brokerage/accounts', [], accountsBody, 'accounts')) {
      // What lies in a vault cannot be traded.
      for (const { currency, available_balance: free, hold } of told.accounts.filter(({ type }) => type !== 'ACCOUNT_TYPE_VAULT')) {
        held.set(currency, sum(held.get(currency) ?? '0', sum(free.value, hold?.value ?? '0')));
      }
    }
    const positions = this.#listed.flatMap(({ index, instrument }) => {
      const quantity = wholeUnits(held.get(instrument.id.slice(0, instrument.id.indexOf('-'))) ?? '0', instrument.quantityScale);
      return quantity === 0 ? [] : [{ instrument: index, quantity }];
    });
    return { tsEvent: this.#rest.now(), openOrders, positions, balances: Object.fromEntries([...held].filter(([currency, amount]) => amount !== '0' || money.has(currency))) };
  }

  async fillsSince(place: string | undefined): Promise<{ readonly fills: readonly VenueFill[]; readonly place: string }> {
    const since = FillPlace.read(place);
    const query: Query = [...this.#listed.map(({ symbol }) => ['product_ids', symbol] as const), ...(since.from === undefined ? [] : [['start_sequence_timestamp', new Date(since.from).toISOString()] as const])];
    const listed = await this.#listFills(query);
    const fills = await this.#toFills(listed.filter(({ trade_id: tradeId }) => !since.has(tradeId)));
    return { fills, place: since.after(listed.map((told) => ({ tradeId: told.trade_id, tsEvent: told.trade_time }))) };
  }

  /** Coinbase lists fills by time and may list one long after newer ones, beyond the overlap of places. */
  async fillsOf(order: OrderRef): Promise<readonly VenueFill[]> {
    return this.#toFills(await this.#listFills([['order_ids', await this.#idOf(order)]]));
  }

  recall(orders: readonly OrderRef[]): void {
    for (const { clientOrderId, venueOrderId } of orders) if (venueOrderId !== undefined) this.#known.remember({ venueOrderId, clientOrderId, quantity: undefined });
  }

  async open(listener: VenueListener): Promise<void> {
    const { hosts, clock, random, onUnreadable } = this.#spec;
    const reports = new UserReports({ clock, listener, fillsOf: (order) => this.fillsOf(order) });
    const stream = new ChannelStream({
      url: hosts.user, clock, random, onUnreadable,
      subscriptions: async () => [{ channel: 'user', jwt: await this.#rest.subscriptionToken() }],
      onFrame: (frame) => { this.#hear(frame, reports); },
      onConnection: (state, reason) => { listener.onConnection(state, reason); },
    });
    this.#reports = reports;
    this.#stream = stream;
    await stream.open();
  }

  async checkKeys(): Promise<KeyCheck> {
    const clockSkewMs = await this.#rest.askSkew();
    const told = checked(permissionsBody, await this.#rest.request({ method: 'GET', path: '/api/v3/brokerage/key_permissions', purpose: 'question' }), 'permissions');
    // Keys that may not look cannot find an order again.
    return { clockSkewMs, canTrade: told.can_trade && told.can_view, canWithdraw: told.can_transfer, addressBound: undefined };
  }

  close(): Promise<void> {
    this.#stream?.close();
    this.#reports?.close();
    this.#rest.close();
    return Promise.resolve();
  }

  /** A snapshot lists open orders, fifty at a time; an update tells one that has changed. Both are states. */
  #hear({ events, timestamp }: Frame, reports: UserReports): void {
    const tsEvent = Date.parse(timestamp) || this.#rest.now();
    for (const event of events) {
      const { data } = userEvent.safeParse(event);
      if (data === undefined) this.#spec.onUnreadable('an event of the user channel');
      for (const each of data?.orders ?? []) {
        const order = this.#read('an order of the user channel', () => {
          const { product_id: symbol } = namedOrder.parse(each);
          const listing = this.#bySymbol.get(symbol);
          if (listing === undefined) return undefined;
          const told = streamedOrder.parse(each);
          return streamedToVenueOrder(told, listing, this.#known.byVenue(told.order_id), tsEvent);
        });
        if (order === undefined) continue;
        this.#known.remember(order);
        reports.hear(order);
      }
    }
  }

  /** What the venue said, or undefined where it cannot be read: that is counted and passed over. */
  #read<T>(what: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError) && !(error instanceof TypeError) && !(error instanceof z.ZodError)) throw error;
      this.#spec.onUnreadable(what);
      return undefined;
    }
  }

  /** All pages of a list, one by one. Throws `VenueError`. */
  async * #pages<T extends z.infer<typeof page>>(path: string, query: Query, schema: z.ZodType<T>, what: string): AsyncGenerator<T> {
    for (let cursor = ''; ;) {
      const paged: Query = [...query, ['limit', String(PAGE)], ...(cursor === '' ? [] : [['cursor', cursor] as const])];
      const told = checked(schema, await this.#rest.request({ method: 'GET', path, query: paged, purpose: 'question' }), what);
      // A part of a list that is held back must not look like the whole.
      if (told.proof_token_required === true) throw new VenueError('unknown-outcome', `coinbase: it shows ${what} of this account only after a second factor`);
      yield told;
      const next = told.cursor ?? '';
      if (next === '' || told.has_next === false) return;
      if (next === cursor) throw new VenueError('unknown-outcome', `coinbase: the list of ${what} does not go on`);
      cursor = next;
    }
  }

  async #openOrders(): Promise<VenueOrder[]> {
    return [...(await this.#openEntries()).values()].map(({ told, listing }) => this.#toOrder(told, listing, 'open orders')).filter(({ status }) => status === 'open');
  }

  /** What can still trade, by its id. OPEN cannot be asked for together with others; the order of asking is that in which an order goes through them. */
  async #openEntries(): Promise<ReadonlyMap<string, { readonly told: unknown; readonly listing: Listed }>> {
    const open = new Map<string, { readonly told: unknown; readonly listing: Listed }>();
    for (const statuses of [['PENDING', 'QUEUED'], ['OPEN'], ['EDIT_QUEUED', 'CANCEL_QUEUED']]) {
      let listed = 0;
      for await (const { orders } of this.#pages(`${ORDERS}/historical/batch`, statuses.map((each) => ['order_status', each]), ordersBody, 'open orders')) {
        listed += orders.length;
        for (const told of orders) {
          const { order_id: id, product_id: symbol } = checked(namedOrder, told, 'open orders');
          const listing = this.#bySymbol.get(symbol);
          if (listing !== undefined) open.set(id, { told, listing });
        }
      }
      if (listed >= MOST_OPEN) throw new VenueError('unknown-outcome', `coinbase: ${listed} orders are open, and it lists no more, so what is open cannot be told`);
    }
    return open;
  }

  /** Looks through the list of orders for one of our id: those since it was sent where that is known, else all that there ever were. */
  async #search({ clientOrderId, instrument }: OrderRef): Promise<VenueOrder | undefined> {
    const listing = this.#listing(instrument);
    const sentAt = this.#known.sentAt(clientOrderId);
    const product: Query = [['product_ids', listing.symbol]];
    // By the venue's clock, which may have been asked only since the order was sent.
    const sent = (): Query => (sentAt === undefined ? [] : [['start_date', new Date(this.#rest.now() - (this.#spec.clock.now() - sentAt) - SENT_MARGIN_MS).toISOString()]]);
    // Times are not looked at for open orders, so those are asked for by themselves.
    for (const narrow of [(): Query => [['order_status', 'OPEN']], sent]) {
      const query = [...product, ...narrow()];
      for await (const told of this.#pages(`${ORDERS}/historical/batch`, query, ordersBody, 'orders')) {
        for (const each of told.orders) {
          if (checked(namedOrder, each, 'orders').client_order_id === clientOrderId) return this.#toOrder(each, listing, 'orders');
          const { data } = orderEntry.safeParse(each);
          if (data !== undefined) this.#read('an order', () => { this.#known.remember(toVenueOrder(data, listing, undefined)); });
        }
      }
    }
    return undefined;
  }

  /** The venue's id of an order. Throws `VenueError`, `not-found` where it has none. */
  async #idOf(order: OrderRef): Promise<string> {
    const venueOrderId = order.venueOrderId ?? this.#known.byClient(order.clientOrderId) ?? (await this.#search(order))?.venueOrderId;
    if (venueOrderId === undefined) throw new VenueError('not-found', `coinbase: it has no order ${order.clientOrderId}`);
    return venueOrderId;
  }

  /** Asks for the end of orders; each one's refusal, if it was refused. */
  async #cancelEach(venueOrderIds: readonly string[]): Promise<VenueError[]> {
    const failures: VenueError[] = [];
    for (let i = 0; i < venueOrderIds.length; i += NAMED) {
      const body = { order_ids: venueOrderIds.slice(i, i + NAMED) };
      const told = checked(cancelAnswer, await this.#rest.request({ method: 'POST', path: `${ORDERS}/batch_cancel`, body, purpose: 'cancel' }), 'a cancel');
      failures.push(...told.results.flatMap((result) => cancelFailure(result) ?? []));
    }
    return failures;
  }

  /** Fills that match, oldest first; what cannot be read is counted and left out. */
  async #listFills(query: Query): Promise<z.infer<typeof fillEntry>[]> {
    const listed: z.infer<typeof fillEntry>[] = [];
    for await (const told of this.#pages(`${ORDERS}/historical/fills`, query, fillsBody, 'fills')) {
      listed.push(...told.fills.flatMap((each) => this.#read('a fill', () => fillEntry.parse(each)) ?? []));
    }
    // They come newest first, and one that came while pages were read shifts others to the next page.
    const once = new Map(listed.reverse().map((told) => [told.trade_id, told]));
    return [...once.values()].sort((a, b) => a.trade_time - b.trade_time);
  }

  /** Fills with our ids of their orders, asked for where they are not known. Throws `VenueError` where nothing names one yet, so that the fill is read again. */
  async #toFills(listed: readonly z.infer<typeof fillEntry>[]): Promise<VenueFill[]> {
    const ours = listed.filter(({ product_id: symbol }) => this.#bySymbol.has(symbol));
    const unknown = [...new Set(ours.map((told) => told.order_id))].filter((id) => this.#known.byVenue(id) === undefined);
    for (let i = 0; i < unknown.length; i += NAMED) {
      const query: Query = unknown.slice(i, i + NAMED).map((id) => ['order_ids', id]);
      for await (const told of this.#pages(`${ORDERS}/historical/batch`, query, ordersBody, 'orders that traded')) {
        for (const each of told.orders) {
          const listing = this.#bySymbol.get(namedOrder.safeParse(each).data?.product_id ?? '');
          if (listing !== undefined) this.#toOrder(each, listing, 'orders that traded');
        }
      }
    }
    for (const { order_id: id, trade_time: tradedAt } of ours) if (this.#known.byVenue(id) === undefined) await this.#askWhose(id, tradedAt);
    return ours.flatMap((told) => {
      const known = this.#known.byVenue(told.order_id);
      const listing = this.#bySymbol.get(told.product_id);
      if (known === undefined || listing === undefined) return [];
      return this.#read('a fill', () => toVenueFill(told, known.clientOrderId, listing)) ?? [];
    });
  }

  /** Whose an order is that the list leaves out, as it does what was bought with one touch in the app. One that is not there long after it traded is nobody's. */
  async #askWhose(venueOrderId: string, tradedAt: Timestamp): Promise<void> {
    try {
      const told = checked(z.object({ order: namedOrder }), await this.#rest.request({ method: 'GET', path: `${ORDERS}/historical/${encodeURIComponent(venueOrderId)}`, purpose: 'question' }), 'a look-up');
      this.#known.remember({ venueOrderId, clientOrderId: told.order.client_order_id, quantity: undefined });
    } catch (error) {
      if (!(error instanceof VenueError) || (error.failure !== 'not-found' && error.failure !== 'rejected')) throw error;
      if (this.#rest.now() - tradedAt < UNLISTED_MS) throw new VenueError('unknown-outcome', `coinbase: the order ${venueOrderId} has traded and cannot be found yet`);
      this.#known.remember({ venueOrderId, clientOrderId: '', quantity: undefined });
    }
  }

  /** An order that cannot be done without. Throws `VenueError`, unknown outcome. */
  #toOrder(told: unknown, listing: Listed, what: string): VenueOrder {
    const entry = checked(orderEntry, told, what);
    try {
      const order = toVenueOrder(entry, listing, this.#known.byVenue(entry.order_id));
      this.#known.remember(order);
      return order;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new VenueError('unknown-outcome', `coinbase: the answer to ${what} cannot be read: ${error.message}`);
    }
  }

  #listing(instrument: number): Listed {
    const listing = this.#listed[instrument];
    if (listing === undefined) throw new RangeError(`coinbase: no instrument ${instrument}`);
    return listing;
  }
}

/** What trades on Coinbase spot now; no keys are needed. Throws `VenueError`. */
export async function coinbaseListings({ hosts, clock, onUnreadable }: Pick<CoinbaseSpec, 'hosts' | 'clock' | 'onUnreadable'>): Promise<readonly VenueListing[]> {
  const client = new RestClient(hosts.rest, undefined, clock);
  const told = await client.request({ method: 'GET', path: '/api/v3/brokerage/market/products', query: [['product_type', 'SPOT']], purpose: 'question', open: true });
  return readListings(checked(productsBody, told, 'products').products, onUnreadable);
}
