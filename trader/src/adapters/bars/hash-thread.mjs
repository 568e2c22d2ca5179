// Plain JavaScript, since a thread in TypeScript would load Node's type stripper first, which takes as long as the work.
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** Hashes what the descriptor has, from its beginning, without moving its place. */
const hash = createHash('sha256');
const buffer = Buffer.allocUnsafeSlow(1 << 20);
for (let position = 0; ;) {
  const count = readSync(workerData, buffer, 0, buffer.length, position);
  if (count === 0) break;
  hash.update(count === buffer.length ? buffer : buffer.subarray(0, count));
  position += count;
}
parentPort?.postMessage(hash.digest('hex'));
