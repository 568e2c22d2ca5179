import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { createClient } from '../src/api/client.ts';
import { createStreamClient, type StreamClient } from '../src/api/stream-client.ts';
import type { Figure } from './figure.ts';
import { heardBy, startServedRun } from '../test/served-run.ts';

const SPEED = 50;
const WARM_UP_HOURS = 1;
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
 * stream that come and go, and pages that are read, for so many minutes: what memory it gains an hour of market time,
 * collections done. The first hour of it is not counted.
 */
export async function benchSoak(minutes: number): Promise<Figure[]> {
  const hours = minutes * 60_000 / HOUR_MS - WARM_UP_HOURS;
  if (!(hours > 0)) throw new Error(`a soak takes more than ${WARM_UP_HOURS * HOUR_MS / 60_000} minutes: the first hour of market time is not counted`);
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-soak-'));
  const probe = join(folder, 'memory.jsonl');
  const guests: Guest[] = [];
  const run = await startServedRun({
    words: ['--speed', String(SPEED)], nodeWords: ['--expose-gc', '--import', fileURLToPath(new URL('soak-probe.mjs', import.meta.url))], environment: { SOAK_FILE: probe },
  });
  try {
    const { url, token } = run;
    for (let i = 0; i < CLIENTS; i++) guests.push(new Guest(url, token));
    const began = Date.now();
    const reader = createClient({ origin: url, token });
    for (let turn = 0; Date.now() - began < minutes * 60_000; turn++) {
      await sleep(1_000);
      run.check();
      if (turn % (CHURN_MS / 1_000) === 0) guests[(turn / (CHURN_MS / 1_000)) % CLIENTS].cut();
      if (turn % (READ_MS / 1_000) === 0) await reader.call('readState');
    }
    return figures(readSamples(probe), began + WARM_UP_HOURS * HOUR_MS, hours, guests);
  } finally {
    for (const guest of guests) guest.close();
    await run.stop();
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
      connect: (address, listener) => {
        this.#socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } });
        return heardBy(this.#socket, listener);
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

function readSamples(file: string): readonly Sample[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Sample);
}

function figures(samples: readonly Sample[], since: number, hours: number, guests: readonly Guest[]): Figure[] {
  const counted = samples.filter(({ at }) => at >= since);
  const threads = [...new Set(counted.map(({ thread }) => thread))];
  const slopes = threads.map((thread) => ({ thread, slope: slope(counted.filter((sample) => sample.thread === thread).map(({ at, held }) => [at, held])) }));
  const sum = slopes.reduce((total, each) => total + each.slope, 0);
  const loop = slopes.find(({ thread }) => thread === 0)?.slope ?? NaN;
  return [
    { name: `memory gained, mean of ${hours.toFixed(1)} hours of market time`, value: sum, unit: 'MB/h', limit: 1, better: 'less' },
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
