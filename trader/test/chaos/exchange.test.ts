import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ChaosReport } from '../../src/app/wiring/chaos.ts';
import { runExchangeTrial } from '../../src/research/exchange-chaos.ts';
import { INVARIANTS } from '../../src/research/exchange-judge.ts';
import { MUTANTS } from '../../src/research/exchange-mutants.ts';
import { countTrial, emptyTally, mergeTally } from '../../src/research/exchange-tally.ts';
import { ROOT } from '../command-line.ts';

const SEEDS = 500;
const SEEDS_BY_HAND = 150;
/** Every planted bug is found within so many seeds from the first. */
const SEEDS_TO_FIND = 25;

function chaos(...words: readonly string[]) {
  return spawnSync(process.execPath, [join(ROOT, 'trader/src/app/main.ts'), 'chaos', ...words], { cwd: ROOT, encoding: 'utf8' });
}

test(`an exchange that lies makes us do nothing wrong in ${SEEDS} seeds, with every fault and every death among them`, () => {
  const { status, stdout, stderr } = chaos('exchange', '--seeds', `1:${SEEDS}`, '--workers', '2', '--json');
  assert.equal(status, 0, stderr);
  const report = JSON.parse(stdout) as ChaosReport;
  assert.deepEqual([report.seeds, report.workers, report.failures], [SEEDS, 2, []]);
  assert.deepEqual(report.violations, Object.fromEntries(Object.keys(INVARIANTS).map((name) => [name, 0])));
  const neverSeen = (counts: Readonly<Record<string, number>>) => Object.entries(counts).filter(([, count]) => count === 0).map(([name]) => name);
  assert.deepEqual([...neverSeen(report.faults), ...neverSeen(report.crashes)], []);
  assert.ok(report.intents > 15 * SEEDS && report.fills > 20 * SEEDS && report.lost > 0 && report.powerCuts > 0);
});

for (const [name, mutant] of Object.entries(MUTANTS)) {
  test(`the bug is found that ${mutant.summary}: ${name}`, async () => {
    for (let seed = 1; seed <= SEEDS_TO_FIND; seed++) {
      if ((await runExchangeTrial(seed, mutant)).violations.length > 0) return;
    }
    assert.fail(`not found in ${SEEDS_TO_FIND} seeds`);
  });
}

test('a planted bug shows under every invariant', async () => {
  const tally = emptyTally();
  for (const mutant of [MUTANTS['resend-on-timeout'], MUTANTS['both-exits'], MUTANTS['new-ids-after-restart']]) {
    for (let seed = 1; seed <= SEEDS_TO_FIND; seed++) countTrial(tally, await runExchangeTrial(seed, mutant));
  }
  assert.deepEqual(Object.entries(tally.violations).filter(([, count]) => count === 0), []);
});

test('a seed gives the same run to the last line of its story', async () => {
  for (const seed of [3, 64]) {
    const tell = async () => {
      const lines: string[] = [];
      const result = await runExchangeTrial(seed, undefined, (at, who, text) => void lines.push(`${at} ${who} ${text}`));
      return { lines, result };
    };
    const first = await tell();
    assert.ok(first.lines.length > 100);
    assert.deepEqual(await tell(), first);
    assert.deepEqual(await runExchangeTrial(seed), first.result);
  }
});

test('tallies of parts add up to that of the whole', async () => {
  const [whole, merged] = [emptyTally(), emptyTally()];
  for (const seed of [1, 2, 3, 4]) {
    const [part, result] = [emptyTally(), await runExchangeTrial(seed, MUTANTS['book-repeated-fills'])];
    countTrial(whole, result);
    countTrial(part, result);
    mergeTally(merged, part);
  }
  assert.deepEqual(merged, whole);
  assert.equal(whole.failed, 4);
});

test('the command says 1 where something does not hold, and 2 where it is asked for what is not there', () => {
  const broken = chaos('exchange', '--seeds', '1:5', '--mutant', 'resend-on-timeout');
  assert.equal(broken.status, 1);
  assert.match(broken.stdout, /the bug/);
  assert.equal(chaos('exchange', '--seeds', '9:1').status, 2);
  assert.equal(chaos('weather').status, 2);
});

test('a seed that is traced tells what happened on both sides', () => {
  const { status, stdout } = chaos('exchange', '--trace', '64');
  assert.equal(status, 0);
  for (const words of [/ us {5}sends /, / venue {2}takes /, / venue {2}fills /, /power cut/, /everything holds/]) assert.match(stdout, words);
});

test('nor does it where a person writes orders beside the strategies, at market and with limits, with exits, amended and taken back', async () => {
  const tally = emptyTally();
  for (let seed = 1; seed <= SEEDS_BY_HAND; seed++) countTrial(tally, await runExchangeTrial(seed, undefined, undefined, true));
  assert.deepEqual(tally.failures, []);
  assert.ok(tally.orders > 30 * SEEDS_BY_HAND);
});
