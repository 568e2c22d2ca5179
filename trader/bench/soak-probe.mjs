// Preloaded into every thread of the process that the soak watches: what is really held, after a collection.
import { appendFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

const EVERY_MS = 6_000;

setInterval(() => {
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  appendFileSync(process.env.SOAK_FILE, `${JSON.stringify({ thread: threadId, at: Date.now(), held: heapUsed + external, rss })}\n`);
}, EVERY_MS).unref();
