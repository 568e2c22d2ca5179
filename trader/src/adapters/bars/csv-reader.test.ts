import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Bars } from '../../domain/bar.ts';
import type { BarFileErrorKind } from './bar-file-error.ts';
import { openBars } from './column-cache.ts';
import { barFileError, plainCsv, TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const HEADER = 'timestamp,open,high,low,close,volume\n';
const T = 1_700_000_000_000;

async function readText(text: string | Uint8Array): Promise<Bars> {
  const bars = await openBars(folder.write(text), { home: folder.home });
  try {
    return bars.read();
  } finally {
    bars.close();
  }
}

test('every decimal text becomes the nearest double', async () => {
  const digits = fc.stringMatching(/^\d{0,17}$/);
  const decimal = fc.tuple(fc.constantFrom('1', '9', '27', '123456789', '0.00', '12345678901234567890'), digits, digits)
    .map(([first, more, fraction]) => (first.includes('.') ? `${first}1${more}` : `${first}${more}${fraction ? `.${fraction}` : ''}`));
  await fc.assert(fc.asyncProperty(fc.array(decimal, { minLength: 1, maxLength: 40 }), async (prices) => {
    const text = prices.map((price, row) => `${T + row},${price},${price},${price},${price},${price}\n`).join('');
    const bars = await readText(HEADER + text);
    assert.deepEqual([...bars.close], prices.map(Number));
    assert.deepEqual([...bars.volume], prices.map(Number));
  }), { numRuns: 60 });
});

test('columns are found by name, in any order and case, among others, quoted or not', async () => {
  const bars = await readText(`\uFEFF"Symbol";CLOSE;"Low";High;open;Time zone;TimeStamp\r\n"a;b";11;9;12;10;;${T}\r\nb;11.5;9;12;10;"x ""y""";${T + 1}`);
  assert.deepEqual([bars.timestamp, bars.open, bars.high, bars.low, bars.close].map((column) => [...column]),
    [[T, T + 1], [10, 10], [12, 12], [9, 9], [11, 11.5]]);
  assert.ok(bars.volume.every(Number.isNaN));
});

test('numbers may be signed, quoted, spaced or have exponents; an empty or NaN volume is absent', async () => {
  const bars = await readText(`${HEADER}${T}, +10 ,"12",9e0,.11e2,\n${T + 1},10.,12,9,1100e-2,NaN\n${T + 2},10,12,9,11,0\n\n\r\n`);
  assert.deepEqual([...bars.open], [10, 10, 10]);
  assert.deepEqual([...bars.close], [11, 11, 11]);
  assert.deepEqual([...bars.volume], [NaN, NaN, 0]);
});

test('timestamps may be seconds, milliseconds, microseconds, nanoseconds or ISO text, which the first one shows', async () => {
  for (const [first, second] of [
    ['1700000000', '1700000060'], ['1700000000000', '1700000060000'], ['1700000000000000', '1700000060000000'],
    ['1700000000000000000', '1700000060000000000'], ['2023-11-14T22:13:20Z', '2023-11-14 22:14:20'],
    ['2023-11-14 22:13:20.000+00:00', '2023-11-14T23:14:20+01:00'],
  ]) {
    const bars = await readText(`${HEADER}${first},10,12,9,11,5\n${second},10,12,9,11,5\n`);
    assert.deepEqual([...bars.timestamp], [T, T + 60_000], first);
  }
  const days = await readText(`${HEADER}1969-12-31,10,12,9,11,5\n1970-01-01,10,12,9,11,5\n`);
  assert.deepEqual([...days.timestamp], [-86_400_000, 0]);
  const small = await readText(`${HEADER}0,10,12,9,11,5\n60000,10,12,9,11,5\n`);
  assert.deepEqual([...small.timestamp], [0, 60_000]);
});

test('a line that straddles two chunks, at any place, is read whole', async () => {
  for (let padding = 0; padding < 45; padding++) {
    const bars = await readText(`timestamp,open,high,low,close,${'x'.repeat(padding)}\n${plainCsv(200).split('\n').slice(1).join('\n')}`);
    assert.equal(bars.length, 200);
    assert.equal(bars.timestamp[199], T + 199 * 60_000);
  }
});

const bad: readonly (readonly [string, string, BarFileErrorKind, ...string[]])[] = [
  ['a day that no month has', '2023-02-29,10,12,9,11,5\n', 'value', 'line 2', 'timestamp', '2023-02-29'],
  ['unsorted times', `${T + 60_000},10,12,9,11,5\n${T},10,12,9,11,5\n`, 'order', 'line 3', 'timestamp', 'sort'],
  ['a time twice', `${T},10,12,9,11,5\n${T},10,12,9,11,5\n`, 'order', 'line 3', 'stands twice'],
  ['a NaN price', `${T},10,12,9,NaN,5\n`, 'value', 'line 2', 'close', 'NaN'],
  ['an empty price', `${T},10,,9,11,5\n`, 'value', 'line 2', 'high', 'is empty'],
  ['a word as price', `${T},ten,12,9,11,5\n`, 'value', 'line 2', 'open', '"ten"'],
  ['an infinite price', `${T},10,1e999,9,11,5\n`, 'price', 'line 2', 'high'],
  ['a zero price', `${T},0,12,0,11,5\n`, 'price', 'line 2', 'open', 'positive'],
  ['a negative price', `${T},10,12,-9,11,5\n`, 'price', 'line 2', 'low', '-9'],
  ['a high below the low', `${T},10,8,9,11,5\n`, 'price', 'line 2', 'high', 'below the low'],
  ['an open outside', `${T},13,12,9,11,5\n`, 'price', 'line 2', 'open', 'outside'],
  ['a close outside', `${T},10,12,9,8,5\n`, 'price', 'line 2', 'close', 'outside'],
  ['a negative volume', `${T},10,12,9,11,-5\n`, 'value', 'line 2', 'volume'],
  ['a word as volume', `${T},10,12,9,11,many\n`, 'value', 'line 2', 'volume', '"many"'],
  ['a word as time', `${T},10,12,9,11,5\nnoon,10,12,9,11,5\n`, 'value', 'line 3', 'timestamp', '"noon"'],
  ['an empty time', `,10,12,9,11,5\n`, 'value', 'line 2', 'timestamp'],
  ['a fraction of a millisecond', `${T}.5,10,12,9,11,5\n`, 'value', 'line 2', 'timestamp'],
  ['another unit later on', `${T / 1000},10,12,9,11,5\n${T + 60_000},10,12,9,11,5\n`, 'value', 'timestamp'],
  ['too few fields', `${T},10,12,9\n`, 'columns', 'line 2', '4 of 6'],
  ['a cut last line', `${T},10,12,9,11,5\n${T + 60_000},10,1`, 'columns', 'line 3', 'cut short'],
  ['too many fields', `${T},10,12,9,11,5,6\n`, 'columns', 'line 2', 'more than 6'],
  ['an empty line', `${T},10,12,9,11,5\n\n${T + 60_000},10,12,9,11,5\n`, 'value', 'line 3', 'is empty'],
  ['a quote without end', `${T},10,12,9,11,"5\n${T + 60_000},10,12,9,11,5\n`, 'value', 'line 2', 'volume'],
];

for (const [name, lines, kind, ...words] of bad) {
  test(`${name} is one clear error that names the place`, async () => {
    const file = folder.write(HEADER + lines);
    await assert.rejects(openBars(file, { home: folder.home }), barFileError(kind, file, ...words));
  });
}

test('wrong, missing and double columns, and files without bars, are refused', async () => {
  for (const [text, kind, ...words] of [
    ['time,o,h,l,c,v\n1,2,3,4,5,6\n', 'columns', 'timestamp, open, high, low, close'],
    [`timestamp,open,high,low,volume\n${T},10,12,9,5\n`, 'columns', 'no column close', 'line 1'],
    [`timestamp,open,open,high,low,close\n${T},10,10,12,9,11\n`, 'columns', 'open twice'],
    [`${T},10,12,9,11,5\n`, 'columns', 'timestamp'],
    [HEADER, 'empty', 'no bar'],
    ['\n\n', 'columns', 'timestamp'],
    ['', 'empty', 'is empty'],
    ['x'.repeat(1 << 20), 'format', 'a line of more than'],
    [HEADER + 'x'.repeat(1 << 20), 'format', 'a line of more than'],
    ['\n'.repeat(1 << 20), 'format', 'a line of more than'],
    [Buffer.alloc(1 << 20), 'format', 'a line of more than'],
    ['PK\u0003\u0004some zip file', 'columns', 'timestamp'],
    [Buffer.from(`\uFEFF${HEADER}`, 'utf16le'), 'format', 'UTF-16', 'save it as UTF-8'],
    [Buffer.from(HEADER, 'utf16le'), 'format', 'UTF-16'],
    [Buffer.from(HEADER, 'utf16le').swap16(), 'format', 'UTF-16'],
  ] as const) {
    const file = folder.write(text);
    await assert.rejects(openBars(file, { home: folder.home }), barFileError(kind, file, ...words));
  }
});

test('a missing file and a folder are refused', async () => {
  await assert.rejects(openBars(join(folder.path, 'none.csv'), { home: folder.home }), barFileError('unreadable', 'none.csv', 'does not exist'));
  await assert.rejects(openBars('/dev/null', { home: folder.home }), barFileError('unreadable', 'pipe or device'));
  mkdirSync(join(folder.path, 'folder.csv'));
  await assert.rejects(openBars(join(folder.path, 'folder.csv'), { home: folder.home }), barFileError('unreadable', 'is a folder'));
});

test('gzip is known by its content, also in several members', async () => {
  const text = plainCsv(5);
  const halves = Buffer.concat([gzipSync(text.slice(0, 70)), gzipSync(text.slice(70))]);
  assert.equal((await readText(gzipSync(text))).length, 5);
  assert.equal((await readText(halves)).length, 5);
});

test('a truncated or damaged gzip is refused', async () => {
  const whole = gzipSync(plainCsv(5_000));
  for (const end of [3, 12, whole.length >> 1, whole.length - 9, whole.length - 1]) {
    await assert.rejects(openBars(folder.write(whole.subarray(0, end)), { home: folder.home }), barFileError('format', 'ends too early'));
  }
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, 200, 260);
  await assert.rejects(openBars(folder.write(damaged), { home: folder.home }), barFileError('format', 'damaged'));
});

test('a gzip bomb is refused long before it is expanded', async () => {
  const zeros = gzipSync(Buffer.alloc(300 << 20), { level: 1 });
  await assert.rejects(openBars(folder.write(zeros), { home: folder.home }), barFileError('format', 'a line of more than'));
  const rows = gzipSync(HEADER + `${T},10,12,9,11,${'0'.repeat(60_000)}5\n`.repeat(1000), { level: 9 });
  assert.ok(rows.length < 100_000);
  await assert.rejects(openBars(folder.write(rows), { home: folder.home }), barFileError('order', 'stands twice'));
  const sound = Array.from({ length: 1000 }, (_, row) => `${T + row},10,12,9,11,${'0'.repeat(60_000)}5\n`);
  await assert.rejects(openBars(folder.write(gzipSync(HEADER + sound.join(''), { level: 9 })), { home: folder.home }), barFileError('format', 'expands more than'));
});
