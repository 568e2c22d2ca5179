import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import {
  appendFileSync, closeSync, copyFileSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync, writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { allocateBars, BAR_COLUMNS, type Bars } from '../../domain/bar.ts';
import { openBars } from './column-cache.ts';
import { ColumnFile, ColumnFileWriter, type BarSet } from './column-file.ts';
import { barFileError, plainCsv, TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const IMPORT = `const [, folder, file, home] = process.argv;
  const { openBars } = await import(folder + '/column-cache.ts');
  const bars = await openBars(file, { home });
  console.log(bars.length, bars.sha256);`;

/** Runs `openBars` in a process of its own; gives what it printed, or undefined where it was killed after `killMs`. */
async function importElsewhere(file: string, home: string, killMs = Infinity): Promise<string | undefined> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', IMPORT, import.meta.dirname, file, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = killMs < Infinity ? setTimeout(() => child.kill('SIGKILL'), killMs) : undefined;
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  const code = await new Promise<number | null>((resolve) => { child.on('close', resolve); });
  clearTimeout(timer);
  return code === 0 ? text : undefined;
}

function cacheFiles(home: string): string[] {
  const directory = join(home, 'cache', 'bars');
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
}

async function withBars<T>(file: string, home: string, work: (bars: BarSet) => T): Promise<T> {
  const bars = await openBars(file, { home });
  try {
    return work(bars);
  } finally {
    bars.close();
  }
}

function columnsOf(bars: Bars): number[][] {
  return BAR_COLUMNS.map((column) => [...bars[column]]);
}

const big = folder.write(plainCsv(150_000));

test('bars are the same from the file, from the cache, in one piece, in pieces and in part', async () => {
  const home = folder.freshHome();
  const first = await withBars(big, home, (bars) => bars.read());
  await withBars(big, home, (bars) => {
    assert.equal(bars.length, 150_000);
    assert.equal(bars.intervalMs, 60_000);
    assert.deepEqual(bars.read(), first);
    const shared = bars.read(65_530, 65_540, true);
    assert.ok(shared.close.buffer instanceof SharedArrayBuffer);
    assert.deepEqual([...shared.timestamp], [...first.timestamp.subarray(65_530, 65_540)]);
    for (const rows of [1_000, 65_536, 100_000, 1_000_000]) {
      let at = 70;
      for (const piece of bars.blocks(70, 140_001, rows)) {
        assert.ok(piece.length <= rows);
        assert.deepEqual(piece.timestamp, first.timestamp.subarray(at, at + piece.length));
        at += piece.length;
      }
      assert.equal(at, 140_001);
    }
    assert.throws(() => bars.read(0, 150_001), RangeError);
    assert.equal([...bars.blocks(5, 5)].length, 0);
  });
});

test('bars of any length round-trip through a column file, and are found by time', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 300 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 90 }), fc.integer({ min: -5, max: 200_000 }), (lengths, piece, sought) => {
    const bars = allocateBars(lengths.length);
    let time = 0;
    lengths.forEach((step, row) => {
      time += step;
      BAR_COLUMNS.forEach((column, index) => { bars[column][row] = index === 0 ? time : Math.fround(time / (index + 0.7)); });
    });
    const path = join(folder.path, 'round-trip.bars');
    const writer = new ColumnFileWriter(folder.path, true);
    const source = { sha256: '', quality: {} as never };
    for (let row = 0; row < bars.length; row += piece) {
      const end = Math.min(bars.length, row + piece);
      writer.append(Object.fromEntries([['length', end - row], ...BAR_COLUMNS.map((column) => [column, bars[column].subarray(row, end)])]) as Bars);
    }
    writer.finish('round-trip.bars', source);
    const file = new ColumnFile(path, true);
    assert.deepEqual(columnsOf(file.read()), columnsOf(bars));
    const expected = bars.timestamp.findIndex((at) => at >= sought);
    assert.equal(file.indexOf(sought), expected < 0 ? bars.length : expected);
    file.close();
  }), { numRuns: 60 });
});

test('a bar is found by time over several blocks', async () => {
  await withBars(big, folder.home, (bars) => {
    const times = bars.read().timestamp;
    for (const row of [0, 1, 65_535, 65_536, 65_537, 131_072, 149_999]) {
      assert.equal(bars.indexOf(times[row]), row);
      assert.equal(bars.indexOf(times[row] - 1), row);
      assert.equal(bars.indexOf(times[row] + 1), row + 1);
    }
  });
});

test('a file is found again by its content, under any name', async () => {
  const home = folder.freshHome();
  const file = folder.write(plainCsv(10));
  const copy = join(folder.path, 'another name.txt');
  copyFileSync(file, copy);
  const hashes = [await withBars(file, home, (bars) => bars.sha256), await withBars(copy, home, (bars) => bars.sha256)];
  assert.equal(hashes[0], hashes[1]);
  assert.equal(cacheFiles(home).length, 1);
});

test('a file that changed is read anew, even when size and modification time are as they were', async () => {
  const home = folder.freshHome();
  const file = folder.write(plainCsv(10));
  assert.equal(await withBars(file, home, (bars) => bars.read().close[3]), 11);
  const { atime, mtime } = statSync(file);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(',11,', ',10,'));
  utimesSync(file, atime, mtime);
  assert.equal(await withBars(file, home, (bars) => bars.read().close[3]), 10);
});

test('a cached column file that is damaged, cut, lengthened or of another version is written anew', async () => {
  const home = folder.freshHome();
  const file = folder.write(plainCsv(1_000));
  const whole = await withBars(file, home, (bars) => columnsOf(bars.read()));
  const [path] = cacheFiles(home) as [string];
  const sound = readFileSync(path);
  const change = (at: number, value: number) => () => {
    const bytes = Buffer.from(sound);
    bytes[at] = value;
    writeFileSync(path, bytes);
  };
  for (const spoil of [
    change(8, 99), change(0, 0), change(40, 0x55), change(20_000, 0x55), change(sound.length - 5, 0x55), change(16, 0x7f),
    () => truncateSync(path, sound.length - 1), () => truncateSync(path, 20), () => truncateSync(path, 0), () => appendFileSync(path, 'x'),
  ]) {
    spoil();
    assert.deepEqual(await withBars(file, home, (bars) => columnsOf(bars.read())), whole);
    assert.deepEqual(readFileSync(path), sound);
  }
});

test('strict reading refuses gaps and volumes that reading counts, and forgets nothing', async () => {
  const home = folder.freshHome();
  const gap = folder.write(`${plainCsv(5)}${plainCsv(5, 1_700_000_600_000).split('\n').slice(1).join('\n')}`);
  await assert.rejects(openBars(gap, { home, strict: true }), barFileError('strict', gap, '5 missing bars in 1 gap (interval 1m)'));
  await withBars(gap, home, (bars) => assert.equal(bars.quality.missingBars, 5));
  const noVolume = folder.write(plainCsv(3).replaceAll(',5\n', ',0\n'));
  await assert.rejects(openBars(noVolume, { home, strict: true }), barFileError('strict', '3 bars of zero volume'));
  (await openBars(folder.write(plainCsv(9)), { home, strict: true })).close();
});

test('progress rises to one', async () => {
  const heard: number[] = [];
  (await openBars(big, { home: folder.freshHome(), onProgress: (fraction) => heard.push(fraction) })).close();
  assert.ok(heard.length > 10);
  assert.deepEqual(heard, heard.toSorted((a, b) => a - b));
  assert.equal(heard.at(-1), 1);
});

test('processes that read the same file at once all succeed and leave one column file', async () => {
  const home = folder.freshHome();
  const printed = await Promise.all(Array.from({ length: 3 }, () => importElsewhere(big, home)));
  assert.equal(new Set(printed).size, 1);
  assert.match(printed[0] ?? '', /^150000 [0-9a-f]{64}$/m);
  assert.equal(cacheFiles(home).length, 1);
});

test('a process killed while it reads leaves nothing that is believed, and its leavings are removed', async () => {
  const home = folder.freshHome();
  const large = folder.write(plainCsv(600_000));
  let killed = 0;
  for (const killMs of [90, 130, 170, 210]) if ((await importElsewhere(large, home, killMs)) === undefined) killed++;
  assert.ok(killed > 0);
  for (const path of cacheFiles(home)) utimesSync(path, 0, 0); // as if it had been some time ago
  await withBars(large, home, (bars) => assert.equal(bars.read().timestamp[599_999], 1_700_000_000_000 + 599_999 * 60_000));
  assert.equal(cacheFiles(home).filter((name) => name.endsWith('.tmp')).length, 0);
});

test('a file larger than the memory it is given is imported and streamed in less than half its size', async () => {
  const path = join(folder.path, 'large.csv');
  const descriptor = openSync(path, 'w');
  writeSync(descriptor, 'timestamp,open,high,low,close,volume\n');
  for (let row = 0; row < 4_000_000; row += 10_000) {
    let text = '';
    for (let bar = row; bar < row + 10_000; bar++) text += `${1_700_000_000_000 + bar * 1000},10234.56,10298.12,10111.11,10260.5,12.3456\n`;
    writeSync(descriptor, text);
  }
  closeSync(descriptor);
  assert.ok(statSync(path).size > 200e6);
  const code = `const [, folder, file, home] = process.argv;
    const { openBars } = await import(folder + '/column-cache.ts');
    const bars = await openBars(file, { home });
    let rows = 0;
    for (const block of bars.blocks()) rows += block.length;
    console.log(rows, process.resourceUsage().maxRSS);`;
  const { stdout } = await promisify(execFile)(process.execPath,
    ['--max-old-space-size=24', '--input-type=module', '-e', code, import.meta.dirname, path, folder.freshHome()]);
  const [rows, peakKb] = stdout.split(' ').map(Number);
  assert.equal(rows, 4_000_000);
  assert.ok(peakKb < 130_000, `${peakKb} KB`);
});

test('a home that cannot be written is one clear error', async () => {
  const home = folder.freshHome();
  mkdirSync(dirname(home), { recursive: true });
  writeFileSync(home, 'a file where the folder should be');
  await assert.rejects(openBars(big, { home }), barFileError('storage', home));
});
