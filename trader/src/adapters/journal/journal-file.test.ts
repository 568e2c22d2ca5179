import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { JournalRecord } from '../../ports/journal.ts';
import { JournalError, JournalFile, type JournalErrorKind } from './journal-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'algotrendy-journal-'));
after(() => rmSync(folder, { recursive: true }));
/** A run of its own that goes on until its journal cannot be written. */
const FULL_DISK = new URL('../../../test/full-disk.ts', import.meta.url);
let files = 0;

const RECORDS: readonly JournalRecord[] = [
  { kind: 'run', version: 1, run: 'r', setup: { cash: '100', note: 'ümläut – 🜁' } },
  { kind: 'bar', market: 0, bar: [60_000, 0.1 + 0.2, 1e-12, 1e21, 5e-324, null] },
  { kind: 'command', command: { kind: 'halt', reason: 'said "stop"\nand meant it' } },
  { kind: 'denial', rule: 'notional', owner: 'macd@A', tsEvent: 60_000, side: 'buy', quantity: 1, value: 2, limit: 1 },
  { kind: 'stop', orders: 1, digest: 'd' },
];
const NEXT: JournalRecord = { kind: 'command', command: { kind: 'resume' } };

/** A journal of these records, closed. */
function written(records: readonly JournalRecord[] = RECORDS): string {
  const path = join(folder, `${files++}.jsonl`);
  const journal = new JournalFile(path);
  for (const record of records) journal.append(record);
  journal.sync();
  journal.close();
  return path;
}

/** The sound records of a file. */
function read(path: string, access: 'append' | 'read' = 'read'): JournalRecord[] {
  const journal = new JournalFile(path, access);
  const records: JournalRecord[] = [];
  try {
    for (let record = journal.ahead(); record; record = journal.ahead()) {
      records.push(record);
      journal.skip();
    }
  } finally {
    journal.close();
  }
  return records;
}

const raises = (kind: JournalErrorKind, ...words: readonly string[]) => (error: unknown) =>
  error instanceof JournalError && error.kind === kind && words.every((word) => error.message.includes(word));

/** Byte offsets at which the lines of a file end. */
function lineEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);
  return ends;
}

test('what was written is read back, to the last bit of every number', () => {
  assert.deepEqual(read(written()), RECORDS);
});

test('a file cut at any byte holds the records before the cut, and goes on behind them', () => {
  const path = written();
  const bytes = readFileSync(path);
  const ends = lineEnds(bytes);
  for (let cut = 0; cut <= bytes.length; cut++) {
    writeFileSync(path, bytes.subarray(0, cut));
    const sound = ends.filter((end) => end <= cut).length;
    assert.deepEqual(read(path), RECORDS.slice(0, sound), `cut at ${cut}`);
    assert.equal(readFileSync(path).length, cut, 'reading changes nothing');
    const journal = new JournalFile(path);
    for (const record of RECORDS.slice(0, sound)) journal.append(record);
    assert.equal(journal.sequence, sound);
    journal.append(NEXT);
    journal.close();
    assert.deepEqual(read(path), [...RECORDS.slice(0, sound), NEXT], `cut at ${cut}`);
  }
});

test('zeros and half lines behind the last record are a torn write', () => {
  for (const tail of ['\0'.repeat(4096), '1234', 'deadbeef {"kind":"bar"', '\0\0\0\n']) {
    const path = written();
    appendFileSync(path, tail);
    assert.deepEqual(read(path, 'append'), RECORDS);
    assert.deepEqual(read(path), RECORDS);
  }
});

test('a change in the middle is damage, named with its place, and the file is left as it is', () => {
  const path = written();
  const bytes = readFileSync(path);
  const ends = lineEnds(bytes);
  // The last line is its writer's to tear, and so is the newline before it.
  const lastLine = (ends.at(-2) as number) - 1;
  for (let at = 0; at < lastLine; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = changed[at] ^ 1;
    // A file whose first bytes are changed may no longer be known as a journal.
    writeFileSync(path, changed);
    for (const access of ['append', 'read'] as const) {
      assert.throws(() => read(path, access), (error) => error instanceof JournalError && (error.kind === 'damaged' || at < 10 && error.kind === 'unreadable'), `changed at ${at}`);
    }
    assert.deepEqual(readFileSync(path), changed);
  }
});

test('a line that was taken out, doubled or moved breaks the chain, though each line is sound by itself', () => {
  const path = written();
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const [a, b, c, d, e] = lines as [string, string, string, string, string];
  for (const other of [[a, c, d, e], [b, c, d, e], [a, b, b, c, d, e], [a, c, b, d, e], [a, b, d, c, e]]) {
    writeFileSync(path, `${other.join('\n')}\n`);
    assert.throws(() => read(path, 'append'), raises('damaged', path));
  }
});

test('a past that this run does not repeat is refused, with both records in the message', () => {
  const path = written();
  const journal = new JournalFile(path);
  journal.append(RECORDS[0]);
  assert.throws(() => journal.append(NEXT), raises('diverged', 'record 1', '"market":0', '"resume"'));
  journal.close();
  assert.deepEqual(read(path), RECORDS);
});

test('reading alone needs a file, writes nothing, and takes what is appended behind the end to nowhere', () => {
  assert.throws(() => new JournalFile(join(folder, 'none.jsonl'), 'read'), raises('unreadable', 'none.jsonl'));
  const path = written();
  truncateSync(path, readFileSync(path).length - 5);
  const before = readFileSync(path);
  const journal = new JournalFile(path, 'read');
  for (const record of RECORDS.slice(0, -1)) journal.append(record);
  journal.append(NEXT);
  journal.close();
  assert.deepEqual(readFileSync(path), before);
});

test('a folder that is not there is a disk error that says what to do', () => {
  assert.throws(() => new JournalFile(join(folder, 'no', 'such', 'folder.jsonl')), raises('disk', 'folder.jsonl', 'start again'));
});

test('a file that is no journal is not touched', () => {
  const path = join(folder, 'notes.txt');
  writeFileSync(path, 'buy milk\nand bread\n');
  assert.throws(() => new JournalFile(path), raises('unreadable', 'not a journal'));
  assert.equal(readFileSync(path, 'utf8'), 'buy milk\nand bread\n');
});

test('when the disk is full nothing is sent that is not in the journal, and nothing more, even if room comes back', () => {
  const path = join(folder, 'full.jsonl');
  // The shell limits the size of the files that the child may write: a real write that fails half-way.
  const child = spawnSync('sh', ['-c', 'ulimit -f 64; exec "$0" "$1" "$2"', process.execPath, fileURLToPath(FULL_DISK), path], {
    encoding: 'utf8', env: { ...process.env, NODE_COMPILE_CACHE: '' },
  });
  assert.equal(child.status, 0, child.stderr);
  const told = JSON.parse(child.stdout) as { failure: string; synced: string; after: string; sent: number; sentAfter: number; grown: number; ids: string[] };
  assert.deepEqual([told.failure, told.synced, told.after, told.sentAfter, told.grown], ['disk', 'disk', 'disk', 0, 0]);
  assert.ok(told.sent > 50);
  const orders = read(path).flatMap((record) => (record.kind === 'order' ? [record.clientOrderId] : []));
  assert.deepEqual(orders.slice(0, told.sent), told.ids);
  assert.ok(orders.length <= told.sent + 1);
});

test('what a killed process had written and not synced is on the disk before anything relies on it', (context) => {
  const path = written();
  const synced: number[] = [];
  const { fdatasyncSync } = fs;
  context.after(() => {
    fs.fdatasyncSync = fdatasyncSync;
    syncBuiltinESMExports();
  });
  fs.fdatasyncSync = (descriptor) => {
    synced.push(descriptor);
    fdatasyncSync(descriptor);
  };
  syncBuiltinESMExports();
  const journal = new JournalFile(path);
  // An order that stands in the past is sent again without a new record.
  for (const record of RECORDS) journal.append(record);
  journal.sync();
  journal.sync();
  journal.close();
  assert.equal(synced.length, 1);
});
