import { z } from 'zod';
import { decimalPlaces, format, parseDecimal } from '../../domain/exact.ts';
import type { Order } from '../../domain/order.ts';
import type { Random } from '../../domain/random.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { Acceptance, KeyCheck, KeyedVenue, OrderRef, VenueCapabilities, VenueFill, VenueGateway, VenueListener, VenueListing, VenueOrder, VenuePayment, VenueSnapshot } from '../../ports/venue.ts';
import type { SteadySocket } from '../wire/steady-socket.ts';
import { feesSince } from './fee-activities.ts';
import { fillsAfter, fillsFrom, type ListedFill } from './fill-pages.ts';
import { Lineage } from './lineage.ts';
import { assetList, readListings } from './listing.ts';
import { abilitiesOf, anyOrder, fillActivity, orderBody, orderEntry, toVenueFill, toVenueOrder, tradeIdOf, type Listed, type OrderEntry, type Traded } from './orders.ts';
import { checked, RestClient } from './rest-client.ts';
import type { Signer } from './signing.ts';
import { tradeUpdates } from './trade-updates.ts';
import { bare, decimal, moment } from './wire.ts';

/** Where an account of Alpaca is; nothing else is ever dialled. */
export interface AlpacaHosts {
  /** `https://…`, without a path. */
  readonly rest: string;
  /** `wss://…/stream` */
  readonly stream: string;
}

/** What a gateway to Alpaca works with. */
export interface AlpacaSpec {
  readonly hosts: AlpacaHosts;
  readonly signer: Signer;
  readonly clock: Clock;
  /** Spreads the attempts to come back. */
  readonly random: Random;
  /** Hears of each part of an answer or frame that could not be read and was passed over. */
  readonly onUnreadable: (what: string) => void;
}

const accountBody = z.object({
  status: z.string(), currency: z.string(), cash: decimal, trading_blocked: z.boolean(), account_blocked: z.boolean(), trade_suspended_by_user: z.boolean(), shorting_enabled: z.boolean(),
});
const positionList = z.array(z.object({ symbol: z.string(), qty: decimal }));
const clockBody = z.object({ timestamp: moment });
/** The answers to a cancel of all orders: a status of its own for each (207). */
const canceledList = z.array(z.object({ id: z.string(), status: z.number() }));

/** As many orders as Alpaca lists at once. */
const PAGE = 500;

/**
 * An account of Alpaca, paper or live, for shares and coins. Orders go over REST, reports come over
 * `trade_updates`. Replaced orders, which only a person can make, keep our id (`lineage.ts`).
 */
export class AlpacaGateway implements VenueGateway, KeyedVenue {
  readonly venue = 'alpaca';
  readonly capabilities: VenueCapabilities;
  readonly #spec: AlpacaSpec;
  readonly #rest: RestClient;
  readonly #listed: readonly Listed[];
  readonly #bySymbol: ReadonlyMap<string, Listed>;
  readonly #lineage = new Lineage((venueOrderId) => this.#fetch(venueOrderId));
  #stream: SteadySocket | undefined;
  #closed = false;

  constructor(spec: AlpacaSpec, listings: readonly VenueListing[]) {
    this.#spec = spec;
    this.#rest = new RestClient(spec.hosts.rest, spec.signer, spec.clock);
    this.#listed = listings.map((listing, index) => ({ ...listing, index }));
    this.#bySymbol = new Map(this.#listed.map((listing) => [bare(listing.symbol), listing]));
    this.capabilities = capabilitiesOf(listings);
  }

  async submit(order: Order): Promise<Acceptance> {
    const body = orderBody(order, this.#listing(order.instrument));
    const told = checked(orderEntry, await this.#rest.request({ method: 'POST', path: '/v2/orders', body, purpose: 'order' }), 'a new order');
    this.#lineage.first(told.id, order.clientOrderId);
    return { venueOrderId: told.id, tsEvent: told.submitted_at };
  }

  async cancel(order: OrderRef): Promise<void> {
    const named = order.venueOrderId ?? (await this.#find(order))?.id;
    if (named === undefined) throw new VenueError('not-found', `alpaca: there is no order ${order.clientOrderId}`);
    try {
      await this.#cancelOne(named);
    } catch (error) {
      if (!(error instanceof VenueError) || error.failure !== 'not-found') throw error;
      // It may have gone on under another id.
      const latest = await this.#find(order);
      if (latest === undefined || latest.id === named) throw error;
      await this.#cancelOne(latest.id);
    }
  }

  async cancelAll(instrument?: number): Promise<void> {
    if (instrument === undefined) {
      const told = checked(canceledList, await this.#rest.request({ method: 'DELETE', path: '/v2/orders', purpose: 'cancel' }), 'a cancel of all orders');
      const failed = told.filter(({ status }) => status >= 500);
      if (failed.length > 0) throw new VenueError('unknown-outcome', `alpaca: ${failed.length} of ${told.length} orders could not be canceled: ${failed.map(({ id }) => id).join(', ')}`);
      return;
    }
    for (const { id } of await this.#openEntries([this.#listing(instrument).symbol])) {
      try {
        await this.#cancelOne(id);
      } catch (error) {
        // It has ended meanwhile: that is what was asked for.
        if (!(error instanceof VenueError) || error.failure !== 'not-found') throw error;
      }
    }
  }

  async lookUp(order: OrderRef): Promise<VenueOrder | undefined> {
    const told = await this.#find(order);
    return told && this.#toOrder(told);
  }

  async snapshot(): Promise<VenueSnapshot> {
    const tsEvent = this.#spec.clock.now();
    const openOrders: VenueOrder[] = [];
    for (const told of await this.#openEntries()) {
      const order = await this.#toOrder(told);
      if (order !== undefined) openOrders.push(order);
    }
    const held = checked(positionList, await this.#ask('/v2/positions'), 'positions');
    const { currency, cash } = checked(accountBody, await this.#ask('/v2/account'), 'the account');
    const positions = held.flatMap(({ symbol, qty }) => {
      const listing = this.#bySymbol.get(bare(symbol));
      return listing === undefined ? [] : [{ instrument: listing.index, quantity: readable(() => parseDecimal(qty, listing.instrument.quantityScale), 'positions') }];
    });
    return { tsEvent, openOrders, positions, balances: { [currency]: plain(cash) } };
  }

  async fillsSince(place: string | undefined): Promise<{ readonly fills: readonly VenueFill[]; readonly place: string }> {
    const read = await fillsAfter(this.#rest, place);
    return { fills: await this.#toFills(read.fills), place: read.place };
  }

  /** Alpaca lists no fills by order, so all since it was sent are read; those of orders that replaced it are its own. */
  async fillsOf({ clientOrderId }: OrderRef): Promise<readonly VenueFill[]> {
    const { submitted_at: sentAt } = await this.#byClient(clientOrderId);
    return (await this.#toFills(await fillsFrom(this.#rest, sentAt))).filter((fill) => fill.clientOrderId === clientOrderId);
  }

  async #toFills(listed: readonly ListedFill[]): Promise<VenueFill[]> {
    const fills: VenueFill[] = [];
    for (const told of listed) {
      const listing = this.#bySymbol.get(bare(told.symbol ?? ''));
      if (listing === undefined) continue;
      const { order_id: venueOrderId, side, price, qty } = checked(fillActivity, told, 'fills');
      const clientOrderId = await this.#lineage.idOf(venueOrderId);
      const fill = this.#read('a trade', () => toVenueFill({ tradeId: tradeIdOf(told.id), venueOrderId, side, price, qty, tsEvent: told.transaction_time }, clientOrderId, listing));
      if (fill !== undefined) fills.push(fill);
    }
    return fills;
  }

  /** Fees on coins and the regulatory ones of shares, which Alpaca takes at the end of the day. Those that name no share are the first one's. */
  paymentsSince(from: Timestamp): Promise<readonly VenuePayment[]> {
    const share = this.#listed.find(({ instrument }) => instrument.assetClass === 'equity');
    return feesSince(this.#rest, from, this.#spec.clock.now(), (symbol) => (symbol === '' ? share : this.#bySymbol.get(symbol)));
  }

  async checkKeys(): Promise<KeyCheck> {
    const account = checked(accountBody, await this.#ask('/v2/account'), 'the account');
    const before = this.#spec.clock.now();
    const { timestamp } = checked(clockBody, await this.#ask('/v2/clock'), 'the clock');
    const blocked = account.trading_blocked || account.account_blocked || account.trade_suspended_by_user;
    return {
      clockSkewMs: timestamp - Math.round((before + this.#spec.clock.now()) / 2), canTrade: account.status === 'ACTIVE' && !blocked, canWithdraw: undefined, addressBound: undefined,
      notes: [
        ...(account.status === 'ACTIVE' ? [] : [`the account is ${account.status}, not ACTIVE`]),
        ...(blocked ? ['trading is blocked on the account'] : []),
        ...(account.shorting_enabled ? [] : ['the account may not sell short']),
      ],
    };
  }

  recall(orders: readonly OrderRef[]): void {
    for (const { venueOrderId, clientOrderId } of orders) if (venueOrderId !== undefined) this.#lineage.recall(venueOrderId, clientOrderId);
  }

  async open(listener: VenueListener): Promise<void> {
    const { hosts, signer, clock, random, onUnreadable } = this.#spec;
    this.#stream = tradeUpdates({
      url: hosts.stream, signer, clock, random, onUnreadable,
      onUpdate: (order, trade) => { this.#hear(order, trade, listener); },
      onConnection: (state, reason) => { listener.onConnection(state, reason); },
    });
    await this.#stream.open();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#stream?.close();
    this.#rest.close();
    return Promise.resolve();
  }

  #hear(told: OrderEntry, trade: Traded | undefined, listener: VenueListener): void {
    const listing = this.#bySymbol.get(bare(told.symbol));
    if (listing === undefined) return;
    const origin = this.#lineage.known(told);
    if (origin === undefined || told.status === 'replaced') {
      void this.#hearReplaced(told, trade, listing, listener);
      return;
    }
    // The fill first, so that no state counts a fill that has not been told.
    const fill = trade && this.#read('a trade of the stream', () => toVenueFill(trade, origin.clientOrderId, listing));
    const order = this.#read('an order of the stream', () => toVenueOrder(told, origin, listing));
    if (fill !== undefined) listener.onFill(fill);
    if (order !== undefined) listener.onOrder(order);
  }

  /** An order that was replaced, or replaces: whose it is, and what it is now, has to be asked. What fails here comes with the next reconciliation. */
  async #hearReplaced(told: OrderEntry, trade: Traded | undefined, listing: Listed, listener: VenueListener): Promise<void> {
    try {
      const clientOrderId = trade && await this.#lineage.idOf(told.id);
      const order = await this.#toOrder(await this.#lineage.latest(told));
      const fill = trade && this.#read('a trade of the stream', () => toVenueFill(trade, clientOrderId ?? '', listing));
      if (this.#closed) return;
      if (fill !== undefined) listener.onFill(fill);
      if (order !== undefined) listener.onOrder(order);
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      this.#spec.onUnreadable(`a replaced order: ${error.message}`);
    }
  }

  /** What the venue said, or undefined where it cannot be read: that is counted and passed over. */
  #read<T>(what: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#spec.onUnreadable(what);
      return undefined;
    }
  }

  /** An order in our words; undefined where it is of no instrument of ours, or is to replace one that still stands. */
  async #toOrder(told: OrderEntry): Promise<VenueOrder | undefined> {
    const listing = this.#bySymbol.get(bare(told.symbol));
    const origin = listing && await this.#lineage.originOf(told, listing.instrument.quantityScale);
    return listing && origin && readable(() => toVenueOrder(told, origin, listing), 'an order');
  }

  /** Open orders of our instruments, oldest first. What others have open besides need not be readable. */
  async #openEntries(symbols?: readonly string[]): Promise<readonly OrderEntry[]> {
    const found = new Map<string, z.infer<typeof anyOrder>>();
    for (let until: string | undefined, full = true; full;) {
      const query = { status: 'open', limit: String(PAGE), direction: 'desc', ...(symbols === undefined ? {} : { symbols: symbols.join(',') }), ...(until === undefined ? {} : { until }) };
      const page = checked(z.array(anyOrder), await this.#ask('/v2/orders', query), 'open orders');
      const before = found.size;
      for (const order of page) found.set(order.id, order);
      // Pages are cut by time, so the last moment is read again until it brings nothing new.
      if (page.length < PAGE) break;
      until = new Date(Date.parse(page.at(-1)?.submitted_at ?? '') + 1).toISOString();
      full = found.size > before;
    }
    return [...found.values()].reverse().flatMap((told) => (this.#bySymbol.has(bare(told.symbol ?? '')) ? [checked(orderEntry, told, 'open orders')] : []));
  }

  /** An order as it stands now, by either id; undefined where the venue denies having it. */
  async #find({ venueOrderId, clientOrderId }: OrderRef): Promise<OrderEntry | undefined> {
    try {
      const told = venueOrderId === undefined
        ? await this.#byClient(clientOrderId)
        : await this.#fetch(venueOrderId);
      return await this.#lineage.latest(told);
    } catch (error) {
      if (error instanceof VenueError && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  async #byClient(clientOrderId: string): Promise<OrderEntry> {
    return checked(orderEntry, await this.#ask('/v2/orders:by_client_order_id', { client_order_id: clientOrderId }), 'a look-up');
  }

  async #fetch(venueOrderId: string): Promise<OrderEntry> {
    return checked(orderEntry, await this.#ask(`/v2/orders/${encodeURIComponent(venueOrderId)}`), 'an order');
  }

  async #cancelOne(venueOrderId: string): Promise<void> {
    await this.#rest.request({ method: 'DELETE', path: `/v2/orders/${encodeURIComponent(venueOrderId)}`, purpose: 'cancel' });
  }

  #ask(path: string, query?: Readonly<Record<string, string>>): Promise<unknown> {
    return this.#rest.request({ method: 'GET', path, purpose: 'question', ...(query === undefined ? {} : { query }) });
  }

  #listing(instrument: number): Listed {
    const listing = this.#listed[instrument];
    if (listing === undefined) throw new RangeError(`alpaca: no instrument ${instrument}`);
    return listing;
  }
}

/** What trades at Alpaca now, shares first. Throws `VenueError`. */
export async function alpacaListings({ hosts, signer, clock, onUnreadable }: AlpacaSpec): Promise<readonly VenueListing[]> {
  const client = new RestClient(hosts.rest, signer, clock);
  const assets: unknown[] = [];
  try {
    for (const kind of ['us_equity', 'crypto']) {
      assets.push(...checked(assetList, await client.request({ method: 'GET', path: '/v2/assets', query: { status: 'active', asset_class: kind }, purpose: 'question' }), 'assets'));
    }
  } finally {
    client.close();
  }
  return readListings(assets, onUnreadable);
}

/** What every instrument of the account can have; `submit` refuses the rest by the instrument's own class. */
function capabilitiesOf(listings: readonly VenueListing[]): VenueCapabilities {
  const [first, ...others] = [...new Set(listings.map(({ instrument }) => abilitiesOf(instrument)))];
  const shared = { types: first?.types.filter((type) => others.every(({ types }) => types.includes(type))) ?? [], timesInForce: first?.timesInForce.filter((time) => others.every(({ timesInForce }) => timesInForce.includes(time))) ?? [] };
  return { ...shared, postOnly: false, reduceOnly: false, amend: false, clientId: { length: 128, unique: 'open' }, receiveWindowMs: Number.POSITIVE_INFINITY };
}

function plain(text: string): string {
  const places = decimalPlaces(text);
  return format(parseDecimal(text, places), places);
}

/** Reads a part of an answer that cannot be done without. Throws `VenueError`, unknown outcome. */
function readable<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new VenueError('unknown-outcome', `alpaca: the answer to ${what} cannot be read: ${error.message}`);
  }
}
