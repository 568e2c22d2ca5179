import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ColumnFileWriter, type BarSet } from '../../adapters/bars/column-file.ts';
import { QualityMeter } from '../../adapters/bars/quality.ts';
import { openBars } from '../../adapters/bars/column-cache.ts';
import { barFileError, plainCsv, TestFolder } from '../../adapters/bars/test-folder.ts';
import { MarketStoreError } from '../../domain/market-store-error.ts';
import { openBarSource } from '../bar-source.ts';
import { Refusal } from '../refusal.ts';
import { importBars } from './bar-import.ts';
import { openMarketStore } from './market-store.ts';
import { listStored } from './stored-list.ts';

const folder = new TestFolder();
const ID = 'BTC-USDT.BINANCE';
const T = 1_700_000_000_000;
const MINUTE = 60_000;

function open(home: string, name = ID): Promise<BarSet> {
  return openBarSource(name, { home });
}

async function times(home: string): Promise<number[]> {
  const bars = await open(home);
  try {
    return [...bars.read().timestamp];
  } finally {
    bars.close();
  }
}

function minutes(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => T + (from + index) * MINUTE);
}

function csvOf(from: number, to: number): string {
  return folder.write(plainCsv(to - from, T + from * MINUTE));
}

test('an import stores bars under instrument and interval, and is listed with its facts', async () => {
  const home = folder.freshHome();
  const file = csvOf(0, 100);
  const report = await importBars(file, { home, instrument: ID });
  assert.deepEqual([report.added, report.equal, report.replaced], [100, 0, 0]);
  assert.deepEqual(await times(home), minutes(0, 100));
  const { stored: [series, ...others] } = await listStored(home);
  assert.equal(others.length, 0);
  assert.deepEqual([series?.instrument, series?.interval, series?.quality], [ID, '1m', report.quality]);
  assert.deepEqual(series?.sources, [`file:${file.split('/').at(-1)}`]);
  assert.deepEqual(series?.files.map(({ name, bars, from }) => [name, bars, from]), [[file.split('/').at(-1), 100, T]]);
});

test('an import tells how far each of its phases is, the slow ones too', async () => {
  const home = folder.freshHome();
  const heard: string[] = [];
  const onProgress = (phase: string, fraction: number) => void heard.push(`${phase} ${fraction}`);
  await importBars(csvOf(0, 100), { home, instrument: ID, onProgress });
  const done = () => [...new Set(heard.filter((each) => each.endsWith(' 1')))];
  assert.deepEqual(done(), ['Importing 1', 'Storing 1', 'Copying 1']);
  assert.ok(heard.includes('Storing 0'), 'before the first bar is stored');
  heard.length = 0;
  await importBars(csvOf(50, 150), { home, instrument: ID, onProgress });
  assert.deepEqual(done(), ['Importing 1', 'Comparing 1', 'Storing 1', 'Copying 1']);
});

test('overlapping, adjoining and earlier bars merge into one series', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(50, 100), { home, instrument: ID });
  assert.deepEqual((({ added, equal }) => [added, equal])(await importBars(csvOf(80, 130), { home, instrument: ID })), [30, 20]);
  assert.deepEqual((({ added, equal }) => [added, equal])(await importBars(csvOf(130, 140), { home, instrument: ID })), [10, 0]);
  await importBars(csvOf(0, 40), { home, instrument: ID });
  assert.deepEqual(await times(home), [...minutes(0, 40), ...minutes(50, 140)]);
  const { stored: [series] } = await listStored(home);
  assert.deepEqual([series?.quality.missingBars, series?.files.length], [10, 4]);
  await importBars(csvOf(35, 60), { home, instrument: ID });
  assert.deepEqual(await times(home), minutes(0, 140));
});

test('the same file twice changes nothing', async () => {
  const home = folder.freshHome();
  const file = csvOf(0, 100);
  await importBars(file, { home, instrument: ID });
  const { stored: [series] } = await listStored(home);
  const again = await importBars(file, { home, instrument: ID });
  assert.deepEqual([again.added, again.equal], [0, 100]);
  assert.deepEqual((await listStored(home)).stored, [series]);
});

test('a bar that contradicts a stored one is refused by its time and field, unless it is to replace it', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(0, 100), { home, instrument: ID });
  const lines = plainCsv(10, T + 95 * MINUTE).split('\n');
  lines[3] = (lines[3] ?? '').replace(',11,', ',10.5,');
  const file = folder.write(lines.join('\n'));
  await assert.rejects(importBars(file, { home, instrument: ID }), barFileError('conflict', file, new Date(T + 97 * MINUTE).toISOString(), 'close 10.5', '11 is stored', 'replace'));
  assert.deepEqual(await times(home), minutes(0, 100));
  const report = await importBars(file, { home, instrument: ID, replace: true });
  assert.deepEqual([report.added, report.equal, report.replaced], [5, 4, 1]);
  assert.deepEqual(await times(home), minutes(0, 105));
  const bars = await open(home);
  assert.equal(bars.read().close[97], 10.5);
  bars.close();
});

test('the interval must be the file\'s own, and must be given for one bar', async () => {
  const home = folder.freshHome();
  await assert.rejects(importBars(csvOf(0, 9), { home, instrument: ID, interval: '1h' }), barFileError('value', '1m apart, not 1h'));
  await assert.rejects(importBars(csvOf(0, 9), { home, instrument: ID, interval: 'hourly' }), barFileError('value', '"hourly" is no interval'));
  await assert.rejects(importBars(csvOf(0, 1), { home, instrument: ID }), barFileError('value', 'shows no interval'));
  await importBars(csvOf(0, 1), { home, instrument: ID, interval: '60m' });
  const bars = await open(home);
  assert.deepEqual([bars.intervalMs, bars.length], [60 * MINUTE, 1]);
  bars.close();
});

test('what is no instrument id, is not stored or is refused when strict, is said', async () => {
  const home = folder.freshHome();
  for (const instrument of ['', '../up', 'a/b', '.hidden', 'BTC USDT']) {
    await assert.rejects(importBars(csvOf(0, 9), { home, instrument }), barFileError('value', 'is no instrument id'));
  }
  const refused = (hint: RegExp) => (error: unknown) => error instanceof Refusal && error.code === 'bad-data' && hint.test(error.hint ?? '');
  await assert.rejects(open(home), refused(/nothing is stored yet/));
  assert.deepEqual(readdirSync(folder.path).filter((name) => join(folder.path, name) === home), [], 'looking makes no store');
  await importBars(csvOf(0, 9), { home, instrument: ID });
  await assert.rejects(open(home, 'X.Y'), refused(new RegExp(`Stored: ${ID}`)));
  const gap = folder.write(plainCsv(3) + plainCsv(3, T + 10 * MINUTE).split('\n').slice(1).join('\n'));
  await assert.rejects(importBars(gap, { home, instrument: ID, strict: true }), barFileError('strict', 'missing bars'));
  assert.deepEqual(await times(home), minutes(0, 9));
});

test('bars that contradict what a provider told are refused too, and quarantined ones are not out of the comparison', async () => {
  const home = folder.freshHome();
  const store = await openMarketStore(home);
  const series = { instrument: ID, intervalMs: MINUTE };
  const source = await openBars(csvOf(0, 10), { home });
  const told = source.read();
  source.close();
  await store.append(series, { source: 'yahoo', knownAt: T, bars: { ...told, close: told.close.map(() => 10.5) } });
  await store.quarantine(series, [T + 3 * MINUTE], 'odd', T);
  await assert.rejects(importBars(csvOf(3, 12), { home, instrument: ID }), barFileError('conflict', 'close 11, but 10.5 is stored, from yahoo'));
  const { replaced, added } = await importBars(csvOf(3, 12), { home, instrument: ID, replace: true });
  assert.deepEqual([replaced, added, (await store.revisions(series, T + 4 * MINUTE)).map(({ close, source: from }) => [close, from.slice(0, 5)])], [7, 2, [[10.5, 'yahoo'], [11, 'file:']]]);
  await store.close();
});

test('a series is counted by its files as long as they alone told of it, and by its bars otherwise', async () => {
  const home = folder.freshHome();
  const file = csvOf(0, 100);
  await importBars(file, { home, instrument: ID });
  const hashOf = async (name: string) => {
    const bars = await open(home, name);
    bars.close();
    return bars.sha256;
  };
  assert.equal(await hashOf(ID), await hashOf(file));
  await importBars(csvOf(100, 110), { home, instrument: ID });
  const two = await hashOf(ID);
  assert.notEqual(two, await hashOf(file));
  const store = await openMarketStore(home);
  const bars = await openBars(csvOf(110, 120), { home });
  await store.append({ instrument: ID, intervalMs: MINUTE }, { source: 'yahoo', knownAt: Date.now(), bars: bars.read() });
  bars.close();
  await store.close();
  const mixed = await hashOf(ID);
  assert.notEqual(mixed, two);
  assert.equal(await hashOf(ID), mixed);
  assert.deepEqual(await times(home), minutes(0, 120));
});

test('a copy of a series that is damaged or gone is made anew; a damaged store is refused by name', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(0, 20_000), { home, instrument: ID });
  await importBars(csvOf(0, 100), { home, instrument: 'OTHER.VENUE' });
  const copies = join(home, 'cache/series');
  for (const name of readdirSync(copies)) writeFileSync(join(copies, name), 'x');
  assert.equal((await times(home)).length, 20_000);
  rmSync(copies, { recursive: true });
  const path = join(home, 'market/bars.sqlite');
  const database = new DatabaseSync(path);
  database.exec('UPDATE chunk SET checksum = checksum + 1 WHERE series = 1; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  await assert.rejects(open(home), (error) => error instanceof MarketStoreError && error.kind === 'damaged');
  const { stored, faults } = await listStored(home);
  assert.deepEqual([stored.map(({ instrument }) => instrument), faults.map(({ kind }) => kind)], [['OTHER.VENUE'], ['damaged']], 'a damaged series hides no other');
});

test('what earlier versions kept in bars/ is taken over once, with its files and its hash; what is damaged stays and is told', async () => {
  const home = folder.freshHome();
  const file = csvOf(0, 70_000);
  const source = await openBars(file, { home });
  const [bars, quality, { sha256 }] = [source.read(), source.quality, source];
  source.close();
  const facts = { sha256, quality, instrument: ID, interval: '1m', files: [{ name: 'old.csv', sha256, bars: 70_000, from: T, to: quality.to }] };
  const keep = (instrument: string) => {
    const named: typeof facts = { ...facts, instrument };
    const writer = new ColumnFileWriter(join(home, 'bars', instrument), true);
    writer.append(bars);
    writer.finish('1m.bars', named);
    writer.abandon();
  };
  keep(ID);
  keep('BROKEN.VENUE');
  const broken = join(home, 'bars/BROKEN.VENUE/1m.bars');
  const bytes = readFileSync(broken);
  bytes[5_000] ^= 0x55;
  writeFileSync(broken, bytes);
  const opened = await open(home);
  assert.deepEqual([opened.length, opened.sha256, opened.quality], [70_000, sha256, quality]);
  opened.close();
  const { stored, faults } = await listStored(home);
  assert.deepEqual([stored.map(({ instrument, files, sources }) => [instrument, files, sources]), faults.map(({ kind }) => kind)], [[[ID, facts.files, ['file:old.csv']]], ['damaged']]);
  await assert.rejects(open(home, 'BROKEN.VENUE'), barFileError('damaged', broken));
  assert.deepEqual(readdirSync(join(home, 'bars', ID)), []);
  rmSync(broken);
  await times(home);
  assert.ok(!readdirSync(home).includes('bars'));
  const meter = new QualityMeter('again');
  meter.add(bars);
  assert.deepEqual((await importBars(file, { home, instrument: ID })).quality, meter.report());
});

test('an import waits for another, and says so when it takes too long', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(0, 9), { home, instrument: ID });
  const other = new DatabaseSync(join(home, 'market', 'import.lock'));
  other.exec('BEGIN EXCLUSIVE');
  await assert.rejects(importBars(csvOf(0, 20), { home, instrument: ID }), barFileError('locked', 'another process is importing'));
  other.close();
  await importBars(csvOf(0, 20), { home, instrument: ID });
  assert.deepEqual(await times(home), minutes(0, 20));
});

test('processes that import into one series at once lose nothing, and a killed one neither', async () => {
  const home = folder.freshHome();
  const code = `const [, folder, file, home] = process.argv;
    const { importBars } = await import(folder + '/bar-import.ts');
    await importBars(file, { home, instrument: '${ID}' });`;
  const run = (file: string, killMs?: number) => new Promise<number | null>((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, import.meta.dirname, file, home], { stdio: 'inherit' });
    const timer = killMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killMs);
    child.on('close', (exit) => { clearTimeout(timer); resolve(exit); });
  });
  assert.deepEqual(await Promise.all([run(csvOf(0, 300)), run(csvOf(200, 500)), run(csvOf(500, 700))]), [0, 0, 0]);
  assert.deepEqual(await times(home), minutes(0, 700));
  const large = csvOf(0, 200_000);
  for (const killMs of [100, 140, 180]) {
    await run(large, killMs);
    const stored = await times(home);
    assert.ok(stored.length === 700 || stored.length === 200_000);
  }
  assert.equal(await run(large), 0);
  assert.equal((await times(home)).length, 200_000);
});
