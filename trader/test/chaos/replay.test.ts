import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { PaperTrader } from '../../src/app/wiring/paper.ts';
import { DATA_FOLDER } from '../../src/app/wiring/venue-rules.ts';
import { readJournal, type JournalImage } from './journal-ledger.ts';
import { runPaper } from './paper-process.ts';
import { beginSmallRun, goOn, journalOf, SILENCE } from './small-run.ts';

// `replay` on whatever may be given to it, and `paper` on a journal that another build wrote.
const home = mkdtempSync(join(tmpdir(), 'replay-'));
after(() => rmSync(home, { recursive: true, force: true }));
let journal: JournalImage;
let digest: string;

before(async () => {
  await beginSmallRun(home);
  const trader = await PaperTrader.open(home, undefined, false, SILENCE);
  goOn(trader, 35);
  digest = trader.run.recorder.digest();
  await trader.stop();
  journal = readJournal(journalOf(home));
});

/** A journal in which every checksum is right, from lines that were changed: as another build would have written it. */
function rewritten(change: (lines: string[]) => void): Buffer {
  const lines = journal.bytes.toString('utf8').trimEnd().split('\n').map((line) => line.slice(9));
  change(lines);
  let crc = 0;
  return Buffer.from(lines.map((line) => `${(crc = crc32(line, crc)).toString(16).padStart(8, '0')} ${line}\n`).join(''));
}

function changed(kind: string, from: string | RegExp, to: string): Buffer {
  return rewritten((lines) => {
    const at = lines.findLastIndex((line) => line.startsWith(`{"kind":"${kind}"`) && line.search(from) >= 0);
    assert.ok(at >= 0, `no ${kind} holds ${String(from)}`);
    lines[at] = lines[at].replace(from, to);
  });
}

const OTHER_BUILDS: Readonly<Record<string, readonly [() => Buffer, RegExp]>> = {
  'an order of another quantity': [() => changed('order', /"quantity":"\d/, '"quantity":"7'), /holds at record \d+:\n.*"quantity":"7.*\nbut this build gives:\n/],
  'a fill at another price': [() => changed('report', /"price":"\d/, '"price":"7'), /holds at record \d+/],
  'a denial by another rule': [() => changed('denial', '"exposure"', '"leverage"'), /holds at record \d+/],
  'an order that this build does not send': [() => rewritten((lines) => {
    const at = lines.findLastIndex((line) => line.startsWith('{"kind":"order"'));
    lines.splice(lines.findLastIndex((line) => line.startsWith('{"kind":"bar"')), 0, lines[at]);
  }), /record \d+/],
  'a fill that is missing': [() => rewritten((lines) => void lines.splice(lines.findLastIndex((line) => line.includes('"filled"')), 1)), /holds at record \d+/],
  'a digest of other orders': [() => changed('stop', /"digest":"./, '"digest":"x'), /do not come to the digest/],
  'a later version': [() => changed('run', '"version":1', '"version":2'), /not a journal that this version can read/],
  'a strategy that is not there': [() => changed('run', /"strategy":"macd"/g, '"strategy":"oracle"'), /cannot read: books\.0\.strategy/],
  'a parameter that is not there': [() => changed('run', '"fast":3', '"fist":3'), /cannot set up.*fist/],
  'a setup of another shape': [() => changed('run', '"maxNotional":', '"mostNotional":'), /cannot read: limits/],
};

const file = join(home, 'given.jsonl');

/** Replays what lies at `path`; whatever comes of it, the file is as it was. */
async function replay(path: string, ...words: string[]) {
  const bytes = readFileSync(path);
  utimesSync(path, 1_000, 1_000);
  const ended = await runPaper({ home, words: ['replay', path, ...words] });
  assert.ok(readFileSync(path).equals(bytes) && statSync(path).mtimeMs === 1_000_000, 'replay changed the file');
  return ended;
}

test('a journal replays to the digest that its run recorded, cleanly stopped, killed or torn, and is not touched', async () => {
  const [last = 0, before = 0] = journal.ends.toReversed();
  const journals: Readonly<Record<string, readonly [number, string | null]>> = { stopped: [last, digest], killed: [before, null], torn: [last - 5, null] };
  for (const [name, [length, recorded]] of Object.entries(journals)) {
    writeFileSync(file, journal.bytes.subarray(0, length));
    const { code, lines, errors } = await replay(file, '--json');
    assert.deepEqual([code, errors], [0, ''], name);
    const report = JSON.parse(lines[0]) as { digest: string; recordedDigest: string | null; records: number };
    assert.deepEqual([report.digest, report.recordedDigest], [digest, recorded], name);
    assert.equal(report.records, journal.records.length - (length === last ? 0 : 1), name);
  }
  assert.deepEqual((await replay(file, '--digest')).lines, [digest]);
});

test('what another build wrote is refused with exit code 5 and the record, by replay and by paper, which names the way out; nothing is changed', async () => {
  for (const [name, [make, message]] of Object.entries(OTHER_BUILDS)) {
    const bytes = make();
    writeFileSync(file, bytes);
    const replayed = await replay(file, '--digest');
    assert.deepEqual([replayed.code, replayed.lines], [5, []], `${name}: ${replayed.errors}`);
    writeFileSync(journalOf(home), bytes);
    const traded = await runPaper({ home });
    assert.equal(traded.code, 5, name);
    assert.match(traded.errors, /What to do: .*--fresh.*\n$/);
    for (const { errors } of [replayed, traded]) assert.match(errors, message, name);
    assert.ok(readFileSync(journalOf(home)).equals(bytes), `${name}: paper changed it`);
  }
});

test('what is no journal is refused with exit code 3 and one clear sentence, and is not touched', async () => {
  writeFileSync(file, '');
  assert.match((await replay(file)).errors, /holds no record: there is nothing to replay/);
  writeFileSync(file, 'timestamp,open,high,low,close\n1746372780000,1,2,1,2\n1746372840000,1,2,1,2\n');
  assert.match((await replay(file)).errors, /is not a journal/);
  const folder = join(home, 'folder');
  mkdirSync(folder);
  for (const [path, message] of [
    [join(home, 'missing.jsonl'), /cannot be read: ENOENT/], [folder, /cannot be read: EISDIR/],
    [join(DATA_FOLDER, 'binance-usdm_SOLUSDT_1m_20250504-20250603.csv.gz'), /is not a journal/], [file, /is not a journal/],
  ] as const) {
    const { code, lines, errors } = await runPaper({ home, words: ['replay', path, '--json'] });
    assert.deepEqual([code, lines.length], [3, 1], errors);
    assert.match(errors, message);
    assert.equal(errors.trimEnd().split('\n').length <= 2, true, errors);
  }
  writeFileSync(journalOf(home), readFileSync(file));
  const traded = await runPaper({ home });
  assert.deepEqual([traded.code, readFileSync(journalOf(home)).equals(readFileSync(file))], [3, true], traded.errors);
});
