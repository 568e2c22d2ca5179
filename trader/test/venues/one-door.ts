import { createServer, request as ask, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/** One port of loopback in front of several servers: each request and each stream goes to the port that `portOf` names for its path. */
export class OneDoor {
  readonly #server: Server;

  constructor(portOf: (path: string) => number) {
    this.#server = createServer((request, response) => {
      const onward = ask({ host: '127.0.0.1', port: portOf(request.url ?? ''), method: request.method, path: request.url, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => { response.socket?.destroy(); });
      request.pipe(onward);
    });
    this.#server.on('upgrade', (request, socket, head) => {
      const onward = connect(portOf(request.url ?? ''), '127.0.0.1', () => {
        onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`).join('\r\n')}\r\n\r\n`);
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      for (const each of [onward, socket]) each.on('error', () => { onward.destroy(); socket.destroy(); });
    });
  }

  /** Resolves with its port. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => { resolve((this.#server.address() as AddressInfo).port); });
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
