import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { WebSocket } from 'ws';
import type { ClientSocket, ClientSocketListener } from '../src/api/stream-client.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SERVES_WITHIN_MS = 60_000;

/** The product as a person starts it, in a home of its own, with somebody signed in. */
export interface ServedRun {
  /** Where it serves. */
  readonly url: string;
  /** A trader's token. */
  readonly token: string;
  /** What the first person's browser sends. */
  readonly cookie: string;
  /** Its state folder. */
  readonly home: string;
  /** Throws where it has ended by itself. */
  check(): void;
  stop(): Promise<void>;
}

/** What a run is started with. */
export interface ServedRunSpec {
  /** After `paper --json`. */
  readonly words: readonly string[];
  /** For node itself. */
  readonly nodeWords?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `paper` with its API on a free port, signs in as the first person would, and makes a token for a program. */
export async function startServedRun({ words, nodeWords = [], environment = {} }: ServedRunSpec): Promise<ServedRun> {
  const home = mkdtempSync(join(tmpdir(), 'algotrendy-served-'));
  const run = spawn(process.execPath, [
    ...nodeWords, '--disable-warning=ExperimentalWarning', join(ROOT, 'trader/src/app/main.mjs'), 'paper', '--json', '--api-port', '0', ...words,
  ], { env: { ...process.env, ALGOTRENDY_HOME: home, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async () => {
    if (run.exitCode === null) {
      const gone = new Promise((resolve) => { run.once('exit', resolve); });
      run.kill('SIGTERM');
      await gone;
    }
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const { url, firstRun } = await served(run);
    return { url, ...await firstPerson(url, firstRun), home, stop, check: () => { if (run.exitCode !== null) throw new Error(`the run ended with ${run.exitCode}`); } };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where the run serves, once it does. */
function served(run: ChildProcess): Promise<{ readonly url: string; readonly firstRun: string }> {
  const { stdout } = run;
  if (stdout === null) throw new Error('the run has no output');
  return new Promise((resolve, reject) => {
    run.once('exit', (code) => { reject(new Error(`the run ended with ${code} before it served`)); });
    setTimeout(() => { reject(new Error('the run does not serve')); }, SERVES_WITHIN_MS).unref();
    createInterface({ input: stdout }).on('line', (line) => {
      const said = JSON.parse(line) as { readonly kind: string; readonly url: string; readonly firstRun: string };
      if (said.kind === 'api') resolve(said);
      if (said.kind === 'trouble') console.error(line);
    });
  });
}

/** Signs in as the first person would, and makes a token for a program. */
export async function firstPerson(url: string, firstRun: string): Promise<Pick<ServedRun, 'token' | 'cookie'>> {
  const post = async (path: string, body: object, cookie = '') => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'x-algotrendy': '1', origin: url, cookie, 'idempotency-key': crypto.randomUUID() },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const entered = await post('/auth/first-run', { token: firstRun.split('#')[1], name: 'soak', password: 'a soak of many hours, quite long' });
  const cookie = entered.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const { secret } = await (await post('/tokens', { name: 'soak', role: 'trader' }, cookie)).json() as { readonly secret: string };
  return { token: secret, cookie };
}

/** A socket of `ws` as the stream's client takes it. */
export function heardBy(socket: WebSocket, listener: ClientSocketListener): ClientSocket {
  socket.on('message', (data: Buffer) => { listener.onText(data.toString()); });
  // The close that follows says it all.
  socket.on('error', () => undefined);
  socket.on('close', (code) => { listener.onClose(code); });
  return { send: (text) => { socket.send(text); }, close: () => { socket.terminate(); } };
}
