import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.ts';

// The API over real connections: how long an answer takes at a steady hundred requests a second with the limits on,
// and how many it gives to those who never stop asking. The server is a process of its own.

const ADDRESSES = 64;
const USERS = 360;
const RATE = 100;
const PACED_SECONDS = 15;
const PACED_RUNS = 3;
const SATURATED_MS = 3_000;
const SATURATED_RUNS = 5;
const CONNECTIONS = 64;
const ROUTES = ['/state', '/positions', '/orders?state=all&limit=50', '/fills?limit=50', '/limits', '/equity?points=200', '/bars?instrument=BTC-USDT.HAND&interval=5m', '/alerts'];
const SERVER = fileURLToPath(new URL('./api-server.ts', import.meta.url));

interface Served {
  readonly child: ChildProcess;
  readonly port: number;
  readonly tokens: readonly string[];
}

async function serve(limited: boolean): Promise<Served> {
  const child = fork(SERVER, [String(USERS), limited ? 'limited' : 'free'], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const [{ port, tokens }] = await once(child, 'message') as [{ port: number; tokens: readonly string[] }];
  return { child, port, tokens };
}

async function end({ child }: Served): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

/** One connection from an address of loopback; a request at a time. */
class Asker {
  readonly #socket = new Socket();
  #pending: { resolve: (status: number) => void; parts: Buffer[]; length: number } | undefined;

  async connect(port: number, address: string): Promise<void> {
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (part) => { this.#take(part); });
    this.#socket.connect({ host: '127.0.0.1', port, localAddress: address });
    await once(this.#socket, 'connect');
  }

  /** Resolves with the status when the whole answer is here. */
  ask(path: string, token: string): Promise<number> {
    return new Promise((resolve) => {
      this.#pending = { resolve, parts: [], length: 0 };
      this.#socket.write(`GET /api/v1${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\n\r\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(part: Buffer): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    pending.parts.push(part);
    pending.length += part.length;
    const whole = pending.parts.length === 1 ? part : Buffer.concat(pending.parts);
    const head = whole.indexOf('\r\n\r\n');
    if (head < 0) return;
    const text = whole.toString('latin1', 0, head);
    const at = text.indexOf('content-length: ');
    if (pending.length < head + 4 + Number.parseInt(text.slice(at + 16, at + 24), 10)) return;
    this.#pending = undefined;
    pending.resolve(Number(text.slice(9, 12)));
  }
}

async function askers(served: Served, count: number): Promise<Asker[]> {
  return Promise.all(Array.from({ length: count }, async (_, i) => {
    const asker = new Asker();
    await asker.connect(served.port, `127.0.0.${1 + i % ADDRESSES}`);
    return asker;
  }));
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Latencies in ms of one run at the steady rate; throws where anything but 200 came. */
async function paced(served: Served, all: readonly Asker[], from: number): Promise<Float64Array> {
  const latencies: number[] = [];
  const waiting: Promise<void>[] = [];
  const begun = performance.now();
  for (let i = 0; i < RATE * PACED_SECONDS; i++) {
    const due = begun + i * 1000 / RATE;
    const left = due - performance.now();
    if (left > 0) await sleep(left);
    const number = from + i;
    const sent = performance.now();
    waiting.push(all[number % all.length].ask(ROUTES[number % ROUTES.length], served.tokens[number % USERS]).then((status) => {
      if (status !== 200) throw new Error(`${ROUTES[number % ROUTES.length]} was answered ${status}`);
      latencies.push(performance.now() - sent);
    }));
  }
  await Promise.all(waiting);
  return Float64Array.from(latencies).sort();
}

/** Requests answered a second of wall time, and a second of the server's processor time. */
async function saturated(served: Served, all: readonly Asker[], path: string): Promise<{ readonly perSecond: number; readonly perCpuSecond: number }> {
  let answered = 0;
  const cpuBefore = await cpuOf(served);
  const begun = performance.now();
  const until = begun + SATURATED_MS;
  await Promise.all(all.map(async (asker, i) => {
    while (performance.now() < until) {
      const status = await asker.ask(path, served.tokens[i % USERS]);
      if (status !== 200) throw new Error(`${path} was answered ${status}`);
      answered += 1;
    }
  }));
  const seconds = (performance.now() - begun) / 1000;
  return { perSecond: answered / seconds, perCpuSecond: answered / (await cpuOf(served) - cpuBefore) };
}

/** Seconds of processor time that the server has used. */
async function cpuOf({ child }: Served): Promise<number> {
  child.send('cpu');
  const [{ cpu }] = await once(child, 'message') as [{ cpu: NodeJS.CpuUsage }];
  return (cpu.user + cpu.system) / 1e6;
}

/** Measures answers of the API. */
export async function benchApi(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const limited = await serve(true);
  const callers = await askers(limited, ADDRESSES);
  const runs: Float64Array[] = [];
  for (let run = 0; run < PACED_RUNS; run++) runs.push(await paced(limited, callers, run * RATE * PACED_SECONDS));
  for (const asker of callers) asker.close();
  await end(limited);
  const p95 = runs.map((sorted) => quantile(sorted, 0.95)).toSorted((a, b) => a - b);
  figures.push(
    { name: `REST P95 at ${RATE} req/s, limits on, median run`, value: p95[Math.floor(p95.length / 2)], unit: 'ms', limit: 5, better: 'less' },
    { name: 'REST P50, best run', value: Math.min(...runs.map((sorted) => quantile(sorted, 0.5))), unit: 'ms', limit: undefined, better: 'less' },
    { name: 'REST P99, best run', value: Math.min(...runs.map((sorted) => quantile(sorted, 0.99))), unit: 'ms', limit: undefined, better: 'less' },
  );
  const free = await serve(false);
  const crowd = await askers(free, CONNECTIONS);
  const results = [];
  for (let run = 0; run <= SATURATED_RUNS; run++) results.push(await saturated(free, crowd, '/state'));
  for (const asker of crowd) asker.close();
  await end(free);
  const measured = results.slice(1);
  const perSecond = measured.map((each) => each.perSecond).toSorted((a, b) => b - a);
  figures.push(
    { name: 'authenticated read at saturation, best run', value: perSecond[0], unit: 'req/s', limit: 15_000, better: 'more' },
    { name: 'authenticated read at saturation, median run', value: perSecond[Math.floor(perSecond.length / 2)], unit: 'req/s', limit: undefined, better: 'more' },
    { name: 'authenticated read, a second of the server’s CPU', value: Math.max(...measured.map((each) => each.perCpuSecond)), unit: 'req/CPU-s', limit: undefined, better: 'more' },
  );
  return figures;
}
