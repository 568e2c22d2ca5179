import type { ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

/** A port of loopback that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => { done(port); });
    });
  });
}

/** Ends a server by SIGKILL, in the middle of whatever it does; resolves when it is gone. */
export async function killServer(dying: ChildProcess | undefined): Promise<void> {
  if (dying === undefined || dying.exitCode !== null) return;
  const gone = new Promise((wait) => { dying.once('exit', wait); });
  dying.kill('SIGKILL');
  await gone;
}
