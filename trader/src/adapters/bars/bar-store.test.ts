import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { importBars, listBars, openStoredBars } from './bar-store.ts';
import { barFileError, plainCsv, TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const ID = 'BTC-USDT.BINANCE';
const T = 1_700_000_000_000;
const MINUTE = 60_000;

function times(home: string, interval = '1m'): number[] {
  const bars = openStoredBars(home, ID, interval);
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
  assert.deepEqual(times(home), minutes(0, 100));
  const [series, ...others] = listBars(home);
  assert.equal(others.length, 0);
  assert.deepEqual(series, report.series);
  assert.equal(series?.interval, '1m');
  assert.deepEqual(series?.files.map(({ name, bars, from }) => [name, bars, from]), [[file.split('/').at(-1), 100, T]]);
});

test('overlapping, adjoining and earlier bars merge into one series', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(50, 100), { home, instrument: ID });
  assert.deepEqual((({ added, equal }) => [added, equal])(await importBars(csvOf(80, 130), { home, instrument: ID })), [30, 20]);
  assert.deepEqual((({ added, equal }) => [added, equal])(await importBars(csvOf(130, 140), { home, instrument: ID })), [10, 0]);
  await importBars(csvOf(0, 40), { home, instrument: ID });
  assert.deepEqual(times(home), [...minutes(0, 40), ...minutes(50, 140)]);
  const [series] = listBars(home);
  assert.deepEqual([series?.quality.missingBars, series?.files.length], [10, 4]);
  await importBars(csvOf(35, 60), { home, instrument: ID });
  assert.deepEqual(times(home), minutes(0, 140));
});

test('the same file twice changes nothing', async () => {
  const home = folder.freshHome();
  const file = csvOf(0, 100);
  await importBars(file, { home, instrument: ID });
  const [series] = listBars(home);
  const again = await importBars(file, { home, instrument: ID });
  assert.deepEqual([again.added, again.equal], [0, 100]);
  assert.deepEqual(listBars(home), [series]);
});

test('a bar that contradicts a stored one is refused by its time and field, unless it is to replace it', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(0, 100), { home, instrument: ID });
  const lines = plainCsv(10, T + 95 * MINUTE).split('\n');
  lines[3] = (lines[3] ?? '').replace(',11,', ',10.5,');
  const file = folder.write(lines.join('\n'));
  await assert.rejects(importBars(file, { home, instrument: ID }), barFileError('conflict', file, new Date(T + 97 * MINUTE).toISOString(), 'close 10.5', '11 is stored', 'replace'));
  assert.deepEqual(times(home), minutes(0, 100));
  const report = await importBars(file, { home, instrument: ID, replace: true });
  assert.deepEqual([report.added, report.equal, report.replaced], [5, 4, 1]);
  assert.deepEqual(times(home), minutes(0, 105));
  const bars = openStoredBars(home, ID, '1m');
  assert.equal(bars.read().close[97], 10.5);
  bars.close();
});

test('the interval must be the file\'s own, and must be given for one bar', async () => {
  const home = folder.freshHome();
  await assert.rejects(importBars(csvOf(0, 9), { home, instrument: ID, interval: '1h' }), barFileError('value', '1m apart, not 1h'));
  await assert.rejects(importBars(csvOf(0, 9), { home, instrument: ID, interval: 'hourly' }), barFileError('value', '"hourly" is no interval'));
  await assert.rejects(importBars(csvOf(0, 1), { home, instrument: ID }), barFileError('value', 'shows no interval'));
  await importBars(csvOf(0, 1), { home, instrument: ID, interval: '60m' });
  assert.deepEqual(times(home, '1h'), [T]);
});

test('what is no instrument id, is not stored or is refused when strict, is said', async () => {
  const home = folder.freshHome();
  for (const instrument of ['', '../up', 'a/b', '.hidden', 'BTC USDT']) {
    await assert.rejects(importBars(csvOf(0, 9), { home, instrument }), barFileError('value', 'is no instrument id'));
  }
  assert.throws(() => openStoredBars(home, ID, '1m'), barFileError('unknown', 'import bars first'));
  await importBars(csvOf(0, 9), { home, instrument: ID });
  assert.throws(() => openStoredBars(home, ID, '1h'), barFileError('unknown', `there is ${ID} 1m`));
  assert.throws(() => openStoredBars(home, '../x', '1h'), barFileError('unknown'));
  const gap = folder.write(plainCsv(3) + plainCsv(3, T + 10 * MINUTE).split('\n').slice(1).join('\n'));
  await assert.rejects(importBars(gap, { home, instrument: ID, strict: true }), barFileError('strict', 'missing bars'));
  assert.deepEqual(times(home), minutes(0, 9));
});

test('a store of another version or a damaged one is refused and left as it is', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(0, 1_000), { home, instrument: ID });
  const path = join(home, 'bars', ID, '1m.bars');
  const sound = readFileSync(path);
  for (const [at, kind] of [[8, 'version'], [5_000, 'damaged'], [sound.length - 9, 'damaged']] as const) {
    const bytes = Buffer.from(sound);
    bytes[at] = bytes[at] ^ 0x55;
    writeFileSync(path, bytes);
    await assert.rejects(importBars(csvOf(0, 2_000), { home, instrument: ID }), barFileError(kind, path));
    assert.throws(() => openStoredBars(home, ID, '1m'), barFileError(kind, path));
    assert.throws(() => listBars(home), barFileError(kind, path));
    assert.deepEqual(readFileSync(path), bytes);
  }
  writeFileSync(path, sound);
  assert.deepEqual(times(home), minutes(0, 1_000));
});

test('a damaged series hides no other', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(0, 100), { home, instrument: ID });
  await importBars(csvOf(0, 100), { home, instrument: 'OTHER.VENUE' });
  const path = join(home, 'bars', ID, '1m.bars');
  writeFileSync(path, readFileSync(path).subarray(0, 900));
  const faults: string[] = [];
  const stored = listBars(home, ({ file }) => faults.push(file));
  assert.deepEqual([stored.map(({ instrument }) => instrument), faults], [['OTHER.VENUE'], [path]]);
});

test('an import waits for another, and says so when it takes too long', async () => {
  const home = folder.freshHome();
  await importBars(csvOf(0, 9), { home, instrument: ID });
  const other = new DatabaseSync(join(home, 'bars', 'lock'));
  other.exec('BEGIN EXCLUSIVE');
  await assert.rejects(importBars(csvOf(0, 20), { home, instrument: ID }), barFileError('locked', 'another process is importing'));
  other.close();
  await importBars(csvOf(0, 20), { home, instrument: ID });
  assert.deepEqual(times(home), minutes(0, 20));
});

test('processes that import into one series at once lose nothing, and a killed one neither', async () => {
  const home = folder.freshHome();
  const code = `const [, folder, file, home] = process.argv;
    const { importBars } = await import(folder + '/bar-store.ts');
    await importBars(file, { home, instrument: '${ID}' });`;
  const run = (file: string, killMs?: number) => new Promise<number | null>((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code, import.meta.dirname, file, home], { stdio: 'inherit' });
    const timer = killMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killMs);
    child.on('close', (exit) => { clearTimeout(timer); resolve(exit); });
  });
  assert.deepEqual(await Promise.all([run(csvOf(0, 300)), run(csvOf(200, 500)), run(csvOf(500, 700))]), [0, 0, 0]);
  assert.deepEqual(times(home), minutes(0, 700));
  const large = csvOf(0, 200_000);
  for (const killMs of [100, 140, 180]) {
    await run(large, killMs);
    const stored = times(home);
    assert.ok(stored.length === 700 || stored.length === 200_000);
  }
  assert.equal(await run(large), 0);
  assert.equal(times(home).length, 200_000);
  const leavings = readdirSync(join(home, 'bars', ID)).filter((name) => name !== '1m.bars');
  for (const name of leavings) utimesSync(join(home, 'bars', ID, name), 0, 0); // as if it had been some time ago
  await importBars(csvOf(0, 10), { home, instrument: ID });
  assert.deepEqual(readdirSync(join(home, 'bars', ID)), ['1m.bars']);
});
