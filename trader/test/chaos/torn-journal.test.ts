import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { PaperTrader } from '../../src/app/wiring/paper.ts';
import { toRefusal } from '../../src/app/refusal.ts';
import { pick, seededRandom } from '../random.ts';
import { isInput, JournalLedger, readJournal, type JournalImage } from './journal-ledger.ts';
import { runPaper } from './paper-process.ts';
import { beginSmallRun, goOn, journalOf, SILENCE } from './small-run.ts';

// What a crash, a power cut or a bad disk can leave of a journal's end, and of its middle.
const END = 35;
const home = mkdtempSync(join(tmpdir(), 'torn-'));
const path = journalOf(home);
after(() => rmSync(home, { recursive: true, force: true }));

let journal: JournalImage;
/** The state at the end of each input, by the number of records so far. */
const states = new Map<number, unknown>();
/** The record of the person's command, with orders, fills and denials before and after it. */
let command: number;

before(async () => {
  await beginSmallRun(home);
  const trader = await PaperTrader.open(home, undefined, false, SILENCE);
  goOn(trader, END);
  trader.release();
  journal = readJournal(path);
  const ledger = new JournalLedger(journal.records[0]);
  for (let sequence = 1; sequence <= journal.records.length; sequence++) {
    const next = journal.records[sequence];
    if (next === undefined || isInput(next)) states.set(sequence, ledger.state());
    if (next !== undefined) ledger.add(next);
  }
  command = journal.records.findIndex(({ kind }) => kind === 'command');
});

const endOf = (record: number) => journal.ends[record];

/** Starts on what lies there, which holds so many sound records: the state is the undisturbed run's, and so is all that follows. */
async function recoverAndGoOn(sound: number, what: string): Promise<void> {
  const trader = await PaperTrader.open(home, undefined, false, SILENCE);
  try {
    const state = JSON.parse(JSON.stringify(trader.state())) as ReturnType<typeof trader.state>;
    assert.ok(state.journalSequence >= Math.max(1, sound), what);
    assert.equal(journal.records.slice(Math.max(1, sound), state.journalSequence).some(isInput), false, what);
    assert.deepEqual(state, states.get(state.journalSequence), what);
    goOn(trader, END);
  } finally {
    trader.release();
  }
  assert.ok(readFileSync(path).equals(journal.bytes), `${what}: what follows differs`);
}

test('a journal cut at every byte of some twenty records, orders, fills and denials among them, goes on as if nothing had been', async (t) => {
  const [from, to] = [command - 9, command + 12];
  const kinds = new Set<string>(journal.records.slice(from, to + 1).map((record) => (record.kind === 'report' ? record.report : record.kind)));
  for (const kind of ['bar', 'order', 'denial', 'command', 'accepted', 'filled', 'canceled']) assert.ok(kinds.has(kind), `no ${kind} among them`);
  let sound = from;
  for (let cut = endOf(from - 1); cut <= endOf(to); cut++) {
    while (endOf(sound) <= cut) sound += 1;
    writeFileSync(path, journal.bytes.subarray(0, cut));
    await recoverAndGoOn(sound, `cut at byte ${cut}`);
  }
  t.diagnostic(`${endOf(to) - endOf(from - 1) + 1} cuts in ${to - from + 1} records`);
});

test('a journal cut at every byte of its first record begins anew', async () => {
  const { setup } = journal.records[0] as { setup: { cash: string } };
  for (let cut = 0; cut < endOf(0); cut += cut < 40 ? 1 : 97) {
    writeFileSync(path, journal.bytes.subarray(0, cut));
    const trader = await PaperTrader.open(home, undefined, false, SILENCE);
    assert.deepEqual([trader.journal.sequence, trader.state().cash], [1, setup.cash]);
    trader.release();
  }
});

test('bits that flip in the last record, garbage after it, and zeros where its sectors never came are a torn end', async () => {
  const random = seededRandom(7);
  const last = command + 3;
  const whole = journal.bytes.subarray(0, endOf(last));
  const start = endOf(last - 1);
  for (let at = start; at < whole.length; at++) {
    const bytes = Buffer.from(whole);
    bytes[at] = bytes[at] ^ (1 << Math.floor(8 * random()));
    writeFileSync(path, bytes);
    await recoverAndGoOn(last, `a bit flipped at byte ${at}`);
  }
  for (let from = start; from < whole.length; from += 7) {
    writeFileSync(path, Buffer.from(whole).fill(0, from));
    await recoverAndGoOn(last, `zeros from byte ${from}`);
  }
  for (const length of [1, 8, 9, 10, 512, 4096, 1 << 20, 40 << 20]) {
    writeFileSync(path, whole);
    truncateSync(path, whole.length + length);
    await recoverAndGoOn(last + 1, `${length} zeros behind the end`);
  }
  for (let round = 0; round < 60; round++) {
    const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 3_000) }, () => (random() < 0.05 ? 10 : Math.floor(256 * random()))));
    writeFileSync(path, whole);
    appendFileSync(path, bytes);
    await recoverAndGoOn(last + 1, `${bytes.length} bytes of garbage behind the end, round ${round}`);
  }
});

/** What must not be taken for a torn end: sound records stand behind it. */
const DAMAGES: Readonly<Record<string, (random: () => number) => Buffer>> = {
  'a flipped bit'(random) {
    const bytes = Buffer.from(journal.bytes);
    const at = Math.floor(random() * endOf(journal.records.length - 3));
    bytes[at] = bytes[at] ^ (1 << Math.floor(8 * random()));
    return bytes;
  },
  'a sector of zeros'(random) {
    const from = Math.floor(random() * (journal.bytes.length - 2_000));
    return Buffer.from(journal.bytes).fill(0, from, from + 512);
  },
  'a record that is gone': (random) => withLines((lines) => void lines.splice(1 + Math.floor(random() * (lines.length - 3)), 1)),
  'a record that came twice': (random) => withLines((lines) => {
    const at = 1 + Math.floor(random() * (lines.length - 3));
    lines.splice(at, 0, lines[at]);
  }),
  'two records that changed places': (random) => withLines((lines) => {
    const at = 1 + Math.floor(random() * (lines.length - 4));
    lines.splice(at, 2, lines[at + 1], lines[at]);
  }),
};

function withLines(change: (lines: string[]) => void): Buffer {
  const lines = journal.bytes.toString('utf8').trimEnd().split('\n');
  change(lines);
  return Buffer.from(`${lines.join('\n')}\n`);
}

test('damage in the middle is refused, with exit code 3, the byte where it begins and a way out; the file stays as it is', async () => {
  const random = seededRandom(11);
  for (let round = 0; round < 200; round++) {
    const [what, damage] = pick(random, Object.entries(DAMAGES));
    const bytes = damage(random);
    writeFileSync(path, bytes);
    const refusal = toRefusal(await PaperTrader.open(home, undefined, false, SILENCE).then((trader) => trader.release(), (error: unknown) => error));
    assert.equal(refusal.code, 'bad-data', `${what}: ${refusal.message}`);
    assert.match(`${refusal.message} ${refusal.hint}`, /(damaged at byte \d+|is not a journal).*--fresh/);
    assert.ok(readFileSync(path).equals(bytes), `${what}: the file was changed`);
  }
});

test('the command line says so in one block, and --fresh puts the damaged journal aside unchanged', async () => {
  const bytes = Buffer.from(journal.bytes).fill('#', endOf(command), endOf(command) + 5);
  writeFileSync(path, bytes);
  utimesSync(path, 1_000, 1_000);
  const refused = await runPaper({ home });
  assert.equal(refused.code, 3);
  assert.match(refused.errors, new RegExp(`^algotrendy: .*damaged at byte ${endOf(command)}.*\\n {2}What to do: .*--fresh.*\\n$`));
  assert.deepEqual([refused.lines.length, JSON.parse(refused.lines[0]).error.code], [1, 'bad-data']);
  assert.ok(readFileSync(path).equals(bytes) && statSync(path).mtimeMs === 1_000_000, 'the file was touched');
  const trader = await PaperTrader.open(home, '5000', true, SILENCE);
  assert.deepEqual([trader.journal.sequence, trader.state().cash], [1, '5000']);
  trader.release();
  const aside = readdirSync(dirname(path)).filter((name) => /^journal\..+\.jsonl$/.test(name)).map((name) => readFileSync(join(dirname(path), name)));
  assert.ok(aside.some((kept) => kept.equals(bytes)));
});
