import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJournal } from './journal-ledger.ts';
import { parseLine, runPaper, type Ended } from './paper-process.ts';
import { journalOf } from './small-run.ts';

// Ctrl-C and SIGTERM, at every pace and in every phase.
/** One second, and as much again for a machine that runs other tests beside this. */
const STOP_MS_MAX = 2_000;
const folder = mkdtempSync(join(tmpdir(), 'stop-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const first = join(folder, 'first');
before(async () => {
  const { code, errors } = await runPaper({ home: first, words: ['paper', '--json', '--for', '1s'] });
  assert.equal(code, 0, errors);
});

function freshHome(name: string): string {
  const home = join(folder, name.replaceAll(' ', '-'));
  mkdirSync(home);
  symlinkSync(join(first, 'cache'), join(home, 'cache'));
  return home;
}

interface Stopped extends Ended {
  /** From the signal to the end of the process. */
  readonly tookMs: number;
}

/** Runs until line `number`, then sends each signal after its pause. */
async function stopAtLine(home: string, speed: string, number: number, signals: readonly (readonly [NodeJS.Signals, number])[]): Promise<Stopped> {
  let sent = 0;
  const ended = await runPaper({
    home, words: ['paper', '--json', '--speed', speed, '--at-end', 'wait'],
    onLine(_, line, kill) {
      if (line !== number) return;
      sent = performance.now();
      void (async () => {
        for (const [signal, pauseMs] of signals) {
          await sleep(pauseMs);
          kill(signal);
        }
      })();
    },
  });
  return { ...ended, tookMs: performance.now() - sent };
}

async function digestOf(home: string): Promise<string | undefined> {
  const { code, lines, errors } = await runPaper({ home, words: ['replay', journalOf(home), '--digest'] });
  assert.equal(code, 0, errors);
  return lines[0];
}

/** A clean stop: at once, told, in the journal with the digest that a replay gives, and gone on from. */
async function checkCleanStop(t: TestContext, home: string, { code, signal, lines, errors, tookMs }: Stopped, often = false): Promise<void> {
  assert.equal(errors, '');
  // The last of many signals can meet a process that has stopped and said so, and is only not gone yet.
  assert.ok(code === 0 || (often && signal !== null), `code ${code}, signal ${signal}`);
  assert.ok(tookMs < STOP_MS_MAX, `it took ${tookMs} ms`);
  const last = parseLine(lines.at(-1));
  const record = readJournal(journalOf(home)).records.at(-1);
  assert.deepEqual([last.kind, record], ['stopped', { kind: 'stop', orders: last['orders'], digest: last['digest'] }]);
  assert.equal(await digestOf(home), last['digest']);
  const next = await runPaper({ home, onLine: (_line, _number, kill) => kill() });
  const { kind: _, digest, endOfData, ...stopped } = last;
  assert.deepEqual(parseLine(next.lines[0]), { ...stopped, kind: 'state' });
  t.diagnostic(`ended ${Math.round(tookMs)} ms after the signal, ${String(last['orders'])} orders, digest ${String(digest).slice(0, 8)}, end of data ${String(endOfData)}`);
}

const STOPS: Readonly<Record<string, readonly [string, number, readonly (readonly [NodeJS.Signals, number])[]]>> = {
  'Ctrl-C while it waits for the next minute': ['1', 1, [['SIGINT', 60]]],
  'SIGTERM at thirty minutes a second': ['1800', 12, [['SIGTERM', 0]]],
  'Ctrl-C at full speed, in the middle of trading': ['max', 4_000, [['SIGINT', 0]]],
  'Ctrl-C twice, as npm and a terminal send it': ['max', 900, [['SIGINT', 0], ['SIGINT', 0]]],
  'an impatient person': ['60000', 500, [['SIGINT', 0], ['SIGINT', 5], ['SIGTERM', 5], ['SIGINT', 5], ['SIGINT', 20]]],
};

for (const [name, [speed, line, signals]] of Object.entries(STOPS)) {
  test(`${name}: a clean stop, told and journalled, and gone on from`, async (t) => {
    const home = freshHome(name);
    await checkCleanStop(t, home, await stopAtLine(home, speed, line, signals), signals.length > 1);
  });
}

test('at the end of the data it says so and waits, and Ctrl-C ends it; with --at-end stop it ends by itself', async (t) => {
  const home = freshHome('end');
  const ended = await runPaper({ home, words: ['paper', '--json', '--speed', 'max', '--at-end', 'wait'], onLine: (line, _, kill) => void (line.startsWith('{"kind":"ended"') && kill('SIGINT')) });
  assert.deepEqual(ended.lines.slice(-2).map((line) => parseLine(line).kind), ['ended', 'stopped']);
  await checkCleanStop(t, home, { ...ended, tookMs: 0 });
  const again = await runPaper({ home });
  assert.deepEqual([again.code, again.lines.map((line) => parseLine(line).kind)], [0, ['state', 'stopped']]);
  assert.equal(parseLine(again.lines[1])['endOfData'], true);
});

test('Ctrl-C while it starts, reads the shipped bars or recovers ends it at once and loses nothing', async (t) => {
  const recovering = freshHome('recovering');
  await runPaper({ home: recovering, onLine: (_, number, kill) => void (number === 4_000 && kill()) });
  const journal = readFileSync(journalOf(recovering));
  const ends: Record<string, number> = {};
  for (const delayMs of [30, 90, 160, 240, 340, 480]) {
    const importing = join(folder, `importing-${delayMs}`);
    for (const home of [importing, recovering]) {
      let sent = 0;
      const { code, signal, lines, errors } = await runPaper({
        home, words: ['paper', '--json', '--speed', '1'],
        onStart: (kill) => void setTimeout(() => {
          sent = performance.now();
          kill('SIGINT');
        }, delayMs),
      });
      assert.ok(performance.now() - sent < STOP_MS_MAX);
      assert.equal(errors, '');
      assert.ok(signal === 'SIGINT' || (code === 0 && parseLine(lines.at(-1)).kind === 'stopped'), `code ${code}, signal ${signal}`);
      const what = `${home === importing ? 'importing' : 'recovering'}, ${signal === null ? 'stopped cleanly' : 'ended at once'}`;
      ends[what] = (ends[what] ?? 0) + 1;
    }
    const bytes = readFileSync(journalOf(recovering));
    assert.ok(bytes.subarray(0, journal.length).equals(journal));
    assert.ok(!existsSync(journalOf(importing)) || readJournal(journalOf(importing)).records.length < 20);
  }
  t.diagnostic(JSON.stringify(ends));
  const { lines: told } = await runPaper({ home: recovering, words: ['paper', '--json', '--speed', '1', '--for', '1s'] });
  assert.equal(parseLine(told.at(-1))['digest'], await digestOf(recovering));
  const { code, lines } = await runPaper({ home: join(folder, 'importing-240'), words: ['paper', '--json', '--speed', '1', '--for', '1s'] });
  assert.deepEqual([code, parseLine(lines.at(-1)).kind], [0, 'stopped']);
});
