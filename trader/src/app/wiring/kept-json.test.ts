import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keepJson, readKeptJson } from './kept-json.ts';

const folder = mkdtempSync(join(tmpdir(), 'kept-'));
after(() => { rmSync(folder, { recursive: true }); });

test('what is kept is read again, and nothing where nothing was', () => {
  const path = join(folder, 'deeper', 'kept.json');
  assert.equal(readKeptJson(path), undefined);
  keepJson(path, { files: ['a', 'b'] });
  assert.deepEqual(readKeptJson(path), { files: ['a', 'b'] });
});

test('where the disk ends in the middle, what was kept before stays whole', () => {
  const path = join(folder, 'full.json');
  keepJson(path, ['before']);
  // A file may have one block here: the system takes a part of the text and says so only by its count.
  const script = `import { keepJson } from ${JSON.stringify(new URL('./kept-json.ts', import.meta.url).href)}; keepJson(${JSON.stringify(path)}, ['x'.repeat(5000)]);`;
  const { status, stderr } = spawnSync('bash', ['-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], { encoding: 'utf8' });
  assert.notEqual(status, 0);
  assert.match(stderr, /EFBIG|too large/);
  assert.deepEqual(readKeptJson(path), ['before']);
  assert.deepEqual(readdirSync(folder).sort(), ['deeper', 'full.json']);
});

test('several processes that keep the same at once leave it whole, and none fails', async () => {
  const path = join(folder, 'shared.json');
  const script = `import { keepJson, readKeptJson } from ${JSON.stringify(new URL('./kept-json.ts', import.meta.url).href)};
    for (const end = Date.now() + 1_000; Date.now() < end;) { keepJson(${JSON.stringify(path)}, ['x'.repeat(1 + Math.random() * 200_000)]); readKeptJson(${JSON.stringify(path)}); }`;
  const ends = await Promise.all([0, 1, 2].map(() => new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script], (error, _out, stderr) => { resolve(error === null ? 'well' : stderr); });
  })));
  assert.deepEqual(ends, ['well', 'well', 'well']);
});
