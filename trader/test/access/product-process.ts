import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../command-line.ts';

const MAIN = join(ROOT, 'trader/src/app/main.mjs');
const DIAL_RECORD = new URL('dial-record.ts', import.meta.url).href;
/** No command here takes nearly as long; one that hangs ends too. */
const TIMEOUT_MS = 30_000;

/** How a command ended, what it said, and whom it tried to reach. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** `host:port` of each connection that was tried, in order; repetitions once. */
  readonly dialled: readonly string[];
}

/** What a command is run with. */
export interface ProductOptions {
  readonly home: string;
  readonly words: readonly string[];
  /** What is run in place of the product. */
  readonly main?: string;
  /** What it reads from standard input. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** When it is killed, where it takes longer than a command does. */
  readonly timeoutMs?: number;
  /** Called once the process is there. */
  onStart?(child: ChildProcess): void;
  /** Hears each line of standard output. */
  onLine?(line: string, child: ChildProcess): void;
}

/** Runs the product as a person does, in a process of its own that cannot reach another machine, with an environment that holds nothing of ours but what is given. */
export function runProduct({ home, words, main = MAIN, input = '', environment = {}, timeoutMs = TIMEOUT_MS, onStart, onLine }: ProductOptions): Promise<Ended> {
  const record = join(home, '..', `dialled-${process.pid}-${Math.round(performance.now() * 1000)}`);
  mkdirSync(join(home, '..'), { recursive: true });
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ALGOTRENDY_')));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...words], {
    timeout: timeoutMs, killSignal: 'SIGKILL', cwd: join(home, '..'),
    env: { ...clean, NODE_V8_COVERAGE: undefined, NODE_OPTIONS: `--import=${DIAL_RECORD}`, DIAL_RECORD: record, CI: 'true', ALGOTRENDY_HOME: home, ...environment },
  });
  let [stdout, stderr, rest] = ['', '', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line, child);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => void (stderr += chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const dialled = existsSync(record) ? [...new Set(readFileSync(record, 'utf8').trim().split('\n'))] : [];
      rmSync(record, { force: true });
      resolve({ code, signal, stdout, stderr, dialled });
    });
  });
}
