import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openBars } from './column-cache.ts';
import { writeCsv } from './csv-writer.ts';
import { barFileError, TestFolder } from './test-folder.ts';

const folder = new TestFolder();
const data = join(import.meta.dirname, '../../../../data');
const raw = join(data, 'spy.csv.gz');
const factors = join(data, 'spy.csv');

test('bars written as CSV read back as the same doubles', async () => {
  const set = await openBars(raw, { home: folder.home, factors });
  const out = join(folder.path, 'out', 'spy.csv');
  writeCsv(set, out);
  const back = await openBars(out, { home: folder.home });
  assert.deepEqual(back.read(), set.read());
  set.close();
  back.close();
  const absent = await openBars(folder.write('timestamp,open,high,low,close\n1700000000000,1e-7,1e-7,1e-7,1e-7\n'), { home: folder.home });
  writeCsv(absent, out);
  assert.equal(readFileSync(out, 'utf8'), 'timestamp,open,high,low,close,volume\n1700000000000,1e-7,1e-7,1e-7,1e-7,\n');
  assert.throws(() => writeCsv(absent, join(folder.path, 'out')), barFileError('storage', 'out'));
  absent.close();
});

test('a disk that takes only a part of it leaves nothing, and is one clear error', async () => {
  (await openBars(raw, { home: folder.home })).close(); // The cache is written here, under no limit.
  const out = join(folder.path, 'cut', 'spy.csv');
  const code = `
    const { openBars } = await import('${pathToFileURL(join(import.meta.dirname, 'column-cache.ts')).href}');
    const { writeCsv } = await import('${pathToFileURL(join(import.meta.dirname, 'csv-writer.ts')).href}');
    const bars = await openBars('${raw}', { home: '${folder.home}' });
    try { writeCsv(bars, '${out}'); } catch (error) { console.log(error.kind); }`;
  // Files of at most 128 KiB, which is less than these bars take.
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -f 256 && exec "$@"', 'sh', ...node], { encoding: 'utf8' });
  assert.equal(stdout.trim(), 'storage', stderr);
  assert.deepEqual(readdirSync(join(folder.path, 'cut')), []);
});
