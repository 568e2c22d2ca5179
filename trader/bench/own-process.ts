import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Compiled code kept between runs, as the launcher keeps it. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/compile-bench', import.meta.url));

/**
 * Runs a benchmark's module in a process of its own, as a command runs from its second start on and under the options
 * of this one, and gives back the JSON that it prints. A process that has to strip types first, as the first one after a change does, is slower
 * throughout: the stripper grows a WebAssembly memory, which detaches a buffer, and from then on every access to a
 * typed array asks whether its own is still there.
 */
export function runAlone<T>(module: string, args: readonly string[]): T {
  const printed = execFileSync(process.execPath, [...process.execArgv, module, ...args], { encoding: 'utf8', env: { ...process.env, NODE_COMPILE_CACHE: COMPILED } });
  return JSON.parse(printed) as T;
}
