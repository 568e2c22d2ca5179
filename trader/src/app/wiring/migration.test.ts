import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import { Random } from '../../domain/random.ts';
import { marketStorePath } from './market-store-path.ts';
import type { MigrationRecord } from './migration-record.ts';
import type { MigrationReport } from './migration.ts';

const root = mkdtempSync(join(tmpdir(), 'migration-'));
after(() => { rmSync(root, { recursive: true, force: true }); });
const MAIN = new URL('../main.mjs', import.meta.url).pathname;
const NODE = ['--disable-warning=ExperimentalWarning', MAIN, 'migrate', 'timescale'];

/** A dump of market_data as an AlgoTrendy 2.5 would have filled it: a minute's bars of each symbol, sources mixed, some volumes absent, rows in no order. */
function writeDump(path: string, symbols: readonly string[], rows: number): void {
  const random = new Random(6);
  const lines: string[] = [];
  for (const symbol of symbols) {
    let close = 100;
    for (let minute = 0; minute < rows; minute++) {
      const open = close;
      close = Number((open * (1 + (random.next() - 0.5) / 100)).toFixed(4));
      const [high, low] = [Math.max(open, close) + 0.25, Math.min(open, close) - 0.25];
      const time = new Date(1_704_067_200_000 + minute * 60_000).toISOString().replace('T', ' ').replace('.000Z', '+00');
      lines.push([symbol, time, open, high.toFixed(4), low.toFixed(4), close, random.next() < 0.01 ? '\\N' : random.next(), random.next() < 0.2 ? 'coinbase' : 'binance'].join('\t'));
    }
  }
  for (let i = lines.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [lines[i], lines[j]] = [lines[j] ?? '', lines[i] ?? ''];
  }
  writeFileSync(path, `-- PostgreSQL database dump\n\nCOPY public.market_data (symbol, "time", open, high, low, close, volume, source) FROM stdin;\n${lines.join('\n')}\n\\.\n\n-- PostgreSQL database dump complete\n`);
}

function run(home: string, words: readonly string[]): { readonly status: number | null; readonly json: MigrationReport & { readonly error?: { readonly message: string; readonly hint?: string } } } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...NODE, ...words, '--json'], { encoding: 'utf8', env: { ...process.env, ALGOTRENDY_HOME: home } });
  assert.ok(stdout !== '', stderr);
  return { status, json: JSON.parse(stdout) };
}

const dump = join(root, 'v25.sql');
writeDump(dump, ['BTCUSDT', 'ETHUSDT'], 2_050);

test('4 100 rows come over with their sources, and a second run finds all of it there', async () => {
  const home = join(root, 'first');
  const { status, json } = run(home, ['--from', dump]);
  assert.equal(status, 0);
  assert.deepEqual([json.rows, json.written, json.sound, json.rounded, json.symbols.map(({ rows, interval, differences }) => [rows, interval, differences.length])], [4_100, 4_100, true, 0, [[2_050, '1m', 0], [2_050, '1m', 0]]]);
  const again = run(home, ['--from', dump]).json;
  assert.deepEqual([again.written, again.sound, again.symbols.map(({ target }) => target.checksum)], [0, true, json.symbols.map(({ target }) => target.checksum)]);
  assert.deepEqual(readdirSync(join(home, 'migrations')).filter((name) => name.includes('staging')), []);
  const store = new EmbeddedMarketStore(marketStorePath(home));
  assert.deepEqual((await store.list()).map(({ instrument, bars, revisions, sources }) => [instrument, bars, revisions, sources]), [['BTCUSDT', 2_050, 0, ['binance', 'coinbase']], ['ETHUSDT', 2_050, 0, ['binance', 'coinbase']]]);
  await store.close();
});

test('what came over counts as told, run by run, and the holes of the source do not', async () => {
  const home = join(root, 'holes');
  const holed = join(root, 'holes.sql');
  // 00:10 to 00:19 of the first symbol is missing.
  writeFileSync(holed, readFileSync(dump, 'utf8').split('\n').filter((line) => !/^BTCUSDT\t2024-01-01 00:1\d:/.test(line)).join('\n'));
  assert.equal(run(home, ['--from', holed]).status, 0);
  const store = new EmbeddedMarketStore(marketStorePath(home));
  const at = (minute: number) => 1_704_067_200_000 + minute * 60_000;
  assert.deepEqual(await store.coverage({ instrument: 'BTCUSDT', intervalMs: 60_000 }), [{ from: at(0), to: at(10) }, { from: at(20), to: at(2_050) }]);
  assert.deepEqual(await store.coverage({ instrument: 'ETHUSDT', intervalMs: 60_000 }), [{ from: at(0), to: at(2_050) }]);
  await store.close();
});

test('a target in which a bar was changed is found out, and written once more', async () => {
  const home = join(root, 'changed');
  run(home, ['--from', dump]);
  const store = new EmbeddedMarketStore(marketStorePath(home));
  const one = await store.range({ instrument: 'ETHUSDT', intervalMs: 60_000 }, { to: 1_704_067_260_000 });
  await store.append({ instrument: 'ETHUSDT', intervalMs: 60_000 }, { source: 'binance', knownAt: Date.now() + 1, bars: { ...one, volume: Float64Array.of(7) } });
  await store.close();
  const { status, json } = run(home, ['--from', dump]);
  assert.deepEqual([status, json.sound, json.symbols.map(({ differences }) => differences)], [1, false, [[], ['checksum', 'volumes']]]);
  await setTimeout(5);
  assert.deepEqual([run(home, ['--from', dump])].map(({ status: code, json: report }) => [code, report.sound, report.written]), [[0, true, 1]]);
});

test('a migration that is killed again and again goes on where it was, and nothing is lost or there twice', async () => {
  const large = join(root, 'large.sql');
  writeDump(large, ['A', 'B', 'C'], 16_000);
  const [home, whole] = [join(root, 'killed'), join(root, 'whole')];
  const through = () => {
    try {
      const [name = ''] = readdirSync(join(home, 'migrations')).filter((each) => each.endsWith('.json'));
      return Object.values((JSON.parse(readFileSync(join(home, 'migrations', name), 'utf8')) as MigrationRecord).symbols).reduce((sum, symbol) => sum + Math.max(0, symbol.through), 0);
    } catch {
      return 0;
    }
  };
  let killed = 0;
  for (let before = -1; killed < 2; before = through()) {
    const child = spawn(process.execPath, [...NODE, '--from', large], { stdio: 'ignore', env: { ...process.env, ALGOTRENDY_HOME: home } });
    const ended = new Promise((done) => { child.once('exit', (_code, signal) => { done(signal); }); });
    while (through() <= before && child.exitCode === null) await setTimeout(1);
    child.kill('SIGKILL');
    if (await ended !== 'SIGKILL') break;
    killed++;
  }
  assert.ok(killed === 2, `${killed} were killed`);
  const { json } = run(home, ['--from', large]);
  assert.ok(json.sound && json.written < 48_000, `${json.written} written by the last run`);
  const checksums = (report: MigrationReport) => report.symbols.map(({ rows, target }) => [rows, target.checksum]);
  assert.deepEqual(checksums(json), checksums(run(whole, ['--from', large]).json));
  const store = new EmbeddedMarketStore(marketStorePath(home));
  assert.equal((await store.list()).reduce((sum, { revisions }) => sum + revisions, 0), 0);
  await store.close();
});

test('a target that holds bars of its own, and symbols that are none, are refused before anything is written', async () => {
  const home = join(root, 'strangers');
  const store = new EmbeddedMarketStore(marketStorePath(home));
  const one = { length: 1, timestamp: Float64Array.of(0), open: Float64Array.of(1), high: Float64Array.of(1), low: Float64Array.of(1), close: Float64Array.of(1), volume: Float64Array.of(1) };
  await store.append({ instrument: 'ETHUSDT', intervalMs: 3_600_000 }, { source: 'yahoo', knownAt: 1, bars: one });
  await store.close();
  const full = run(home, ['--from', dump]);
  assert.deepEqual([full.status, full.json.error?.message], [3, 'the target already holds ETHUSDT 1h, from yahoo; nothing was written']);
  const slashed = join(root, 'slashed.sql');
  writeFileSync(slashed, readFileSync(dump, 'utf8').replaceAll('BTCUSDT', 'BTC/USDT'));
  const unknown = run(join(root, 'unknown'), ['--from', slashed]);
  assert.match(unknown.json.error?.message ?? '', /1 of 2 symbols cannot be the id of an instrument: "BTC\/USDT"/);
  const list = join(root, 'symbols.csv');
  writeFileSync(list, 'symbol,instrument\nBTC/USDT,BTC-USDT.BINANCE # the first\nETHUSDT,ETH-USDT.BINANCE\n');
  const named = run(join(root, 'unknown'), ['--from', slashed, '--symbols', list]);
  assert.deepEqual([named.status, named.json.symbols.map(({ instrument }) => instrument).sort()], [0, ['BTC-USDT.BINANCE', 'ETH-USDT.BINANCE']]);
  writeFileSync(list, 'BTC/USDT,ETH\nETHUSDT,ETH\n');
  assert.match(run(join(root, 'unknown'), ['--from', slashed, '--symbols', list]).json.error?.message ?? '', /two symbols are to become ETH/);
});
