import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server on loopback that breaks each connection after so many bytes of its answers, or not at all. */
export class CuttingProxy {
  /** How many bytes of answers the next connections let through. */
  cutAfter = Number.POSITIVE_INFINITY;
  /** Connections that were cut so far. */
  cuts = 0;
  /** Bytes of answers that the last connection let through. */
  passed = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      this.passed = 0;
      for (const socket of [near, far]) {
        this.#open.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#open.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.on('data', (data) => far.write(data));
      far.on('data', (data) => {
        if (this.passed + data.length <= this.cutAfter) {
          this.passed += data.length;
          near.write(data);
          return;
        }
        this.cuts += 1;
        near.resetAndDestroy();
        far.destroy();
      });
    });
  }

  /** Resolves with its port. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => { resolve((this.#server.address() as AddressInfo).port); });
    });
  }

  /** Ends it and what goes through it. */
  close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    return new Promise((resolve) => { this.#server.close(() => { resolve(); }); });
  }
}
