import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MarketServer } from '../venues/binance/market-server.ts';
import { runProduct, type Ended, type ProductOptions } from './product-process.ts';

const MINUTE = 60_000;
/** The market's time: a minute that has just ended. */
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;

interface Line {
  readonly kind: string;
  readonly trading?: string;
  readonly journalSequence?: number;
  readonly connection?: string;
  readonly positions?: object;
}

interface Street {
  readonly market: MarketServer;
  readonly home: string;
  /** A bar closes now, `minutes` after the first that is heard. */
  tick(minutes: number): void;
  run(words: readonly string[], more?: Partial<ProductOptions>): Promise<Ended>;
}

/** A market that swings every seven minutes, so that fast averages cross again and again. */
function bar(minutes: number) {
  const price = (30_000 + 300 * Math.sin(minutes / 7 * Math.PI)).toFixed(2);
  return { timestamp: NOW + minutes * MINUTE, open: price, high: price, low: price, close: price, volume: '10.00000' };
}

/** `behind` is by how many minutes the market that it shows lags behind the clock. */
async function onStreet(check: (street: Street) => Promise<void>, behind = 0): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'paper-feed-'));
  const home = join(folder, 'home');
  const market = new MarketServer({ rest: '/api/v3', streams: '/stream', told: 'subscribe-klines', asked: 'get-klines', symbols: ['BTCUSDT'], intervalMs: MINUTE, now: () => NOW + 10_000 * MINUTE });
  const [, port = ''] = (await market.listen()).split(':');
  market.remember(0, Array.from({ length: 60 }, (_, i) => bar(i - 60 - behind)));
  try {
    await check({
      market, home, tick: (minutes) => { market.closeBar(0, bar(minutes)); },
      async run(words, more = {}) {
        const ended = await runProduct({ home, words, ...more, environment: { ALGOTRENDY_LOOPBACK_PORT: port, ...more.environment } });
        assert.deepEqual(ended.dialled.filter((where) => where !== `127.0.0.1:${port}`), []);
        return ended;
      },
    });
  } finally {
    await market.close();
    rmSync(folder, { recursive: true });
  }
}

const NEW = ['paper', '--feed', 'binance', '--instrument', 'BTCUSDT', '--strategy', 'moving-average-cross', '--param', 'fast=2', '--param', 'slow=5', '--json'];
const records = (home: string) => readFileSync(join(home, 'paper', 'journal.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line.slice(9)) as { kind: string; tsHeard?: number; command?: { kind: string } });

test('a live market is warmed up on its past without trading, then traded bar by bar, and a restart fetches what was missed', () => onStreet(async ({ market, home, tick, run }) => {
  let minutes = 0;
  const first = await run(NEW, {
    onLine(text, child) {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'feed' && line.connection === 'up') tick(minutes++);
      if (line.kind === 'minute' && minutes > 0 && minutes < 30) tick(minutes++);
      else if (minutes === 30) child.kill('SIGINT');
    },
  });
  assert.equal(first.code, 0, first.stderr);
  const lines = first.stdout.trim().split('\n').map((text) => JSON.parse(text) as Line);
  assert.ok(lines.some(({ kind }) => kind === 'fill'), 'it has traded');
  const written = records(home);
  const bars = written.filter(({ kind }) => kind === 'bar');
  const heard = bars.filter(({ tsHeard }) => tsHeard !== undefined);
  assert.ok(heard.length >= 25 && heard.length <= 31, String(heard.length));
  assert.ok(Math.abs((heard[0]?.tsHeard ?? 0) - Date.now()) < 60_000, 'by the wall clock');
  const order = written.findIndex(({ kind }) => kind === 'order');
  const resumed = written.findIndex(({ command }) => command?.kind === 'resume');
  assert.ok(written.findIndex(({ command }) => command?.kind === 'halt') < resumed && resumed < order, 'no order before the past is over');
  // While nobody listens, ten bars close.
  market.remember(0, Array.from({ length: 10 }, (_, i) => bar(minutes + i)));
  minutes += 10;
  const more = await run(['paper', '--feed', 'binance', '--json'], {
    onLine(text, child) {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'feed' && line.connection === 'up') tick(minutes++);
      if (line.kind === 'minute' && line.trading === 'active') child.kill('SIGINT');
    },
  });
  assert.equal(more.code, 0, more.stderr);
  const fetched = records(home).slice(written.length).filter(({ kind, tsHeard }) => kind === 'bar' && tsHeard === undefined);
  assert.ok(fetched.length >= 10, String(fetched.length));
  const replayed = await run(['replay', join(home, 'paper', 'journal.jsonl'), '--json']);
  const { digest, recordedDigest } = JSON.parse(replayed.stdout) as { digest: string; recordedDigest: string };
  assert.equal(digest, recordedDigest);
  assert.match((await run(['paper', '--json'])).stdout, /hears the live market of binance.*--feed binance/);
  assert.match((await run(['paper', '--feed', 'binance', '--strategy', 'macd', '--json'])).stdout, /decided when it began/);
}));

test('bars that the stream tells an hour late are seen, and nothing is begun on them', () => onStreet(async ({ home, tick, run }) => {
  let minutes = -60;
  const ended = await run(NEW, {
    onLine(text, child) {
      const line = JSON.parse(text) as Line;
      if (minutes === -30) child.kill('SIGINT');
      else if (line.kind === 'minute' || line.connection === 'up') tick(minutes++);
    },
  });
  assert.equal(ended.code, 0, ended.stderr);
  const kinds = records(home).map(({ kind }) => kind);
  assert.ok(kinds.filter((kind) => kind === 'bar').length >= 25);
  assert.equal(kinds.includes('order'), false);
}, 60));

test('the stream is cut, and what was missed meanwhile is fetched before it goes on', () => onStreet(async ({ market, home, tick, run }) => {
  let [minutes, cut] = [0, false];
  const ended = await run(NEW, {
    onLine(text, child) {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'feed' && line.connection === 'down') market.remember(0, [bar(minutes++), bar(minutes++)]);
      if (line.kind === 'feed' && line.connection === 'up') tick(minutes++);
      if (line.kind !== 'minute' || minutes === 0) return;
      if (minutes < 10) tick(minutes++);
      else if (!cut) {
        cut = true;
        market.cut(1);
      } else if (minutes >= 13 && line.trading === 'active') child.kill('SIGINT');
    },
  });
  assert.equal(ended.code, 0, ended.stderr);
  const times = records(home).filter(({ kind }) => kind === 'bar').map((record) => (record as unknown as { bar: [number] }).bar[0]);
  assert.ok(times.every((time, i) => i === 0 || time === times[i - 1] + MINUTE), 'no bar is missing, none came twice');
}));

test('the file KILL flattens a run that trades and keeps the next from starting; signals halt and flatten', () => onStreet(async ({ home, run }) => {
  const file = join(home, 'KILL');
  let armed = true;
  const trading = (kind: 'file' | 'SIGUSR1' | 'SIGUSR2') => run(['paper', '--speed', '6000', '--for', '20s', '--json'], {
    onLine(text, child) {
      const line = JSON.parse(text) as Line;
      if (line.kind !== 'minute') return;
      if (armed && Object.keys(line.positions ?? {}).length > 0) {
        armed = false;
        if (kind === 'file') writeFileSync(file, 'news\n');
        else child.kill(kind);
      }
      if (!armed && line.trading === 'halted' && (kind === 'SIGUSR1' || Object.keys(line.positions ?? {}).length === 0)) child.kill('SIGINT');
    },
  });
  assert.match((await trading('file')).stdout, /"trading":"halted"/);
  assert.ok(records(home).some(({ kind, command }) => kind === 'command' && JSON.stringify(command).includes('"kind":"flatten","reason":"the file KILL is there","by":"file"')));
  const refused = await run(['paper', '--for', '1s', '--json']);
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /trading is stopped by the file KILL/);
  rmSync(file);
  for (const [signal, kind] of [['SIGUSR1', 'halt'], ['SIGUSR2', 'flatten']] as const) {
    armed = true;
    await run(['resume']);
    await trading(signal);
    assert.ok(records(home).some(({ command }) => JSON.stringify(command ?? {}).includes(`"kind":"${kind}","reason":"signal ${signal}","by":"signal"`)), signal);
  }
}));
