import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { linesOf } from './text-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'lines-'));
after(() => { rmSync(folder, { recursive: true }); });

test('lines end at a line feed and nowhere else, however they are cut when they are read', async () => {
  const lines = ['', 'x\u2028y\u2029z\u0085\r', 'é'.repeat(100_001), '{"reason":"a\u2028b"}', 'last'];
  for (const end of ['', '\n']) {
    writeFileSync(join(folder, 'text'), lines.join('\n') + end);
    const read: string[] = [];
    for await (const line of linesOf(join(folder, 'text'))) read.push(line);
    assert.deepEqual(read, lines);
  }
});

test('a file that is not there is an error of who reads it', async () => {
  await assert.rejects(linesOf(join(folder, 'none')).next(), /ENOENT/);
});
