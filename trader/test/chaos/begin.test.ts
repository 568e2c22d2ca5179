import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { after, test } from 'node:test';
import { isInput, readJournal } from './journal-ledger.ts';
import { parseLine, runPaper } from './paper-process.ts';
import { journalOf } from './small-run.ts';

// How runs begin: with which cash, at which speed, afresh, for how long, under which clock.
const home = mkdtempSync(join(tmpdir(), 'begin-'));
after(() => rmSync(home, { recursive: true, force: true }));

const paper = (...words: string[]) => runPaper({ home, words: ['paper', '--json', ...words] });
const kept = () => readdirSync(join(home, 'paper')).filter((name) => /^journal.+\.jsonl$/.test(name) && name !== 'journal.jsonl');

test('options that cannot be are refused with exit code 2 before anything is done', async () => {
  for (const words of [['--speed', '0'], ['--speed', '-5'], ['--speed', 'fast'], ['--speed', '1e3'], ['--speed', 'Infinity'], ['--speed', '2000000'], ['--speed='],
    ['--cash', '0'], ['--cash', '-1'], ['--cash', 'all'], ['--for', '0s'], ['--for', '-1s'], ['--for', 'ever'], ['--at-end', 'sleep'], ['--fresh=yes'], ['now']]) {
    const { code, lines, errors } = await paper(...words);
    assert.deepEqual([code, lines.length, (parseLine(lines[0])['error'] as { code: string }).code], [2, 1, 'usage'], words.join(' '));
    assert.match(errors, /^algotrendy: .*\n( {2}\w.*\n)*$/);
  }
  assert.deepEqual(readdirSync(home), []);
});

test('--for ends a run cleanly; the cash of a run stands, and only --fresh begins another, which keeps the old one', async () => {
  const started = performance.now();
  const first = await paper('--cash', '50000', '--speed', '600000', '--for', '1s');
  assert.deepEqual([first.code, parseLine(first.lines[0])['cash'], parseLine(first.lines.at(-1)).kind], [0, '50000', 'stopped']);
  assert.ok(performance.now() - started > 1_000);
  const journal = readFileSync(journalOf(home));

  const refused = await paper('--cash', '60000');
  assert.equal(refused.code, 2);
  assert.match(refused.errors, /began with 50000, not 60000\n {2}Where: --cash\n {2}What to do: .*--fresh/);
  assert.ok(readFileSync(journalOf(home)).equals(journal));
  assert.equal((await paper('--cash', '50000.00', '--for', '1s', '--speed', '1')).code, 0, 'the same amount');

  const fresh = await paper('--fresh', '--cash', '60000', '--for', '1s', '--speed', '600000');
  assert.deepEqual([fresh.code, parseLine(fresh.lines[0])['cash'], parseLine(fresh.lines[0])['journalSequence']], [0, '60000', 1]);
  assert.equal(kept().length, 1);
  assert.ok(readFileSync(join(home, 'paper', kept()[0])).subarray(0, journal.length).equals(journal));
});

/** Loaded before the program: a wall clock that goes backwards an hour at every look, or that stands. */
function clockModule(name: string, stepMs: number): string {
  const path = join(home, `${name}.mjs`);
  writeFileSync(path, `
    let now = 1_000_000_000_000;
    const RealDate = Date;
    globalThis.Date = class extends RealDate {
      constructor(...given) { super(...(given.length === 0 ? [Date.now()] : given)); }
      static now() { return (now += ${stepMs}); }
    };
  `);
  return pathToFileURL(path).href;
}

test('a wall clock that goes backwards changes no byte of a journal and no line that is told', async () => {
  const runs = [];
  for (const imports of [[], [clockModule('backwards', -3_600_000)]]) {
    const { lines } = await runPaper({ home, imports, words: ['paper', '--json', '--speed', 'max', '--fresh'], onLine: (_, number, kill) => void (number === 3_000 && kill()) });
    const { records, bytes, ends } = readJournal(journalOf(home));
    runs.push({ lines: lines.slice(0, 3_000), records, bytes: bytes.subarray(0, ends[9_000]) });
  }
  const [real, fake] = runs as [typeof runs[0], typeof runs[0]];
  assert.ok(real.bytes.equals(fake.bytes) && real.records.slice(0, 9_000).filter((record) => !isInput(record)).length > 100);
  assert.deepEqual(fake.lines, real.lines);
});

test('journals that are put aside within one tick of the clock are all kept', async () => {
  const imports = [clockModule('standing', 0)];
  const before = kept().length;
  for (let round = 0; round < 3; round++) {
    assert.equal((await runPaper({ home, imports, words: ['paper', '--json', '--fresh', '--cash', `${round + 1}000`], onLine: (_line, _number, kill) => kill() })).signal, 'SIGKILL');
  }
  assert.equal(kept().length, before + 3);
});
