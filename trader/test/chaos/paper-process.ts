import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/app/main.mjs', import.meta.url));
const FAULT = new URL('journal-fault.ts', import.meta.url).href;

/** No run here is nearly as long; one that is left behind by a failed test ends too. */
const TIMEOUT_MS = 60_000;

/** A line of `paper --json`. */
export type Line = Readonly<Record<string, unknown>> & { readonly kind?: string };

/** How a child process is to be run and what is to be done to it. */
export interface PaperOptions {
  readonly home: string;
  readonly words?: readonly string[];
  /** Dies by its own SIGKILL at this write to the journal; see `journal-fault.ts`. */
  readonly fault?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Modules that the process loads before the program. */
  readonly imports?: readonly string[];
  /** No file may grow beyond so many blocks of 512 bytes. */
  readonly fileBlocks?: number;
  /** A descriptor that takes the output, in place of `lines`. */
  readonly output?: number;
  /** Hears every line as it comes, the first one being number 1; `kill` ends the process by SIGKILL unless another signal is named. */
  onLine?(line: string, number: number, kill: (signal?: NodeJS.Signals) => void): void;
  /** Called once the process is there. */
  onStart?(kill: (signal?: NodeJS.Signals) => void): void;
}

/** How a process ended and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs the real command line in a process of its own until it ends: `paper --json` where no words are given. */
export function runPaper({ home, words = ['paper', '--json', '--speed', 'max'], fault, environment, imports = [], fileBlocks, output, onLine, onStart }: PaperOptions): Promise<Ended> {
  const modules = [...imports, ...(fault === undefined ? [] : [FAULT])].flatMap((module) => ['--import', module]);
  const limit = fileBlocks === undefined ? [] : ['sh', '-c', `ulimit -f ${fileBlocks} && exec "$@"`, 'sh'];
  const [command, ...following] = [...limit, process.execPath, '--disable-warning=ExperimentalWarning', ...modules, MAIN, ...words] as [string, ...string[]];
  const child = spawn(command, following, {
    stdio: ['ignore', output ?? 'pipe', 'pipe'],
    timeout: TIMEOUT_MS, killSignal: 'SIGKILL',
    // A process that is killed leaves half a coverage report, which would spoil all others.
    env: { ...process.env, NODE_V8_COVERAGE: undefined, CI: 'true', ALGOTRENDY_HOME: home, ...(fault !== undefined && { JOURNAL_FAULT: fault }), ...environment },
  });
  const kill = (signal: NodeJS.Signals = 'SIGKILL') => void child.kill(signal);
  const lines: string[] = [];
  let errors = '';
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const texts = (rest + chunk).split('\n');
    rest = texts.pop() as string;
    for (const text of texts) {
      lines.push(text);
      onLine?.(text, lines.length, kill);
    }
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => void (errors += chunk));
  onStart?.(kill);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, lines, errors }));
  });
}

/** A line's object. */
export function parseLine(text: string | undefined): Line {
  if (text === undefined) throw new Error('there is no such line');
  return JSON.parse(text) as Line;
}
