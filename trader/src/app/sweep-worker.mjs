// Plain JavaScript, as main.mjs is and for the same reason: a thread has no part in the cache of what
// was stripped and compiled unless it asks, and would start in three times the time and memory.
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/compile-threads', import.meta.url)));
await import('./sweep-worker.ts');
// A thread is stopped, and not left to its end, at which it would be written.
flushCompileCache();
