import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { add, neg, parseDecimal } from '../../../src/domain/exact.ts';
import type { RejectReason } from '../../../src/domain/venue-error.ts';
import type { DialectServer, Fault, KeyGrant, ServedTrade, WireOrder } from '../dialect-server.ts';
import { AlpacaAccount, isOpen, nine, toWire, type AlpacaOrder, type OrderRequest } from './alpaca-account.ts';
import { accountBody, activityBody, activityId, assetsBody, feeBody, moment, orderBody, positionBody, refuse, REJECTIONS, updateFrame, type Answer } from './alpaca-words.ts';

/** What the server works with. */
export interface AlpacaServerSpec {
  readonly key: string;
  readonly secret: string;
  readonly now: () => number;
  /** The symbol that somebody else trades. */
  readonly symbol: string;
  /** Whether frames go out binary, as those of the paper endpoint do. */
  readonly binary: boolean;
}

/** What each type of order must have, and has no other of (docs.alpaca.markets, "Orders at Alpaca"). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  market: [], limit: ['limit_price'], stop: ['stop_price'], stop_limit: ['limit_price', 'stop_price'], trailing_stop: ['trail_percent'],
};

const LEGS = { id: '31cd620f-3bd5-41b7-8bb2-6834524679d0', client_order_id: 'fe999618-6435-497b-9fdd-a63d3da3615f', symbol: '', asset_class: '', order_class: 'mleg', side: '', qty: '1', filled_qty: '0', status: 'new', submitted_at: '2025-01-21T07:32:40.691562346Z' };

/** An account of Alpaca on loopback: its REST and its stream of trade updates. */
export class AlpacaServer implements DialectServer {
  readonly requests: string[] = [];
  readonly #spec: AlpacaServerSpec;
  readonly #account: AlpacaAccount;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #live = new Set<WebSocket>();
  readonly #faults: { readonly what: 'submit' | 'read'; readonly fault: Fault }[] = [];
  #rejection: Answer | undefined;
  #aheadMs = 0;
  #flow: 'lost' | 'kept' | 'sent' = 'sent';
  #kept: string[] = [];
  readonly #stuck = new Set<string>();
  #legs = false;
  #refusals = 0;
  #dead = false;
  #mayTrade = true;
  #remaining = 199;
  readonly #fees: { readonly id: string }[] = [];

  constructor(spec: AlpacaServerSpec) {
    this.#spec = spec;
    this.#account = new AlpacaAccount(spec.now);
    this.#http = createServer((request, response) => { void this.#serve(request, response); });
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.#refusals > 0 || request.url !== '/stream') {
        this.#refusals -= 1;
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => { this.#greet(ws); });
    });
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
    return this.#live.size;
  }

  failNext(what: 'submit' | 'read', fault: Fault): void {
    this.#faults.push({ what, fault });
  }

  rejectNext(reason: RejectReason): boolean {
    this.#rejection = REJECTIONS[reason];
    return this.#rejection !== undefined;
  }

  /** Alpaca looks at no time stamp of ours; only its clock shows it. */
  skewClock(ms: number): void {
    this.#aheadMs = ms;
  }

  trade(clientOrderId: string, served: ServedTrade): string {
    const trade = this.#account.trade(this.#own(clientOrderId), served);
    this.#tell(updateFrame(trade.order.status === 'filled' ? 'fill' : 'partial_fill', trade.order, this.#spec.now(), trade));
    return trade.executionId;
  }

  end(clientOrderId: string, how: 'canceled' | 'expired'): void {
    this.move(clientOrderId, how, how);
  }

  /** What the account holds of a symbol, and its cash, as decimals. */
  positionOf(symbol: string): string {
    return nine(this.#account.positions.get(symbol) ?? 0);
  }

  get money(): string {
    return nine(this.#account.cash);
  }

  /** Gives an order another status and tells the event. */
  move(clientOrderId: string, status: AlpacaOrder['status'], event: string): void {
    const order = this.#own(clientOrderId);
    order.status = status;
    order.updated = this.#spec.now();
    this.#tell(updateFrame(event, order, this.#spec.now()));
  }

  /** Somebody replaces an order by hand, for another quantity. Returns Alpaca's id of the new one. */
  replace(clientOrderId: string, quantity: string): string {
    const order = this.#own(clientOrderId);
    const { client_order_id: _, ...request } = order.request;
    const next = this.#account.place({ ...request, qty: quantity }, order);
    this.#tell(updateFrame('replaced', order, this.#spec.now()));
    this.#tell(updateFrame('new', next, this.#spec.now()));
    return next.id;
  }

  /** An order that no cancel ends: its status, its own in the answer to a cancel of all, is 500. */
  stick(clientOrderId: string): void {
    this.#stuck.add(clientOrderId);
  }

  /** Lists the last two trades in the other order from now on, as trades of one moment may be. */
  swapLastTrades(): void {
    this.#account.trades.push(...this.#account.trades.splice(-2).reverse());
  }

  /** The market touches a stop; Alpaca tells of it when it trades. */
  trigger(clientOrderId: string): void {
    this.move(clientOrderId, 'new', 'new');
  }

  /** Somebody's order for an option of several legs, which lacks what orders of one instrument have (docs.alpaca.markets, "Websocket Streaming", the second example). */
  placeLegs(): void {
    this.#legs = true;
    this.#tell(JSON.stringify({ stream: 'trade_updates', data: { event: 'new', timestamp: moment(this.#spec.now()), order: LEGS } }));
  }

  placeForeign(): string {
    const order = this.#account.place({ symbol: this.#spec.symbol, side: 'sell', type: 'limit', time_in_force: 'gtc', qty: '1', limit_price: '20' });
    this.#tell(updateFrame('new', order, this.#spec.now()));
    return order.id;
  }

  frames(what: 'lost' | 'kept' | 'sent'): void {
    this.#flow = what;
  }

  release(how: 'reversed' | 'twice'): void {
    const kept = how === 'reversed' ? this.#kept.reverse() : this.#kept.flatMap((text) => [text, text]);
    this.#kept = [];
    this.#flow = 'sent';
    for (const text of kept) this.#tell(text);
  }

  say(text: string): void {
    for (const socket of this.#live) socket.send(this.#spec.binary ? Buffer.from(text) : text);
  }

  cut(refusals: number): void {
    this.#refusals = refusals;
    for (const socket of this.#live) socket.terminate();
    this.#live.clear();
  }

  /** docs.alpaca.markets, "Websocket Streaming": what a listen without a login is answered, as after a login that has ended. */
  expireLogin(): void {
    this.say(JSON.stringify({ stream: 'authorization', data: { status: 'unauthorized', action: 'listen' } }));
  }

  /** docs.alpaca.markets, "Websocket Streaming", "Error messages": said before the server closes the connection. */
  announceShutdown(): void {
    this.say(JSON.stringify({ action: 'error', data: { error_message: 'internal server error' } }));
  }

  playDead(): void {
    this.#dead = true;
  }

  exhaust(): void {
    this.#remaining = 0;
  }

  grantKeys({ trade }: KeyGrant): void {
    this.#mayTrade = trade;
  }

  pay(_currency: string, amount: string): void {
    this.#account.cash = add(this.#account.cash, parseDecimal(amount, 9));
  }

  /** A fee of coins is taken of them, one of shares of the cash. */
  charge(paid: string): void {
    const { symbol } = this.#spec;
    const taken = nine(neg(parseDecimal(paid, 9)));
    const coins = symbol.includes('/');
    if (coins) this.#account.positions.set(symbol, add(this.#account.positions.get(symbol) ?? 0, parseDecimal(taken, 9)));
    else this.pay('USD', taken);
    this.#fees.push(feeBody(symbol, this.#fees.length, this.#spec.now(), coins ? { qty: taken } : { net_amount: taken }));
  }

  close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    return new Promise((resolve) => { this.#http.close(() => { resolve(); }); });
  }

  /** Ours by its first client id, or what it has become. */
  #own(clientOrderId: string): AlpacaOrder {
    let order = this.#account.orders.find((each) => each.clientOrderId === clientOrderId);
    while (order !== undefined && order.replacedBy !== null) order = this.#byId(order.replacedBy);
    if (order === undefined) throw new Error(`no order ${clientOrderId} has reached the server`);
    return order;
  }

  #byId(id: string | null): AlpacaOrder | undefined {
    return this.#account.orders.find((each) => each.id === id);
  }

  #tell(text: string): void {
    if (this.#flow === 'kept') this.#kept.push(text);
    else if (this.#flow === 'sent') this.say(text);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://venue');
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const route = `${request.method} ${url.pathname}`;
    this.requests.push(route);
    const submit = route === 'POST /v2/orders';
    const at = this.#faults.findIndex(({ what }) => (what === 'submit') === submit);
    const fault = at < 0 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
    const carriedOut = fault === undefined || /after|unsure|garbage/.test(fault);
    const known = request.headers['apca-api-key-id'] === this.#spec.key && request.headers['apca-api-secret-key'] === this.#spec.secret;
    // What keys that are not known here are answered: quoted in public code as 403 `forbidden.` and 401 40110000.
    const answer = !known ? refuse(401, 40110000, 'request is not authorized') : carriedOut ? this.#answer(route, url.searchParams, text === '' ? {} : JSON.parse(text) as OrderRequest) : refuse(500, 0, '');
    this.#reply(response, answer, fault);
  }

  #reply(response: ServerResponse, answer: Answer, fault: Fault | undefined): void {
    if (fault === 'silent-before' || fault === 'silent-after') return;
    if (fault === 'reset-before' || fault === 'reset-after') {
      response.socket?.resetAndDestroy();
      return;
    }
    const { status, body, headers = {} } = fault === undefined || fault === 'garbage' ? answer : faultAnswer(fault, this.#spec.now());
    // The names of the headers: X-Ratelimit-Limit, X-Ratelimit-Remaining and X-Ratelimit-Reset, as Alpaca's answers have them.
    response.writeHead(status, { 'content-type': 'application/json', 'X-Ratelimit-Limit': '200', 'X-Ratelimit-Remaining': String(this.#remaining), ...headers });
    response.end(fault === 'garbage' ? '<html>' : body === undefined ? undefined : JSON.stringify(body));
  }

  #answer(route: string, query: URLSearchParams, body: OrderRequest): Answer {
    const fine = (json: unknown): Answer => ({ status: 200, body: json });
    const [, method = '', id = ''] = /^(\w+) \/v2\/orders\/([\w-]+)$/.exec(route) ?? [];
    if (id !== '') return this.#one(method, this.#byId(id));
    switch (route) {
      case 'POST /v2/orders': return this.#place(body);
      case 'DELETE /v2/orders': return { status: 207, body: this.#account.orders.filter(isOpen).map((order) => ({ id: order.id, status: this.#stuck.has(order.clientOrderId) ? 500 : this.#cancel(order).status })) };
      case 'GET /v2/orders': return fine(this.#open(query));
      case 'GET /v2/orders:by_client_order_id': return this.#one('GET', this.#account.orders.find(({ clientOrderId }) => clientOrderId === query.get('client_order_id')));
      case 'GET /v2/positions': return fine([...this.#account.positions].map(([symbol, quantity]) => positionBody(symbol, nine(quantity))));
      case 'GET /v2/account': return fine(accountBody(this.#account, this.#mayTrade));
      // docs.alpaca.markets, "Market Clock API".
      case 'GET /v2/clock': return fine({ timestamp: moment(this.#spec.now() + this.#aheadMs), is_open: true, next_open: moment(0), next_close: moment(0) });
      case 'GET /v2/assets': return fine(assetsBody(query.get('asset_class')));
      case 'GET /v2/account/activities/FILL': return fine(pageOf(this.#account.trades.filter(({ time }) => time > (Date.parse(query.get('after') ?? '') || 0)).map((trade) => ({ ...activityBody(trade), id: activityId(trade) })), query));
      case 'GET /v2/account/activities': return fine(pageOf(this.#fees, query));
      default: return { status: 404, body: { message: 'endpoint not found.' } };
    }
  }

  #one(method: string, order: AlpacaOrder | undefined): Answer {
    // fixture order_routes__cancel_orders
    if (order === undefined) return refuse(404, 40410000, 'order not found');
    if (method === 'DELETE' && this.#stuck.has(order.clientOrderId)) return { status: 500, body: { message: 'internal server error occurred' } };
    return method === 'DELETE' ? this.#cancel(order) : { status: 200, body: orderBody(order) };
  }

  #open(query: URLSearchParams): readonly object[] {
    const symbols = query.get('symbols')?.split(',');
    const until = Date.parse(query.get('until') ?? '9999-01-01T00:00:00Z');
    const ours = this.#account.orders.filter((order) => isOpen(order) && order.submitted < until && (symbols?.includes(order.request['symbol'] ?? '') ?? true)).reverse().slice(0, Number(query.get('limit') ?? 50)).map(orderBody);
    return this.#legs ? [LEGS, ...ours] : ours;
  }

  #place(request: OrderRequest): Answer {
    const rejection = this.#rejection;
    this.#rejection = undefined;
    if (rejection !== undefined) return rejection;
    const needed = NEEDED[request['type'] ?? ''];
    if (needed === undefined) return refuse(422, 40010001, 'invalid order type');
    for (const name of ['limit_price', 'stop_price', 'trail_percent']) {
      // alpacahq/Alpaca-API, issue 80
      if (needed.includes(name) !== (request[name] !== undefined)) return refuse(422, 40010001, `${request['type']} orders require no or a ${name}`);
    }
    if ((request['client_order_id'] ?? '').length > 128) return refuse(422, 40010001, 'client_order_id must be no more than 128 characters');
    if (this.#account.orders.some(({ clientOrderId }) => clientOrderId === request['client_order_id'])) return refuse(422, 40010001, 'client_order_id must be unique');
    const order = this.#account.place(request);
    this.#tell(updateFrame('new', order, this.#spec.now()));
    return { status: 200, body: orderBody(order) };
  }

  #cancel(order: AlpacaOrder): Answer {
    // The words as quoted in public code, 422 with 42210000.
    if (!isOpen(order)) return refuse(422, 42210000, `order is already in "${order.status}" state`);
    order.status = 'canceled';
    order.updated = this.#spec.now();
    this.#tell(updateFrame('canceled', order, this.#spec.now()));
    return { status: 204, body: undefined };
  }

  /** docs.alpaca.markets, "Websocket Streaming": login, listening, and their answers. */
  #greet(socket: WebSocket): void {
    const send = (json: unknown) => { socket.send(this.#spec.binary ? Buffer.from(JSON.stringify(json)) : JSON.stringify(json)); };
    let authorized = false;
    socket.on('message', (data: Buffer) => {
      if (this.#dead && this.#live.has(socket)) return;
      const { action, key, secret } = JSON.parse(data.toString()) as { action: string; key?: string; secret?: string };
      if (action === 'auth') authorized = key === this.#spec.key && secret === this.#spec.secret;
      if (action === 'auth' || !authorized) {
        send({ stream: 'authorization', data: { status: authorized ? 'authorized' : 'unauthorized', action: action === 'auth' ? 'authenticate' : 'listen' } });
        return;
      }
      if (!this.#live.has(socket)) {
        this.#live.add(socket);
        this.#dead = false;
        socket.on('close', () => this.#live.delete(socket));
      }
      send({ stream: 'listening', data: { streams: ['trade_updates'] } });
    });
  }
}

/** What goes wrong, in the venue's words as far as public code quotes them: 429 `too many requests.`, 500 with 50010000, 503 and 504 of the proxy in front. */
function faultAnswer(fault: Fault, now: number): Answer {
  switch (fault) {
    case 'rate-limited': return { status: 429, body: { message: 'too many requests.' }, headers: { 'X-Ratelimit-Remaining': '0', 'X-Ratelimit-Reset': String(Math.ceil(now / 1_000) + 1) } };
    case 'venue-unsure': return { status: 504, body: { message: 'gateway timeout' } };
    case 'maintenance': return { status: 503, body: { message: 'service unavailable' } };
    default: return refuse(500, 50010000, 'internal server error occurred');
  }
}

/** What follows after a token, as many as are asked for. */
function pageOf<T extends { readonly id: string }>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const from = all.findIndex(({ id }) => id === query.get('page_token')) + 1;
  return all.slice(from, from + Number(query.get('page_size') ?? 100));
}
