import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { boundCache } from './cache-bound.ts';

const folder = mkdtempSync(join(tmpdir(), 'cache-bound-'));
after(() => rmSync(folder, { recursive: true }));

test('the oldest copies go until the others fit, and never the one that was just made', () => {
  for (const [age, name] of ['newest', 'new', 'old', 'oldest'].entries()) {
    writeFileSync(join(folder, name), Buffer.alloc(100));
    utimesSync(join(folder, name), 1_000 - age, 1_000 - age);
  }
  boundCache(folder, 400, 'newest');
  assert.equal(readdirSync(folder).length, 4);
  boundCache(folder, 399, 'newest');
  assert.deepEqual(readdirSync(folder).sort(), ['new', 'newest', 'old']);
  boundCache(folder, 50, 'old');
  assert.deepEqual(readdirSync(folder), ['old']);
});
