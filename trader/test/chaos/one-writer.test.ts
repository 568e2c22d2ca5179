import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseLine, runPaper, type Ended } from './paper-process.ts';
import { journalOf } from './small-run.ts';

const home = mkdtempSync(join(tmpdir(), 'one-writer-'));
after(() => rmSync(home, { recursive: true, force: true }));

function checkRefused({ code, lines, errors }: Ended): void {
  assert.equal(code, 4);
  assert.match(errors, /^algotrendy: another process is trading on this state\n {2}Where: .*paper\n {2}What to do: .*\n$/);
  assert.deepEqual(lines.map((line) => (parseLine(line)['error'] as { code: string }).code), ['busy']);
}

/** Waits for line number `number` of a process that is started now; how many minutes it has told, and how to end it. */
async function startUntil(number: number): Promise<{ readonly ended: Promise<Ended>; kill(signal?: NodeJS.Signals): void; seen(): number }> {
  let seen = 0;
  let kill: (signal?: NodeJS.Signals) => void = () => {};
  let ended: Promise<Ended> | undefined;
  await new Promise<void>((resolve) => {
    ended = runPaper({
      home, words: ['paper', '--json', '--speed', '6000'],
      onStart: (end) => void (kill = end),
      onLine(text, line) {
        if (parseLine(text)['kind'] === 'minute') seen += 1;
        if (line === number) resolve();
      },
    });
    void ended.then(() => resolve());
  });
  return { ended: ended as Promise<Ended>, kill, seen: () => seen };
}

test('a second process on one store is refused with exit code 4 and does not disturb the first; when that is killed the next one starts at once', async () => {
  const first = await startUntil(40);
  for (const words of [['--for', '2s'], ['--for', '2s', '--fresh', '--cash', '5000']]) checkRefused(await runPaper({ home, words: ['paper', '--json', ...words] }));
  const replayed = await runPaper({ home, words: ['replay', journalOf(home), '--json'] });
  assert.deepEqual([replayed.code, replayed.errors], [0, ''], 'who only reads is welcome');
  const seen = first.seen();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(first.seen() > seen, 'the first trades on');
  first.kill();
  const { signal, errors } = await first.ended;
  assert.deepEqual([signal, errors], ['SIGKILL', '']);

  const killed = readFileSync(journalOf(home));
  const started = performance.now();
  const second = await startUntil(1);
  assert.ok(performance.now() - started < 2_000);
  second.kill('SIGINT');
  const { code, lines } = await second.ended;
  assert.equal(code, 0);
  assert.ok(Number(parseLine(lines[0])['equityPoints']) >= seen);
  assert.ok(readFileSync(journalOf(home)).subarray(0, killed.length).equals(killed));
});

test('of eight that start at once, one trades', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => runPaper({ home, words: ['paper', '--json', '--speed', '1', '--for', '8s'] })));
  const traded = all.filter(({ code }) => code === 0);
  assert.equal(traded.length, 1);
  for (const other of all) if (other.code !== 0) checkRefused(other);
});
