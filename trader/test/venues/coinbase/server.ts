import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { format, parseDecimal } from '../../../src/domain/exact.ts';
import type { RejectReason } from '../../../src/domain/venue-error.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { DialectServer, Fault, KeyGrant, ServedTrade, WireOrder } from '../dialect-server.ts';
import { CoinbaseAccount, fixture, toWire, type CoinbaseOrder, type Configuration, type Json } from './account.ts';
import { Channels } from './channels.ts';
import { admits, type TokenKey } from './token.ts';
import { acceptedBody, accountBodies, cancelResult, declineOrder, editBody, faultAnswer, fillBody, orderBody, productsBody, refuse, REJECTIONS, streamedBody, UNAUTHORISED, type Answer } from './words.ts';

/** What the server works with. */
interface CoinbaseServerSpec {
  readonly key: TokenKey;
  readonly clock: Clock;
}

/** What must be said beneath each name of an order, and nothing else ("Create Order", `order_configuration`). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  market_market_ioc: ['base_size'], sor_limit_ioc: ['base_size', 'limit_price'], limit_limit_fok: ['base_size', 'limit_price'], limit_limit_gtc: ['base_size', 'limit_price', 'post_only'],
  limit_limit_gtd: ['base_size', 'limit_price', 'end_time', 'post_only'], stop_limit_stop_limit_gtc: ['base_size', 'limit_price', 'stop_price', 'stop_direction'],
  stop_limit_stop_limit_gtd: ['base_size', 'limit_price', 'stop_price', 'end_time', 'stop_direction'],
};

/** The user channel begins with open orders, fifty in a frame ("User Channel"). */
const SNAPSHOT = 50;
/** Accounts and orders in a page, whatever is asked for: few, so that there are several. */
const ACCOUNTS = 2;
const LISTED = 50;
const ORDERS = '/api/v3/brokerage/orders';

/** Coinbase Advanced Trade on loopback: REST and WebSocket channels, as far as trading an account goes. */
export class CoinbaseServer implements DialectServer {
  readonly requests: string[] = [];
  readonly #spec: CoinbaseServerSpec;
  readonly #account: CoinbaseAccount;
  readonly #http: Server;
  readonly #channels: Channels;
  readonly #faults: { readonly what: 'submit' | 'read'; readonly fault: Fault }[] = [];
  #rejection: Answer | undefined;
  #skew = { ms: 0, honest: true };
  #grant: KeyGrant = { trade: true, withdraw: false, addressBound: false };
  #exhausted = false;

  constructor(spec: CoinbaseServerSpec) {
    this.#spec = spec;
    this.#account = new CoinbaseAccount(() => spec.clock.now());
    this.#channels = new Channels({
      clock: spec.clock,
      admits: (token) => admits(spec.key, token, undefined, this.#time()),
      snapshots: (channel) => (channel === 'user' ? this.#openOrders() : []),
    });
    this.#http = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => { chunks.push(chunk); });
      request.on('end', () => { this.#serve(request, response, Buffer.concat(chunks).toString()); });
    });
    this.#http.on('upgrade', (request, socket, head: Buffer) => { this.#channels.upgrade(request, socket, head); });
  }

  /** Listens on a free port of loopback; resolves with `127.0.0.1:port`. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#http.listen(0, '127.0.0.1', () => { resolve(`127.0.0.1:${(this.#http.address() as AddressInfo).port}`); });
    });
  }

  get orders(): readonly WireOrder[] {
    return this.#account.orders.map(toWire);
  }

  get streams(): number {
    return this.#channels.subscribed('user').length;
  }

  failNext(what: 'submit' | 'read', fault: Fault): void {
    this.#faults.push({ what, fault });
  }

  rejectNext(reason: RejectReason): boolean {
    this.#rejection = REJECTIONS[reason];
    return this.#rejection !== undefined;
  }

  skewClock(ms: number, honest: boolean): void {
    this.#skew = { ms, honest };
  }

  trade(clientOrderId: string, served: ServedTrade): string {
    const order = this.#own(clientOrderId);
    const { id } = this.#account.trade(order, served);
    this.#tell(order);
    return id;
  }

  end(clientOrderId: string, how: 'canceled' | 'expired'): void {
    const order = this.#own(clientOrderId);
    order.status = how === 'canceled' ? 'CANCELLED' : 'EXPIRED';
    this.#tell(order);
  }

  placeForeign(): string {
    const { order } = this.#account.place({
      clientOrderId: '0b8a4c1e-7f0f-4d9b-a0a5-5a2d0f4c8e77', productId: 'BTC-USDT', side: 'SELL', name: 'limit_limit_gtc', configuration: { base_size: '1', limit_price: '20', post_only: false },
    });
    this.#tell(order);
    return order.orderId;
  }

  frames(what: 'lost' | 'kept' | 'sent'): void {
    this.#channels.frames(what);
  }

  release(how: 'reversed' | 'twice'): void {
    this.#channels.release(how);
  }

  say(text: string): void {
    this.#channels.say(text);
  }

  cut(refusals: number): void {
    this.#channels.cut(refusals);
  }

  /** A token is looked at when a channel is asked for; this stands for a key that is taken back. */
  expireLogin(): void {
    this.#channels.expireLogin();
  }

  announceShutdown(): void {
    this.#channels.goAway();
  }

  playDead(): void {
    this.#channels.playDead();
  }

  exhaust(): void {
    this.#exhausted = true;
  }

  grantKeys(grant: KeyGrant): void {
    this.#grant = grant;
  }

  pay(currency: string, amount: string): void {
    this.#account.move(currency, parseDecimal(amount, 16));
  }

  /** What the account has of a currency, exactly. */
  balanceOf(currency: string): string {
    return format(this.#account.balances.get(currency) ?? 0, 16);
  }

  close(): Promise<void> {
    this.#channels.close();
    this.#http.closeAllConnections();
    return new Promise((resolve) => { this.#http.close(() => { resolve(); }); });
  }

  #time(): number {
    return this.#spec.clock.now() + this.#skew.ms;
  }

  #own(clientOrderId: string): CoinbaseOrder {
    const order = this.#account.orders.find((each) => each.clientOrderId === clientOrderId);
    if (order === undefined) throw new Error(`no order ${clientOrderId} has reached the server`);
    return order;
  }

  #tell(order: CoinbaseOrder): void {
    this.#channels.tell('user', { type: 'update', orders: [streamedBody(order)] });
  }

  /** The frames that the user channel begins with: at least one, empty where nothing is open. */
  #openOrders(): readonly (readonly Json[])[] {
    const open = this.#account.orders.filter(({ status }) => status === 'OPEN').map(streamedBody);
    const frames = Math.max(1, Math.ceil(open.length / SNAPSHOT));
    return Array.from({ length: frames }, (_, index) => [{ type: 'snapshot', orders: open.slice(index * SNAPSHOT, (index + 1) * SNAPSHOT) }]);
  }

  #serve(request: IncomingMessage, response: ServerResponse, body: string): void {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    const route = `${request.method} ${url.pathname}`;
    this.requests.push(route);
    const submit = route === `POST ${ORDERS}`;
    const at = url.pathname.endsWith('/time') ? -1 : this.#faults.findIndex(({ what }) => (what === 'submit') === submit);
    const fault = at < 0 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
    const carriedOut = fault === undefined || /after|unsure|garbage/.test(fault);
    const answer = carriedOut ? this.#answer(route, url, request, body) : refuse(400, '', 0, '');
    this.#reply(response, answer, fault);
  }

  #reply(response: ServerResponse, answer: Answer, fault: Fault | undefined): void {
    if (fault === 'silent-before' || fault === 'silent-after') return;
    if (fault === 'reset-before' || fault === 'reset-after') {
      response.socket?.resetAndDestroy();
      return;
    }
    const { status, body, headers = {} } = fault === undefined || fault === 'garbage' ? answer : faultAnswer(fault);
    // "Rate Limits": the headers of a private answer.
    response.writeHead(status, { 'content-type': 'application/json', 'x-ratelimit-limit': '30', 'x-ratelimit-remaining': this.#exhausted ? '0' : '29', 'x-ratelimit-reset': '1', ...headers });
    response.end(fault === 'garbage' ? '<html>' : typeof body === 'string' ? body : JSON.stringify(body));
  }

  #answer(route: string, url: URL, request: IncomingMessage, body: string): Answer {
    const ok = (told: unknown): Answer => ({ status: 200, body: told });
    // "Get Server Time": three texts.
    const now = this.#spec.clock.now() + (this.#skew.honest ? this.#skew.ms : 0);
    if (route === 'GET /api/v3/brokerage/time') return ok({ iso: new Date(now).toISOString(), epochSeconds: String(Math.floor(now / 1_000)), epochMillis: String(now) });
    if (route === 'GET /api/v3/brokerage/market/products') return ok(productsBody());
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    if (!admits(this.#spec.key, token, `${request.method} ${url.host}${url.pathname}`, this.#time())) return UNAUTHORISED;
    return this.#routed(route, url, body === '' ? {} : JSON.parse(body) as Json);
  }

  #routed(route: string, { pathname, searchParams }: URL, body: Json): Answer {
    const ok = (told: unknown): Answer => ({ status: 200, body: told });
    switch (route) {
      case `POST ${ORDERS}`: return this.#place(body);
      case `POST ${ORDERS}/edit`: return ok(this.#edit(body));
      case `POST ${ORDERS}/batch_cancel`: return ok({ results: (body.order_ids as string[]).map((id) => this.#cancel(id)) });
      case `GET ${ORDERS}/historical/batch`: return this.#listOrders(searchParams);
      case `GET ${ORDERS}/historical/fills`: return this.#listFills(searchParams);
      case 'GET /api/v3/brokerage/accounts': return this.#page(accountBodies(this.#account), 'accounts', searchParams, ACCOUNTS);
      // fixture get-api-key-info
      case 'GET /api/v3/brokerage/key_permissions': return ok({ ...fixture('get-api-key-info'), can_trade: this.#grant.trade, can_transfer: this.#grant.withdraw });
      default: {
        const order = this.#account.byId(pathname.slice(`${ORDERS}/historical/`.length));
        return order === undefined ? refuse(404, 'NOT_FOUND', 5, 'order with this orderID was not found') : ok({ order: orderBody(order, this.#time()) });
      }
    }
  }

  #place(body: Json): Answer {
    const rejection = this.#rejection;
    this.#rejection = undefined;
    if (rejection !== undefined) return rejection;
    const [[name, configuration] = ['', {}], ...others] = Object.entries(body.order_configuration as Record<string, Json>);
    if (others.length > 0 || NEEDED[name]?.toSorted().join() !== Object.keys(configuration).sort().join()) return declineOrder('UNSUPPORTED_ORDER_CONFIGURATION', `${name} with ${Object.keys(configuration).join()}`);
    const { order, made } = this.#account.place({
      clientOrderId: String(body.client_order_id), productId: String(body.product_id), side: body.side === 'BUY' ? 'BUY' : 'SELL', name, configuration: configuration as unknown as Configuration,
    });
    if (made) this.#tell(order);
    return { status: 200, body: acceptedBody(order) };
  }

  #edit({ order_id: id, price, size }: Json): Json {
    const order = this.#account.byId(id);
    if (order === undefined) return editBody(String(id), 'ORDER_NOT_FOUND');
    if (order.name !== 'limit_limit_gtc') return editBody(order.orderId, 'ONLY_LIMIT_ORDER_EDITS_SUPPORTED');
    if (order.status !== 'OPEN') return editBody(order.orderId, 'ONLY_OPEN_ORDERS_CAN_BE_EDITED');
    order.edits.push({ price: String(price), size: String(size), replace_accept_timestamp: new Date(this.#time()).toISOString() });
    this.#tell(order);
    return editBody(order.orderId);
  }

  #cancel(id: string): Json {
    const order = this.#account.byId(id);
    if (order === undefined) return cancelResult(id, 'UNKNOWN_CANCEL_ORDER');
    if (order.status !== 'OPEN') return cancelResult(id, order.status === 'FILLED' ? 'ORDER_IS_FULLY_FILLED' : 'UNKNOWN_CANCEL_ORDER');
    order.status = 'CANCELLED';
    this.#tell(order);
    return cancelResult(id);
  }

  /** "List Orders": newest first; OPEN goes with no other status, and dates do not count for it. */
  #listOrders(query: URLSearchParams): Answer {
    const statuses = query.getAll('order_status');
    if (statuses.includes('OPEN') && statuses.length > 1) return refuse(400, 'INVALID_ARGUMENT', 3, 'cannot pair OPEN orders with other order types');
    const [products, ids] = [query.getAll('product_ids'), query.getAll('order_ids')];
    const since = statuses.includes('OPEN') ? 0 : Date.parse(query.get('start_date') ?? '') || 0;
    const listed = this.#account.orders.filter((order) => (statuses.length === 0 || statuses.includes(order.status)) && (products.length === 0 || products.includes(order.productId))
      && (ids.length === 0 || ids.includes(order.orderId)) && order.created >= since);
    return this.#page(listed.map((order) => orderBody(order, this.#time())).reverse(), 'orders', query, LISTED);
  }

  /** "List Fills": newest first. */
  #listFills(query: URLSearchParams): Answer {
    const [products, ids] = [query.getAll('product_ids'), query.getAll('order_ids')];
    const since = Date.parse(query.get('start_sequence_timestamp') ?? '') || 0;
    const listed = this.#account.trades.filter(({ order, time }) => (products.length === 0 || products.includes(order.productId)) && (ids.length === 0 || ids.includes(order.orderId)) && time >= since);
    return this.#page(listed.map(fillBody).reverse(), 'fills', query);
  }

  #page(listed: readonly Json[], name: string, query: URLSearchParams, most = 1_000): Answer {
    const limit = Math.min(Number(query.get('limit') ?? 100), most);
    const from = Number(query.get('cursor') ?? 0);
    const next = from + limit;
    const more = next < listed.length;
    return { status: 200, body: { [name]: listed.slice(from, next), ...(name === 'fills' ? {} : { has_next: more }), cursor: more ? String(next) : '' } };
  }
}
