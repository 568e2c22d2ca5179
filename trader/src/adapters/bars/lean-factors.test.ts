import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { openBars } from './column-cache.ts';
import { barFileError, plainCsv, TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const data = join(import.meta.dirname, '../../../../data');
const raw = join(data, 'spy.csv.gz');
const factors = join(data, 'spy.csv');

test('raw LEAN bars are read as prices in dollars, at midnight UTC of their date', async () => {
  const set = await openBars(raw, { home: folder.home });
  const bars = set.read(0, 2);
  assert.deepEqual([bars.timestamp[0], bars.open[0], bars.high[0], bars.low[0], bars.close[0], bars.volume[0]],
    [Date.UTC(1998, 0, 2), 97.31, 97.53, 96.53, 97.36, 2_150_000]);
  assert.deepEqual([set.length, set.priceDecimals], [5_157, 3]);
  set.close();
});

test('adjusted prices are the nearest doubles to raw × price factor × split factor', async () => {
  const set = await openBars(raw, { home: folder.home, factors });
  const bars = set.read();
  set.close();
  const table = readFileSync(factors, 'utf8').trim().split('\n').map((line) => line.split(','));
  gunzipSync(readFileSync(raw)).toString().trim().split('\n').forEach((line, row) => {
    const [time = '', , , , close = ''] = line.split(',');
    const factor = table.find(([date = '']) => date >= time.slice(0, 8));
    assert.equal(factor?.[2], '1');
    const digits = BigInt(close) * BigInt((factor?.[1] ?? '').replace('.', ''));
    const decimals = 4 + ((factor?.[1] ?? '').split('.')[1] ?? '').length;
    assert.equal(bars.close[row], Number(`${digits}e-${decimals}`));
  });
  assert.equal(bars.length, 5_157);
});

test('the row of a factor file whose date is the bar\'s or the first later holds; splits move volume the other way', async () => {
  const bars = folder.write('20200102 00:00,1000000,1200000,900000,1100000,500\n20200103 00:00,1000000,1200000,900000,1100000,500\n20200106 00:00,1000000,1200000,900000,1100000,500\n');
  const table = folder.write('20200102,0.5,0.25,100\n20200104,0.5,1,100\n20501231,1,1,0');
  const set = await openBars(bars, { home: folder.home, factors: table });
  const { open, close, volume } = set.read();
  set.close();
  assert.deepEqual([[...open], [...close], [...volume]], [[12.5, 50, 100], [13.75, 55, 110], [2000, 500, 500]]);
});

test('factors are refused for other formats, and where they are none', async () => {
  await assert.rejects(openBars(folder.write(plainCsv(5)), { home: folder.home, factors }), barFileError('format', "LEAN's daily format"));
  const noFactors = folder.write('date,price,split\n20200102,1,1\n');
  await assert.rejects(openBars(raw, { home: folder.home, factors: noFactors }), barFileError('value', noFactors, 'line 1', 'LEAN factor file'));
  const unsorted = folder.write('20200102,1,1,0\n20200101,1,1,0\n');
  await assert.rejects(openBars(raw, { home: folder.home, factors: unsorted }), barFileError('order', unsorted, 'line 2'));
  await assert.rejects(openBars(raw, { home: folder.home, factors: join(folder.path, 'none') }), barFileError('unreadable', 'none', 'does not exist'));
});

test('a raw price that is no whole number is refused by its line, and so is a factor of no such day or of endless digits', async () => {
  const bars = folder.write('20200102 00:00,1000000,1200000,900000,1100000,500\n20200103 00:00,1000000,1200000.5,900000,1100000,500\n');
  await assert.rejects(openBars(bars, { home: folder.home }), barFileError('value', bars, 'line 2', 'field high', '1200000.5 is no price in ten-thousandths'));
  for (const row of ['20200102,1,1,0\n20201301,1,1,0', `20200102,1,1,0\n20200103,${'1'.repeat(1_000)},1,0`]) {
    const table = folder.write(row);
    await assert.rejects(openBars(raw, { home: folder.home, factors: table }), barFileError('value', table, 'line 2', 'LEAN factor file'));
  }
});
