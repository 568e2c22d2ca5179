import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RunApi } from '../src/app/run-api.ts';
import { PaperTrader } from '../src/app/wiring/paper.ts';
import type { Figure } from './figure.ts';

const MOMENTS_PER_SECOND = 200;
const SECONDS = 8;
const WARM_UP = 600;
// On the disk that the project lies on: the folder for temporary files may be memory.
const FOLDER = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** Microseconds of each moment: until all that it leads to is decided, journalled and sent, and until that is told. */
interface Times {
  readonly decided: number[];
  readonly told: number[];
}

/** What the API costs the loop that trades: from bars to decisions, journal on, without it, beside it, and with it under load. */
export async function benchRunApi(): Promise<Figure[]> {
  const alone = await trade('none');
  const beside = await trade('idle');
  const loaded = await trade('load');
  const figure = (name: string, value: number, limit?: number): Figure => ({ name, value, unit: 'us', limit, better: 'less' });
  return [
    figure('bars to decisions, no API, p50', at(alone.decided, 0.5)), figure('bars to decisions, no API, p99', at(alone.decided, 0.99)),
    figure('bars to decisions, API beside it, p50', at(beside.decided, 0.5), at(alone.decided, 0.5) + 50), figure('bars to decisions, API beside it, p99', at(beside.decided, 0.99)),
    figure('bars to decisions, API under load, p50', at(loaded.decided, 0.5), at(alone.decided, 0.5) + 50), figure('bars to decisions, API under load, p99', at(loaded.decided, 0.99)),
    figure('telling the API, p50', at(loaded.told, 0.5)), figure('telling the API, p99', at(loaded.told, 0.99)),
  ];
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** A run on the shipped bars at an even pace, with its own API or without. */
async function trade(how: 'none' | 'idle' | 'load'): Promise<Times> {
  const home = mkdtempSync(join(FOLDER, '.bench-'));
  const trader = await PaperTrader.open(home, undefined, true, { onFill() {}, onDenial() {}, onOrder() {} });
  const up = Promise.withResolvers<{ readonly url: string; readonly firstRun: string }>();
  const api = how === 'none' ? undefined : new RunApi({ host: '127.0.0.1', port: 0, orNext: false }, {
    home, trader, carryOut: (command) => { trader.command(command); },
    tell: (text, line) => { if (line.kind === 'api') up.resolve({ url: String(line['url']), firstRun: String(line['firstRun']) }); else if (line.kind === 'trouble') up.reject(new Error(text)); },
    facts: () => ({ state: trader.run.engine.risk.state.kind, speed: MOMENTS_PER_SECOND * 60, version: 'bench', startedAt: 0, barsPerSecond: 0, decisionMicros: null }),
  });
  // The worker alone keeps no process awake.
  const awake = setInterval(() => undefined, 1_000);
  try {
    const clients = how === 'load' ? await load(await up.promise) : undefined;
    if (how === 'idle') await up.promise;
    for (let i = 0; i < WARM_UP; i++) trader.step();
    const times = await pace(trader, api);
    if (clients !== undefined) await unload(clients);
    return times;
  } finally {
    await api?.close();
    clearInterval(awake);
    trader.release();
    rmSync(home, { recursive: true });
  }
}

async function pace(trader: PaperTrader, api: RunApi | undefined): Promise<Times> {
  const times: Times = { decided: [], told: [] };
  const began = performance.now();
  for (let moment = 0; moment < SECONDS * MOMENTS_PER_SECOND; moment++) {
    await sleep(Math.max(0, began + moment * 1_000 / MOMENTS_PER_SECOND - performance.now()));
    const start = process.hrtime.bigint();
    trader.step();
    const decided = process.hrtime.bigint();
    api?.tend();
    times.decided.push(Number(decided - start) / 1_000);
    times.told.push(Number(process.hrtime.bigint() - decided) / 1_000);
  }
  return times;
}

async function load({ url, firstRun }: { readonly url: string; readonly firstRun: string }): Promise<ChildProcess> {
  const clients = fork(fileURLToPath(new URL('./run-api-clients.ts', import.meta.url)), [url, firstRun], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const [said] = await Promise.race([once(clients, 'message'), once(clients, 'exit')]) as [unknown];
  if (said !== 'ready') throw new Error('the load could not be put on the API');
  await sleep(1_000);
  return clients;
}

/** A load that nobody served would prove nothing. */
async function unload(clients: ChildProcess): Promise<void> {
  clients.send('end');
  const [{ messages, answers }] = await once(clients, 'message') as [{ readonly messages: number; readonly answers: number }];
  if (messages < 100 || answers < 100) throw new Error(`the API served only ${messages} messages and ${answers} requests`);
}
