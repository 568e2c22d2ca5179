// Plain JavaScript, as main.mjs is and for the same reason: a thread has no part in the cache of what
// was stripped and compiled unless it asks.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/compile-api', import.meta.url)));
await import('./api-worker.ts');
