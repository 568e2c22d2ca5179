import type { WebSocket } from 'ws';
import type { Clock } from '../../../src/ports/clock.ts';
import type { ServedTrade, WireOrder } from '../dialect-server.ts';
import { AccountServer, type AccountServerSpec } from './account-server.ts';
import { amountOf, FuturesAccount, isOpen, toWire, written, type FuturesOrder } from './futures-account.ts';
import { accountBody, accountFrame, conditionalBody, conditionalFrame, exchangeBody, FUTURES_REJECTIONS, liteFrame, orderBody, orderFrame, tradeBody } from './futures-words.ts';
import { fixture } from './spot-account.ts';
import { refuse, toText, type Answer } from './spot-words.ts';

/** Parameters that each type of order must have, and has no other of ("New Order", "New Algo Order"). */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'POST /fapi/v1/order MARKET': ['quantity'], 'POST /fapi/v1/order LIMIT': ['timeInForce', 'quantity', 'price'],
  'POST /fapi/v1/algoOrder STOP_MARKET': ['quantity', 'triggerPrice', 'algoType'], 'POST /fapi/v1/algoOrder STOP': ['timeInForce', 'quantity', 'price', 'triggerPrice', 'algoType'],
};

const fine = (body: unknown): Answer => ({ status: 200, body });
const LIMITS = { 'X-MBX-ORDER-COUNT-10S': '1', 'X-MBX-ORDER-COUNT-1M': '1' };

/** Binance USD-M futures on loopback, as its documentation and the samples named in `futures-words.ts` have it, as far as trading an account goes. */
export class FuturesServer extends AccountServer {
  readonly #account: FuturesAccount;
  readonly #clock: Clock;
  readonly #countdowns = new Map<string, () => void>();
  #listenKey: string | undefined;
  #keys = 0;
  #marginHeld = false;

  constructor(spec: Omit<AccountServerSpec, 'now'> & { readonly clock: Clock }) {
    const now = () => spec.clock.now();
    super({ ...spec, now }, {
      timePath: '/fapi/v1/time', submits: ['POST /fapi/v1/order', 'POST /fapi/v1/algoOrder'], unsigned: ['POST /fapi/v1/listenKey', 'PUT /fapi/v1/listenKey', 'DELETE /fapi/v1/listenKey'],
      rejections: FUTURES_REJECTIONS, weight: 2_400,
    });
    this.#account = new FuturesAccount(() => this.time());
    this.#clock = spec.clock;
  }

  get orders(): readonly WireOrder[] {
    return this.#account.orders.map(toWire);
  }

  trade(clientOrderId: string, served: ServedTrade): string {
    const order = this.#own(clientOrderId);
    const trade = this.#account.trade(order, served);
    this.tell(liteFrame(trade, this.time()));
    this.tell(orderFrame(order, 'TRADE', this.time(), trade));
    this.tell(accountFrame(this.#account, 'ORDER', this.time()));
    if (order.algoId !== undefined && !isOpen(order)) this.tell(conditionalFrame(order, this.time()));
    return String(trade.id);
  }

  end(clientOrderId: string, how: 'canceled' | 'expired'): void {
    this.#end(this.#own(clientOrderId), how === 'canceled' ? 'CANCELED' : 'EXPIRED');
  }

  placeForeign(): string {
    const order = this.#account.place(new URLSearchParams({ symbol: 'BTCUSDT', side: 'SELL', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '20', newClientOrderId: 'web_by_hand' }), false);
    this.tell(orderFrame(order, 'NEW', this.time()));
    return order.orderId ?? '';
  }

  /** "Event: User Data Stream Expired". */
  expireLogin(): void {
    this.say(toText({ e: 'listenKeyExpired', E: this.time(), listenKey: this.#listenKey }));
    this.#listenKey = undefined;
  }

  /** USD-M futures say nothing: they close the connection. */
  announceShutdown(): void {
    for (const socket of this.live) socket.close(1001);
  }

  /** The order of the book is told first, the conditional one after it. */
  trigger(clientOrderId: string): void {
    const order = this.#own(clientOrderId);
    this.#account.trigger(order);
    this.tell(orderFrame(order, 'NEW', this.time()));
    this.tell(conditionalFrame(order, this.time()));
  }

  pay(currency: string, amount: string): void {
    this.#account.pay(currency, amountOf(amount));
    this.tell(accountFrame(this.#account, 'FUNDING_FEE', this.time()));
  }

  /** Whether margin cannot be changed, as while an order is open. */
  holdMargin(on: boolean): void {
    this.#marginHeld = on;
  }

  /** How positions of a contract are held. */
  marginOf(symbol: string): { readonly marginType: string | undefined; readonly leverage: string | undefined } {
    return { marginType: this.#account.marginTypes.get(symbol), leverage: this.#account.leverages.get(symbol) };
  }

  charge(paid: string): void {
    this.#account.fund('BTCUSDT', written(-amountOf(paid)));
    this.tell(accountFrame(this.#account, 'FUNDING_FEE', this.time()));
  }

  /** The listen key ends without a word, as when the account makes another elsewhere. */
  loseKey(): void {
    this.#listenKey = undefined;
  }

  /** Somebody switches the account to hedge mode, or back. */
  hedge(on: boolean): void {
    this.#account.hedged = on;
  }

  override close(): Promise<void> {
    for (const stop of this.#countdowns.values()) stop();
    return super.close();
  }

  protected admits(url: string): boolean {
    return this.#listenKey !== undefined && url === `/private/ws?listenKey=${this.#listenKey}`;
  }

  /** The key is the login. */
  protected connected(socket: WebSocket): void {
    this.loggedIn(socket);
  }

  /** "Live Subscribing/Unsubscribing to streams", "Listing Subscriptions". */
  protected hear(socket: WebSocket, text: string): void {
    const { id, method } = JSON.parse(text) as { readonly id: number; readonly method: string };
    if (!this.dead && method === 'LIST_SUBSCRIPTIONS') socket.send(toText({ result: [this.#listenKey], id }));
  }

  protected open(route: string): Answer | undefined {
    // Spot stands beside futures here: it alone tells what keys may do, by its own clock.
    if (route === 'GET /api/v3/time') return fine({ ...fixture('get-server-time'), serverTime: this.time() });
    return route === 'GET /fapi/v1/exchangeInfo' ? fine(exchangeBody()) : undefined;
  }

  protected routed(route: string, parameters: URLSearchParams): Answer {
    const account = this.#account;
    switch (route) {
      case 'POST /fapi/v1/order': return this.#place(route, parameters);
      case 'GET /fapi/v1/order': return this.#with(account.recall(parameters), 'Order does not exist.', -2013, (order) => fine(orderBody(order, 'usdm-get-order')));
      case 'PUT /fapi/v1/order': return this.#amend(parameters);
      case 'GET /fapi/v1/openOrders': return fine(account.orders.filter((order) => isOpen(order) && order.orderId !== undefined).map((order) => orderBody(order, 'usdm-get-order')));
      case 'DELETE /fapi/v1/order': return this.#with(openOnly(account.find(parameters)), 'Unknown order sent.', -2011, (order) => fine(orderBody(this.#end(order, 'CANCELED'), 'usdm-cancel-order')));
      case 'DELETE /fapi/v1/allOpenOrders': return this.#endAll(({ orderId }) => orderId !== undefined, parameters);
      case 'POST /fapi/v1/countdownCancelAll': return this.#countDown(parameters.get('symbol') ?? '', Number(parameters.get('countdownTime')));
      case 'GET /fapi/v1/userTrades': return fine(account.tradesFrom(parameters.get('symbol'), parameters.get('fromId'), Number(parameters.get('limit') ?? 500)).map(tradeBody));
      case 'GET /fapi/v3/account': return fine(accountBody(account));
      default: return this.#conditional(route, parameters) ?? this.#settings(route, parameters);
    }
  }

  /** The Algo Service. */
  #conditional(route: string, parameters: URLSearchParams): Answer | undefined {
    const account = this.#account;
    const waiting = (order: FuturesOrder) => order.algoId !== undefined && order.orderId === undefined;
    const found = account.findConditional(parameters);
    switch (route) {
      case 'POST /fapi/v1/algoOrder': return this.#place(route, parameters);
      case 'GET /fapi/v1/algoOrder': return this.#with(found, 'Order does not exist.', -2013, (order) => fine(conditionalBody(order, 'usdm-get-conditional-order')));
      case 'GET /fapi/v1/openAlgoOrders': return fine(account.orders.filter((order) => isOpen(order) && waiting(order)).map((order) => conditionalBody(order, 'usdm-get-conditional-order')));
      case 'DELETE /fapi/v1/algoOrder': return this.#with(openOnly(found), 'Unknown order sent.', -2011, (order) => {
        this.#end(order, 'CANCELED');
        return fine(fixture('usdm-cancel-all-orders'));
      });
      case 'DELETE /fapi/v1/algoOpenOrders': return this.#endAll(waiting, parameters);
      default: return undefined;
    }
  }

  #settings(route: string, parameters: URLSearchParams): Answer {
    const account = this.#account;
    switch (route) {
      // The documentation's sample of "Start User Data Stream".
      case 'POST /fapi/v1/listenKey': return fine({ listenKey: this.#listenKey ??= `pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a${this.#keys++}` });
      case 'PUT /fapi/v1/listenKey': return this.#listenKey === undefined ? refuse(-1125, 'This listenKey does not exist.') : fine({ listenKey: this.#listenKey });
      // The documentation's sample of "Futures Account Configuration".
      case 'GET /fapi/v1/accountConfig': return fine({ feeTier: 0, canTrade: true, canDeposit: true, canWithdraw: true, dualSidePosition: account.hedged, updateTime: 0, multiAssetsMargin: false, tradeGroupId: -1 });
      // fixture get-api-key-permissions
      case 'GET /sapi/v1/account/apiRestrictions': return fine({ ...fixture('get-api-key-permissions'), enableFutures: this.grant.trade, enableWithdrawals: this.grant.withdraw, ipRestrict: this.grant.addressBound });
      case 'GET /fapi/v1/income': return this.#incomes(parameters);
      default: return this.#margin(route, parameters);
    }
  }

  /** The documentation's sample of "Get Income History". */
  #incomes(parameters: URLSearchParams): Answer {
    const [from, to] = [Number(parameters.get('startTime')), Number(parameters.get('endTime'))];
    const incomes = this.#account.incomes.filter(({ time }) => time >= from && time <= to && parameters.get('incomeType') === 'FUNDING_FEE');
    return fine(incomes.slice(0, Number(parameters.get('limit') ?? 100)).map((told) => ({ ...told, incomeType: 'FUNDING_FEE', info: '', tradeId: '' })));
  }

  /** Fixture usdm-get-symbol-configuration, and the documentation's samples of "Change Initial Leverage" and "Change Margin Type". */
  #margin(route: string, parameters: URLSearchParams): Answer {
    const { leverages, marginTypes } = this.#account;
    const symbol = parameters.get('symbol') ?? '';
    const [marginType = '', leverage = ''] = [parameters.get('marginType') ?? undefined, parameters.get('leverage') ?? undefined];
    const current = marginTypes.get(symbol) ?? 'CROSSED';
    switch (route) {
      case 'GET /fapi/v1/symbolConfig': return fine([{ ...fixture('usdm-get-symbol-configuration'), symbol, marginType: current, leverage: Number(leverages.get(symbol) ?? 21) }]);
      case 'POST /fapi/v1/leverage':
        leverages.set(symbol, leverage);
        return fine({ leverage: Number(leverage), maxNotionalValue: '1000000', symbol });
      case 'POST /fapi/v1/marginType':
        // Error codes of USD-M futures.
        if (this.#marginHeld) return refuse(-4047, 'Margin type cannot be changed if there exists open orders.');
        if (current === marginType) return refuse(-4046, 'No need to change margin type.');
        marginTypes.set(symbol, marginType);
        return fine({ code: 200, msg: 'success' });
      default: return { status: 404, body: '<html><head><title>404 Not Found</title></head></html>' };
    }
  }

  #with(order: FuturesOrder | undefined, words: string, code: number, answer: (order: FuturesOrder) => Answer): Answer {
    return order === undefined ? refuse(code, words) : answer(order);
  }

  #place(route: string, parameters: URLSearchParams): Answer {
    const rejection = this.rejection();
    if (rejection !== undefined) return rejection;
    const needed = NEEDED[`${route} ${parameters.get('type')}`];
    if (needed === undefined) return refuse(-4120, 'Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.');
    for (const name of ['timeInForce', 'quantity', 'price', 'stopPrice', 'triggerPrice', 'algoType']) {
      if (needed.includes(name) && !parameters.has(name)) return refuse(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
      if (!needed.includes(name) && parameters.has(name)) return refuse(-1106, `Parameter '${name}' sent when not required.`);
    }
    if (this.#account.hedged) return refuse(-4061, "Order's position side does not match user's setting.");
    const id = parameters.get('newClientOrderId') ?? parameters.get('clientAlgoId') ?? '';
    if (!/^[.A-Z:/a-z0-9_-]{1,36}$/.test(id)) return refuse(-4015, 'Client order id length should be less than 36 chars');
    if (this.#account.orders.some((each) => isOpen(each) && each.clientOrderId === id)) return refuse(-4116, 'ClientOrderId is duplicated.');
    const order = this.#account.place(parameters, needed.includes('algoType'));
    this.tell(order.algoId === undefined ? orderFrame(order, 'NEW', this.time()) : conditionalFrame(order, this.time()));
    return { ...fine(order.algoId === undefined ? orderBody(order, 'usdm-place-order') : conditionalBody(order, 'usdm-place-conditional-order')), headers: LIMITS };
  }

  #amend(parameters: URLSearchParams): Answer {
    const order = openOnly(this.#account.find(parameters));
    if (order === undefined) return refuse(-2013, 'Order does not exist.');
    for (const name of ['side', 'quantity', 'price']) if (!parameters.has(name)) return refuse(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
    if (order.parameters.get('side') !== parameters.get('side')) return refuse(-1117, 'Invalid side.');
    if (['quantity', 'price'].every((name) => Number(parameters.get(name)) === Number(order.parameters.get(name)))) return refuse(-5027, 'No need to modify the order.');
    for (const name of ['quantity', 'price']) order.parameters.set(name, parameters.get(name) ?? '');
    order.updated = this.time();
    this.tell(orderFrame(order, 'AMENDMENT', this.time()));
    return fine(orderBody(order, 'usdm-edit-order'));
  }

  #end(order: FuturesOrder, how: 'CANCELED' | 'EXPIRED'): FuturesOrder {
    order.status = how;
    order.updated = this.time();
    if (order.orderId !== undefined) this.tell(orderFrame(order, how, this.time()));
    if (order.algoId !== undefined) this.tell(conditionalFrame(order, this.time()));
    return order;
  }

  #endAll(which: (order: FuturesOrder) => boolean, parameters: URLSearchParams): Answer {
    for (const order of this.#account.orders) if (isOpen(order) && which(order) && order.symbol === parameters.get('symbol')) this.#end(order, 'CANCELED');
    return fine(fixture('usdm-cancel-all-orders'));
  }

  #countDown(symbol: string, afterMs: number): Answer {
    this.#countdowns.get(symbol)?.();
    this.#countdowns.delete(symbol);
    if (afterMs > 0) this.#countdowns.set(symbol, this.#clock.after(afterMs, () => { this.#endAll(({ orderId }) => orderId !== undefined, new URLSearchParams({ symbol })); }));
    return fine({ ...fixture('usdm-cancel-all-after'), symbol, countdownTime: String(afterMs) });
  }

  #own(clientOrderId: string): FuturesOrder {
    const order = this.#account.orders.findLast((each) => each.clientOrderId === clientOrderId);
    if (order === undefined) throw new Error(`no order ${clientOrderId} has reached the server`);
    return order;
  }
}

function openOnly(order: FuturesOrder | undefined): FuturesOrder | undefined {
  return order !== undefined && isOpen(order) ? order : undefined;
}
