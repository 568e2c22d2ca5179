import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RejectReason } from '../../../src/domain/venue-error.ts';
import type { DialectServer, Fault, KeyGrant, ServedTrade, WireOrder } from '../dialect-server.ts';
import { fixture } from './spot-account.ts';
import { faultAnswer, refuse, toText, type Answer } from './spot-words.ts';

/** What a server of Binance works with. */
export interface AccountServerSpec {
  readonly key: string;
  readonly secret: string;
  readonly now: () => number;
}

/** What differs between the servers of Binance's markets before anything is routed. */
export interface AccountDialect {
  readonly timePath: string;
  /** Requests that place an order. */
  readonly submits: readonly string[];
  /** Requests that are not signed, but for the key. */
  readonly unsigned: readonly string[];
  readonly rejections: Readonly<Partial<Record<RejectReason, Answer>>>;
  /** The weight that nobody may use in a minute. */
  readonly weight: number;
}

/** What Binance's servers have in common: signatures, clocks, limits, faults, and a stream whose frames can be lost. */
export abstract class AccountServer implements DialectServer {
  readonly requests: string[] = [];
  protected readonly live = new Set<WebSocket>();
  protected grant: KeyGrant = { trade: true, withdraw: false, addressBound: true };
  protected dead = false;
  readonly #spec: AccountServerSpec;
  readonly #dialect: AccountDialect;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #faults: { readonly what: 'submit' | 'read'; readonly fault: Fault }[] = [];
  #rejection: Answer | undefined;
  #skew = { ms: 0, honest: true };
  #flow: 'lost' | 'kept' | 'sent' = 'sent';
  #kept: string[] = [];
  #refusals = 0;
  #weight = 0;

  constructor(spec: AccountServerSpec, dialect: AccountDialect) {
    this.#spec = spec;
    this.#dialect = dialect;
    this.#http = createServer((request, response) => { this.#serve(request, response); });
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.#refusals > 0 || !this.admits(request.url ?? '')) {
        this.#refusals -= 1;
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => {
        ws.on('message', (data: Buffer) => { this.hear(ws, data.toString()); });
        this.connected(ws);
      });
    });
  }

  abstract get orders(): readonly WireOrder[];
  abstract trade(clientOrderId: string, served: ServedTrade): string;
  abstract end(clientOrderId: string, how: 'canceled' | 'expired'): void;
  abstract placeForeign(): string;
  abstract expireLogin(): void;
  abstract announceShutdown(): void;
  /** Whether a stream may be opened there. */
  protected abstract admits(url: string): boolean;
  protected abstract connected(socket: WebSocket): void;
  protected abstract hear(socket: WebSocket, text: string): void;
  /** Answers what needs no key; undefined for all else. */
  protected abstract open(route: string): Answer | undefined;
  /** Answers a request of the account. */
  protected abstract routed(route: string, parameters: URLSearchParams): Answer;

  /** Listens on a free port of loopback; resolves with `127.0.0.1:port`. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#http.listen(0, '127.0.0.1', () => { resolve(`127.0.0.1:${(this.#http.address() as AddressInfo).port}`); });
    });
  }

  get streams(): number {
    return this.live.size;
  }

  failNext(what: 'submit' | 'read', fault: Fault): void {
    this.#faults.push({ what, fault });
  }

  rejectNext(reason: RejectReason): boolean {
    this.#rejection = this.#dialect.rejections[reason];
    return this.#rejection !== undefined;
  }

  skewClock(ms: number, honest: boolean): void {
    this.#skew = { ms, honest };
  }

  frames(what: 'lost' | 'kept' | 'sent'): void {
    this.#flow = what;
  }

  release(how: 'reversed' | 'twice'): void {
    const kept = how === 'reversed' ? this.#kept.reverse() : this.#kept.flatMap((text) => [text, text]);
    this.#kept = [];
    this.#flow = 'sent';
    for (const text of kept) this.tell(text);
  }

  say(text: string): void {
    for (const socket of this.live) socket.send(text);
  }

  cut(refusals: number): void {
    this.#refusals = refusals;
    for (const socket of this.live) socket.terminate();
    this.live.clear();
  }

  playDead(): void {
    this.dead = true;
  }

  exhaust(): void {
    this.#weight = this.#dialect.weight;
  }

  grantKeys(grant: KeyGrant): void {
    this.grant = grant;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    return new Promise((resolve) => { this.#http.close(() => { resolve(); }); });
  }

  protected time(): number {
    return this.#spec.now() + this.#skew.ms;
  }

  protected get key(): string {
    return this.#spec.key;
  }

  /** The rejection that was asked for, once. */
  protected rejection(): Answer | undefined {
    const rejection = this.#rejection;
    this.#rejection = undefined;
    return rejection;
  }

  protected tell(text: string): void {
    if (this.#flow === 'kept') this.#kept.push(text);
    else if (this.#flow === 'sent') this.say(text);
  }

  /** From now on this stream hears of the account. */
  protected loggedIn(socket: WebSocket): void {
    this.live.add(socket);
    this.dead = false;
    socket.on('close', () => this.live.delete(socket));
  }

  /** "SIGNED Endpoint security" and "Timing security" of rest-api.md. */
  protected badlySigned(payload: string, parameters: URLSearchParams): Answer | undefined {
    if (createHmac('sha256', this.#spec.secret).update(payload).digest('hex') !== parameters.get('signature')) return refuse(-1022, 'Signature for this request is not valid.');
    const age = this.time() - Number(parameters.get('timestamp'));
    if (age < -1_000) return refuse(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
    return age > Number(parameters.get('recvWindow') ?? 5_000) ? refuse(-1021, 'Timestamp for this request is outside of the recvWindow.') : undefined;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const [path, query = ''] = (request.url ?? '').split('?');
    const route = `${request.method} ${path}`;
    this.requests.push(route);
    const submit = this.#dialect.submits.includes(route);
    const at = path === this.#dialect.timePath ? -1 : this.#faults.findIndex(({ what }) => (what === 'submit') === submit);
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
    const { status, body, headers = {} } = fault === undefined || fault === 'garbage' ? answer : faultAnswer(fault, this.time());
    this.#weight += 1;
    response.writeHead(status, { 'content-type': 'application/json', 'X-MBX-USED-WEIGHT-1M': String(this.#weight), ...headers });
    response.end(fault === 'garbage' ? '<html>' : typeof body === 'string' ? body : toText(body));
  }

  #answer(route: string, query: string, key: string | string[] | undefined): Answer {
    // fixture get-server-time
    if (route === `GET ${this.#dialect.timePath}`) return { status: 200, body: { ...fixture('get-server-time'), serverTime: this.#spec.now() + (this.#skew.honest ? this.#skew.ms : 0) } };
    const open = this.open(route);
    if (open !== undefined) return open;
    const parameters = new URLSearchParams(query);
    if (key !== this.key) return refuse(-2015, 'Invalid API-key, IP, or permissions for action.', 401);
    const fault = this.#dialect.unsigned.includes(route) ? undefined : this.badlySigned(query.replace(/&signature=[^&]*$/, ''), parameters);
    return fault ?? this.routed(route, parameters);
  }
}
