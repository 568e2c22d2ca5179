import type { WebSocket } from 'ws';
import type { ServedTrade, WireOrder } from '../dialect-server.ts';
import { AccountServer, type AccountServerSpec } from './account-server.ts';
import { fixture, isOpen, SpotAccount, toWire, type SpotOrder } from './spot-account.ts';
import { acceptedBody, accountBody, canceledBody, exchangeBody, orderBody, refuse, REJECTIONS, reportFrame, toText, tradeBody, type Answer } from './spot-words.ts';

/** Parameters that each type of order must have, and has no other of (rest-api.md, "New order"). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  MARKET: ['quantity'], LIMIT: ['timeInForce', 'quantity', 'price'], LIMIT_MAKER: ['quantity', 'price'],
  STOP_LOSS: ['quantity', 'stopPrice'], STOP_LOSS_LIMIT: ['timeInForce', 'quantity', 'price', 'stopPrice'],
};

/** Binance spot on loopback: REST of rest-api.md and the WebSocket API of web-socket-api.md, as far as trading an account goes. */
export class SpotServer extends AccountServer {
  readonly #account: SpotAccount;

  constructor(spec: AccountServerSpec) {
    super(spec, { timePath: '/api/v3/time', submits: ['POST /api/v3/order'], unsigned: [], rejections: REJECTIONS, weight: 6_000 });
    this.#account = new SpotAccount(spec.now);
  }

  get orders(): readonly WireOrder[] {
    return this.#account.orders.map(toWire);
  }

  trade(clientOrderId: string, served: ServedTrade): string {
    const order = this.#own(clientOrderId);
    const trade = this.#account.trade(order, served);
    this.tell(reportFrame(order, 'TRADE', this.time(), trade));
    return String(trade.id);
  }

  end(clientOrderId: string, how: 'canceled' | 'expired'): void {
    const order = this.#own(clientOrderId);
    order.status = how === 'canceled' ? 'CANCELED' : 'EXPIRED';
    this.tell(reportFrame(order, order.status, this.time()));
  }

  placeForeign(): string {
    const order = this.#account.place(new URLSearchParams({ symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '20', newClientOrderId: 'web_by_hand' }));
    this.tell(reportFrame(order, 'NEW', this.time()));
    return order.orderId;
  }

  /** Spot has no listen key any more: a subscription ends with `eventStreamTerminated` (user-data-stream.md). */
  expireLogin(): void {
    this.say(toText({ subscriptionId: 0, event: { e: 'eventStreamTerminated', E: this.time() } }));
  }

  /** web-socket-api.md, "Server Shutdown". */
  announceShutdown(): void {
    this.say(toText({ event: { e: 'serverShutdown', E: this.time() } }));
  }

  /** A stop that triggers stays the order that it was, and is told as new once more (user-data-stream.md, "Order Update"). */
  trigger(clientOrderId: string): void {
    this.tell(reportFrame(this.#own(clientOrderId), 'NEW', this.time()));
  }

  protected admits(url: string): boolean {
    return url === '/ws-api/v3';
  }

  /** A connection hears nothing before it has logged in. */
  protected connected(): void {}

  protected open(route: string): Answer | undefined {
    return route === 'GET /api/v3/exchangeInfo' ? { status: 200, body: exchangeBody() } : undefined;
  }

  #own(clientOrderId: string): SpotOrder {
    const order = this.#account.orders.findLast((each) => each.clientOrderId === clientOrderId);
    if (order === undefined) throw new Error(`no order ${clientOrderId} has reached the server`);
    return order;
  }

  protected routed(route: string, parameters: URLSearchParams): Answer {
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
      case 'GET /sapi/v1/account/apiRestrictions': return fine({ ...fixture('get-api-key-permissions'), enableSpotAndMarginTrading: this.grant.trade, enableWithdrawals: this.grant.withdraw, ipRestrict: this.grant.addressBound });
      case 'GET /api/v3/account': return fine(accountBody(account));
      case 'GET /api/v3/myTrades': {
        const [from, limit] = [parameters.get('fromId'), Number(parameters.get('limit') ?? 500)];
        const trades = account.trades.filter((trade) => trade.order.symbol === parameters.get('symbol') && trade.id >= Number(from ?? 0));
        // Without a place the newest are given, oldest first.
        return fine((from === null ? trades.slice(-limit) : trades.slice(0, limit)).map(tradeBody));
      }
      default: return { status: 404, body: '<html><head><title>404 Not Found</title></head></html>' };
    }
  }

  #place(parameters: URLSearchParams): Answer {
    const rejection = this.rejection();
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
    this.tell(reportFrame(order, 'NEW', this.time()));
    return { status: 200, body: acceptedBody(order, this.time()), headers: { 'X-MBX-ORDER-COUNT-10S': '1', 'X-MBX-ORDER-COUNT-1D': '1' } };
  }

  #cancel(order: SpotOrder): unknown {
    order.status = 'CANCELED';
    order.updated = this.time();
    this.tell(reportFrame(order, 'CANCELED', this.time()));
    return canceledBody(order, this.time());
  }

  /** web-socket-api.md, "Test connectivity" and "Subscribe to User Data Stream through signature subscription"; the answers of fixture subscribe-order. */
  protected hear(socket: WebSocket, text: string): void {
    if (this.dead && this.live.has(socket)) return;
    const { id, method, params = {} } = JSON.parse(text) as { id: string; method: string; params?: Record<string, string | number> };
    const { signature, ...rest } = params;
    const payload = Object.keys(rest).sort().map((name) => `${name}=${rest[name]}`).join('&');
    const signed = new URLSearchParams({ ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])), signature: String(signature) });
    const fault = method === 'ping' ? undefined : rest.apiKey === this.key ? this.badlySigned(payload, signed) : refuse(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    if (fault !== undefined) {
      socket.send(toText({ id, status: fault.status, error: fault.body }));
      return;
    }
    if (method !== 'ping') this.loggedIn(socket);
    socket.send(toText({ id, status: 200, result: method === 'ping' ? {} : { subscriptionId: 0 }, rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000, count: 4 }] }));
  }
}
