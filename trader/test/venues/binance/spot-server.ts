import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RejectReason } from '../../../src/domain/venue-error.ts';
import type { DialectServer, Fault, KeyGrant, ServedTrade, WireOrder } from '../dialect-server.ts';
import { fixture, isOpen, SpotAccount, toWire, type SpotOrder } from './spot-account.ts';
import { acceptedBody, accountBody, canceledBody, exchangeBody, faultAnswer, orderBody, refuse, REJECTIONS, reportFrame, toText, tradeBody, type Answer } from './spot-words.ts';

/** What the server works with. */
interface SpotServerSpec {
  readonly key: string;
  readonly secret: string;
  readonly now: () => number;
}

/** Parameters that each type of order must have, and has no other of (rest-api.md, "New order"). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  MARKET: ['quantity'], LIMIT: ['timeInForce', 'quantity', 'price'], LIMIT_MAKER: ['quantity', 'price'],
  STOP_LOSS: ['quantity', 'stopPrice'], STOP_LOSS_LIMIT: ['timeInForce', 'quantity', 'price', 'stopPrice'],
};

/** Binance spot on loopback: REST of rest-api.md and the WebSocket API of web-socket-api.md, as far as trading an account goes. */
export class SpotServer implements DialectServer {
  readonly requests: string[] = [];
  readonly #spec: SpotServerSpec;
  readonly #account: SpotAccount;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #live = new Set<WebSocket>();
  readonly #faults: { readonly what: 'submit' | 'read'; readonly fault: Fault }[] = [];
  #rejection: Answer | undefined;
  #skew = { ms: 0, honest: true };
  #flow: 'lost' | 'kept' | 'sent' = 'sent';
  #kept: string[] = [];
  #refusals = 0;
  #dead = false;
  #weight = 0;
  #grant: KeyGrant = { trade: true, withdraw: false, addressBound: true };

  constructor(spec: SpotServerSpec) {
    this.#spec = spec;
    this.#account = new SpotAccount(spec.now);
    this.#http = createServer((request, response) => { this.#serve(request, response); });
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.#refusals > 0 || request.url !== '/ws-api/v3') {
        this.#refusals -= 1;
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => { ws.on('message', (data: Buffer) => { this.#answerStream(ws, data.toString()); }); });
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

  skewClock(ms: number, honest: boolean): void {
    this.#skew = { ms, honest };
  }

  trade(clientOrderId: string, served: ServedTrade): string {
    const order = this.#own(clientOrderId);
    const trade = this.#account.trade(order, served);
    this.#tell(reportFrame(order, 'TRADE', this.#time(), trade));
    return String(trade.id);
  }

  end(clientOrderId: string, how: 'canceled' | 'expired'): void {
    const order = this.#own(clientOrderId);
    order.status = how === 'canceled' ? 'CANCELED' : 'EXPIRED';
    this.#tell(reportFrame(order, order.status, this.#time()));
  }

  placeForeign(): string {
    const order = this.#account.place(new URLSearchParams({ symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '20', newClientOrderId: 'web_by_hand' }));
    this.#tell(reportFrame(order, 'NEW', this.#time()));
    return order.orderId;
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
    for (const socket of this.#live) socket.send(text);
  }

  cut(refusals: number): void {
    this.#refusals = refusals;
    for (const socket of this.#live) socket.terminate();
    this.#live.clear();
  }

  /** Spot has no listen key any more: a subscription ends with `eventStreamTerminated` (user-data-stream.md). */
  expireLogin(): void {
    this.say(toText({ subscriptionId: 0, event: { e: 'eventStreamTerminated', E: this.#time() } }));
  }

  /** web-socket-api.md, "Server Shutdown". */
  announceShutdown(): void {
    this.say(toText({ event: { e: 'serverShutdown', E: this.#time() } }));
  }

  playDead(): void {
    this.#dead = true;
  }

  exhaust(): void {
    this.#weight = 6_000;
  }

  grantKeys(grant: KeyGrant): void {
    this.#grant = grant;
  }

  /** A stop that triggers stays the order that it was, and is told as new once more (user-data-stream.md, "Order Update"). */
  trigger(clientOrderId: string): void {
    this.#tell(reportFrame(this.#own(clientOrderId), 'NEW', this.#time()));
  }

  close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    return new Promise((resolve) => { this.#http.close(() => { resolve(); }); });
  }

  #time(): number {
    return this.#spec.now() + this.#skew.ms;
  }

  #own(clientOrderId: string): SpotOrder {
    const order = this.#account.orders.findLast((each) => each.clientOrderId === clientOrderId);
    if (order === undefined) throw new Error(`no order ${clientOrderId} has reached the server`);
    return order;
  }

  #tell(text: string): void {
    if (this.#flow === 'kept') this.#kept.push(text);
    else if (this.#flow === 'sent') this.say(text);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const [path, query = ''] = (request.url ?? '').split('?');
    const route = `${request.method} ${path}`;
    this.requests.push(route);
    const submit = route === 'POST /api/v3/order';
    const at = path === '/api/v3/time' ? -1 : this.#faults.findIndex(({ what }) => (what === 'submit') === submit);
    const fault = at < 0 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
    const carriedOut = fault === undefined || /after|unsure|garbage/.test(fault);
    const answer = carriedOut ? this.#answer(route, query, request.headers['x-mbx-apikey']) : refuse(0, '');
    this.#reply(response, answer, fault);
  }

  #reply(response: ServerResponse, answer: Answer, fault: Fault | undefined): void {
    if (fault === 'silent-before' || fault === 'silent-after') return;
    if (fault === 'reset-before' || fault === 'reset-after') {
      response.socket?.resetAndDestroy();
      return;
    }
    const { status, body, headers = {} } = fault === undefined || fault === 'garbage' ? answer : faultAnswer(fault, this.#time());
    this.#weight += 1;
    response.writeHead(status, { 'content-type': 'application/json', 'X-MBX-USED-WEIGHT-1M': String(this.#weight), ...headers });
    response.end(fault === 'garbage' ? '<html>' : typeof body === 'string' ? body : toText(body));
  }

  #answer(route: string, query: string, key: string | string[] | undefined): Answer {
    // fixture get-server-time
    if (route === 'GET /api/v3/time') return { status: 200, body: { ...fixture('get-server-time'), serverTime: this.#spec.now() + (this.#skew.honest ? this.#skew.ms : 0) } };
    if (route === 'GET /api/v3/exchangeInfo') return { status: 200, body: exchangeBody() };
    const parameters = new URLSearchParams(query);
    const fault = key === this.#spec.key ? this.#badlySigned(query.replace(/&signature=[^&]*$/, ''), parameters) : refuse(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    return fault ?? this.#routed(route, parameters);
  }

  /** "SIGNED Endpoint security" and "Timing security" of rest-api.md. */
  #badlySigned(payload: string, parameters: URLSearchParams): Answer | undefined {
    if (createHmac('sha256', this.#spec.secret).update(payload).digest('hex') !== parameters.get('signature')) return refuse(-1022, 'Signature for this request is not valid.');
    const age = this.#time() - Number(parameters.get('timestamp'));
    if (age < -1_000) return refuse(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
    return age > Number(parameters.get('recvWindow') ?? 5_000) ? refuse(-1021, 'Timestamp for this request is outside of the recvWindow.') : undefined;
  }

  #routed(route: string, parameters: URLSearchParams): Answer {
    const account = this.#account;
    const order = account.find(parameters);
    const open = account.orders.filter((each) => isOpen(each) && (parameters.get('symbol') ?? each.symbol) === each.symbol);
    const fine = (body: unknown): Answer => ({ status: 200, body });
    switch (route) {
      case 'POST /api/v3/order': return this.#place(parameters);
      case 'GET /api/v3/order': return order === undefined ? refuse(-2013, 'Order does not exist.') : fine(orderBody(order));
      case 'DELETE /api/v3/order': return order === undefined || !isOpen(order) ? refuse(-2011, 'Unknown order sent.') : fine(this.#cancel(order));
      case 'GET /api/v3/openOrders': return fine(open.map((each) => orderBody(each)));
      case 'DELETE /api/v3/openOrders': return open.length === 0 ? refuse(-2011, 'Unknown order sent.') : fine(open.map((each) => this.#cancel(each)));
      // fixture get-api-key-permissions
      case 'GET /sapi/v1/account/apiRestrictions': return fine({ ...fixture('get-api-key-permissions'), enableSpotAndMarginTrading: this.#grant.trade, enableWithdrawals: this.#grant.withdraw, ipRestrict: this.#grant.addressBound });
      case 'GET /api/v3/account': return fine(accountBody(account));
      case 'GET /api/v3/myTrades': {
        const trades = account.trades.filter((trade) => trade.order.symbol === parameters.get('symbol') && trade.id >= Number(parameters.get('fromId')));
        return fine(trades.slice(0, Number(parameters.get('limit') ?? 500)).map(tradeBody));
      }
      default: return { status: 404, body: '<html><head><title>404 Not Found</title></head></html>' };
    }
  }

  #place(parameters: URLSearchParams): Answer {
    const rejection = this.#rejection;
    this.#rejection = undefined;
    if (rejection !== undefined) return rejection;
    const type = parameters.get('type') ?? '';
    const needed = NEEDED[type];
    if (needed === undefined) return refuse(-1116, 'Invalid orderType.');
    for (const name of ['timeInForce', 'quantity', 'price', 'stopPrice']) {
      if (needed.includes(name) && !parameters.has(name)) return refuse(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
      if (!needed.includes(name) && parameters.has(name)) return refuse(-1106, `Parameter '${name}' sent when not required.`);
    }
    if (!/^[a-zA-Z0-9-_]{1,36}$/.test(parameters.get('newClientOrderId') ?? '')) return refuse(-1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.");
    if (this.#account.orders.some((each) => isOpen(each) && each.clientOrderId === parameters.get('newClientOrderId'))) return refuse(-2010, 'Duplicate order sent.');
    const order = this.#account.place(parameters);
    this.#tell(reportFrame(order, 'NEW', this.#time()));
    return { status: 200, body: acceptedBody(order, this.#time()), headers: { 'X-MBX-ORDER-COUNT-10S': '1', 'X-MBX-ORDER-COUNT-1D': '1' } };
  }

  #cancel(order: SpotOrder): unknown {
    order.status = 'CANCELED';
    order.updated = this.#time();
    this.#tell(reportFrame(order, 'CANCELED', this.#time()));
    return canceledBody(order, this.#time());
  }

  /** web-socket-api.md, "Test connectivity" and "Subscribe to User Data Stream through signature subscription"; the answers of fixture subscribe-order. */
  #answerStream(socket: WebSocket, text: string): void {
    if (this.#dead && this.#live.has(socket)) return;
    const { id, method, params = {} } = JSON.parse(text) as { id: string; method: string; params?: Record<string, string | number> };
    const { signature, ...rest } = params;
    const payload = Object.keys(rest).sort().map((name) => `${name}=${rest[name]}`).join('&');
    const signed = new URLSearchParams({ ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])), signature: String(signature) });
    const fault = method === 'ping' ? undefined : rest.apiKey === this.#spec.key ? this.#badlySigned(payload, signed) : refuse(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    if (fault !== undefined) {
      socket.send(toText({ id, status: fault.status, error: fault.body }));
      return;
    }
    if (method !== 'ping') {
      this.#live.add(socket);
      this.#dead = false;
      socket.on('close', () => this.#live.delete(socket));
    }
    socket.send(toText({ id, status: 200, result: method === 'ping' ? {} : { subscriptionId: 0 }, rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000, count: 4 }] }));
  }
}
