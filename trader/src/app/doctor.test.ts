import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { JournalFile } from '../adapters/journal/journal-file.ts';
import { checkClock, checkHome, checkMachine, checkNode, checkPackages } from './machine-checks.ts';
import { checkJournal, checkSampleData, checkState } from './state-checks.ts';
import { DATA_FOLDER } from './wiring/venue-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('on a sound machine with an empty state nothing fails', async () => {
  const checks = [...checkMachine(join(folder, 'home')), ...await checkState(join(folder, 'home'))];
  assert.deepEqual(checks.filter(({ status }) => status === 'fail'), []);
  assert.deepEqual(checks.map(({ name }) => name), ['Node', 'Packages', 'Memory', 'Home', 'Disk', 'Clock', 'Bar store', 'Paper run', 'Sample data']);
});

test('an old Node and missing packages fail with what to do', () => {
  assert.equal(checkNode('20.11.0').status, 'fail');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: { absent: '1.0.0' } }));
  const { status, detail, hint } = checkPackages(folder);
  assert.deepEqual([status, detail, hint], ['fail', 'absent missing instead of 1.0.0', 'Run npm install in the folder of AlgoTrendy.']);
});

test('a home that is a file fails', () => {
  writeFileSync(join(folder, 'file'), '');
  assert.match(checkHome(join(folder, 'file'))[0]?.detail ?? '', /is a file, not a folder/);
});

test('a clock that is impossible fails, and one that was moved is worth a look', () => {
  const now = Date.UTC(2026, 5, 1);
  assert.equal(checkClock(now, now + 20).status, 'ok');
  assert.equal(checkClock(now, now - 90_000).status, 'warn');
  assert.equal(checkClock(0, 0).status, 'fail');
});

test('a journal with a torn tail is worth a look, and one damaged in its middle fails', () => {
  const path = join(folder, 'journal.jsonl');
  const journal = new JournalFile(path);
  for (let i = 0; i < 3; i++) journal.append({ kind: 'bar', market: i, bar: [i, 2, 3, 1, 2, null] });
  journal.close();
  assert.equal(checkJournal(path).status, 'ok');
  const sound = readFileSync(path, 'utf8');
  appendFileSync(path, '0123abcd {"ki');
  const torn = checkJournal(path);
  assert.equal(torn.status, 'warn');
  assert.match(torn.detail, /^3 records, .*13 bytes of an unfinished record/);
  assert.equal(readFileSync(path, 'utf8').length, sound.length + 13, 'looking changes nothing');
  writeFileSync(path, sound.replace('"market":1', '"market":7'));
  assert.equal(checkJournal(path).status, 'fail');
});

test('a shipped file that was changed or is missing fails by name', () => {
  const copy = join(folder, 'data');
  mkdirSync(copy);
  for (const name of ['SHA256SUMS', 'spy.csv']) copyFileSync(join(DATA_FOLDER, name), join(copy, name));
  appendFileSync(join(copy, 'spy.csv'), ' ');
  const { status, detail } = checkSampleData(copy);
  assert.equal(status, 'fail');
  assert.match(detail, /spy\.csv was changed/);
  assert.match(detail, /spy\.csv\.gz is missing/);
});
