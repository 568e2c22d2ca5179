import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { createClient } from '../src/api/client.ts';
import { createStreamClient, type StreamClient } from '../src/api/stream-client.ts';
import type { Figure } from './figure.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SPEED = 50;
const WARM_UP_HOURS = 1;
const HOURS = 5;
const HOUR_MS = 3_600_000 / SPEED;
const CLIENTS = 10;
/** Every so often one client's line is cut, and a page is read. */
const CHURN_MS = 5_000;
const READ_MS = 4_000;

/** What one thread held at a moment. */
interface Sample {
  readonly thread: number;
  readonly at: number;
  readonly held: number;
  readonly rss: number;
}

/**
 * The product as a person starts it, on shipped data at fifty times the market's speed, with its API, clients of the
 * stream that come and go, and pages that are read: what memory it gains an hour of market time, collections done.
 */
export async function benchSoak(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-soak-'));
  const probe = join(folder, 'memory.jsonl');
  const run = spawn(process.execPath, [
    '--expose-gc', '--import', fileURLToPath(new URL('soak-probe.mjs', import.meta.url)), '--disable-warning=ExperimentalWarning',
    join(ROOT, 'trader/src/app/main.mjs'), 'paper', '--speed', String(SPEED), '--json', '--api-port', '0',
  ], { env: { ...process.env, ALGOTRENDY_HOME: folder, SOAK_FILE: probe }, stdio: ['ignore', 'pipe', 'inherit'] });
  const guests: Guest[] = [];
  try {
    const { url, firstRun } = await served(run);
    const token = await firstToken(url, firstRun);
    for (let i = 0; i < CLIENTS; i++) guests.push(new Guest(url, token));
    const began = Date.now();
    const reader = createClient({ origin: url, token });
    for (let turn = 0; Date.now() - began < (WARM_UP_HOURS + HOURS) * HOUR_MS; turn++) {
      await sleep(1_000);
      if (run.exitCode !== null) throw new Error(`the run ended with ${run.exitCode}`);
      if (turn % (CHURN_MS / 1_000) === 0) guests[(turn / (CHURN_MS / 1_000)) % CLIENTS].cut();
      if (turn % (READ_MS / 1_000) === 0) await reader.call('readState');
    }
    return figures(readSamples(probe), began + WARM_UP_HOURS * HOUR_MS, guests);
  } finally {
    for (const guest of guests) guest.close();
    await ended(run);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Listens to everything, and counts what it hears. */
class Guest {
  heard = 0;
  /** Connections after the first. */
  cuts = 0;
  #socket: WebSocket | undefined;
  readonly #client: StreamClient;

  constructor(url: string, token: string) {
    this.#client = createStreamClient({
      url: `${url.replace('http', 'ws')}/api/v1/stream`, refresh: () => Promise.resolve(true),
      connect: (address, { onText, onClose }) => {
        const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } });
        this.#socket = socket;
        socket.on('message', (data: Buffer) => { onText(data.toString()); });
        // The close that follows says it all.
        socket.on('error', () => undefined);
        socket.on('close', (code) => { onClose(code); });
        return { send: (text) => { socket.send(text); }, close: () => { socket.terminate(); } };
      },
    });
    const listener = { onSnapshot: () => { this.heard += 1; }, onItems: () => { this.heard += 1; } };
    for (const topic of ['state', 'prices', 'positions', 'orders', 'fills', 'equity', 'alerts', 'jobs', 'logs'] as const) this.#client.subscribe(topic, listener);
    this.#client.subscribe('bars:BTC-USDT-PERP.BINANCE', listener);
  }

  cut(): void {
    this.cuts += 1;
    this.#socket?.terminate();
  }

  close(): void {
    this.#client.close();
  }
}

/** Where the run serves, once it does. */
function served(run: ChildProcess): Promise<{ readonly url: string; readonly firstRun: string }> {
  const { stdout } = run;
  if (stdout === null) throw new Error('the run has no output');
  return new Promise((resolve, reject) => {
    run.once('exit', (code) => { reject(new Error(`the run ended with ${code} before it served`)); });
    setTimeout(() => { reject(new Error('the run does not serve')); }, 60_000).unref();
    createInterface({ input: stdout }).on('line', (line) => {
      const said = JSON.parse(line) as { readonly kind: string; readonly url: string; readonly firstRun: string };
      if (said.kind === 'api') resolve(said);
      if (said.kind === 'trouble') console.error(line);
    });
  });
}

/** Signs in as the first person would, and makes a token for a program. */
async function firstToken(url: string, firstRun: string): Promise<string> {
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
  return secret;
}

async function ended(run: ChildProcess): Promise<void> {
  if (run.exitCode !== null) return;
  const gone = new Promise((resolve) => { run.once('exit', resolve); });
  run.kill('SIGTERM');
  await gone;
}

function readSamples(file: string): readonly Sample[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Sample);
}

function figures(samples: readonly Sample[], since: number, guests: readonly Guest[]): Figure[] {
  const counted = samples.filter(({ at }) => at >= since);
  const threads = [...new Set(counted.map(({ thread }) => thread))];
  const slopes = threads.map((thread) => ({ thread, slope: slope(counted.filter((sample) => sample.thread === thread).map(({ at, held }) => [at, held])) }));
  const sum = slopes.reduce((total, each) => total + each.slope, 0);
  const loop = slopes.find(({ thread }) => thread === 0)?.slope ?? NaN;
  return [
    { name: `memory gained, mean of ${HOURS} hours of market time`, value: sum, unit: 'MB/h', limit: 1, better: 'less' },
    { name: 'of it the loop that trades', value: loop, unit: 'MB/h', limit: undefined, better: 'less' },
    { name: 'of it the API and its clients', value: sum - loop, unit: 'MB/h', limit: undefined, better: 'less' },
    { name: 'held at the end, all threads', value: threads.reduce((total, thread) => total + (counted.findLast((sample) => sample.thread === thread)?.held ?? 0), 0) / 1e6, unit: 'MB', limit: undefined, better: 'less' },
    { name: 'resident at the end', value: (counted.at(-1)?.rss ?? NaN) / 1e6, unit: 'MB', limit: undefined, better: 'less' },
    { name: 'messages to clients', value: guests.reduce((total, { heard }) => total + heard, 0), unit: '', limit: undefined, better: 'more' },
    { name: 'lines cut and resumed', value: guests.reduce((total, { cuts }) => total + cuts, 0), unit: '', limit: undefined, better: 'more' },
  ];
}

/** Least squares: megabytes an hour of market time. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  const [meanAt, meanHeld] = [mean(points.map(([at]) => at)), mean(points.map(([, held]) => held))];
  const covariance = points.reduce((total, [at, held]) => total + (at - meanAt) * (held - meanHeld), 0);
  const variance = points.reduce((total, [at]) => total + (at - meanAt) ** 2, 0);
  return (covariance / variance) * HOUR_MS / 1e6;
}
