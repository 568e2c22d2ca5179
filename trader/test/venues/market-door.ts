import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** An answer of REST: status, and JSON or text. */
export interface DoorAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What stands behind a door. */
export interface DoorSpec {
  answer(url: URL): DoorAnswer;
  /** A connection was made to a path. */
  onOpen?(socket: WebSocket, path: string): void;
  onText(socket: WebSocket, text: string): void;
  onClose(socket: WebSocket): void;
}

/** A port of loopback for REST and streams: what every server of a market needs of a network. */
export class MarketDoor {
  readonly requests: string[] = [];
  readonly #spec: DoorSpec;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  #refusals = 0;
  #dead = new WeakSet<WebSocket>();

  constructor(spec: DoorSpec) {
    this.#spec = spec;
    this.#http = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://venue');
      this.requests.push(`${request.method} ${url.pathname}`);
      const { status, body, headers = {} } = spec.answer(url);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    this.#http.on('upgrade', (request, socket, head: Buffer) => {
      if (this.#refusals > 0) {
        this.#refusals -= 1;
        socket.destroy();
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => {
        ws.on('message', (data: Buffer) => { if (!this.#dead.has(ws)) spec.onText(ws, data.toString()); });
        ws.on('close', () => { spec.onClose(ws); });
        spec.onOpen?.(ws, new URL(request.url ?? '', 'http://venue').pathname);
      });
    });
  }

  /** Listens on a free port of loopback; resolves with `127.0.0.1:port`. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#http.listen(0, '127.0.0.1', () => { resolve(`127.0.0.1:${(this.#http.address() as AddressInfo).port}`); });
    });
  }

  /** Sends a text to one connection, or to all. */
  say(text: string, socket?: WebSocket): void {
    for (const each of socket === undefined ? this.#sockets.clients : [socket]) if (!this.#dead.has(each)) each.send(text);
  }

  cut(refusals: number): void {
    this.#refusals = refusals;
    for (const socket of this.#sockets.clients) {
      this.#spec.onClose(socket);
      socket.terminate();
    }
  }

  playDead(): void {
    for (const socket of this.#sockets.clients) this.#dead.add(socket);
  }

  close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    return new Promise((resolve) => { this.#http.close(() => { resolve(); }); });
  }
}
