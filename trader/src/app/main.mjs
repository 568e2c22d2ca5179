// Plain JavaScript, since an entry in TypeScript would have Node load its type stripper for this one file,
// which takes longer than most commands. All else is stripped and compiled once, and kept between runs.
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/compile', import.meta.url)));
await import('./main.ts');
