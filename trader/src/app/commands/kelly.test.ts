import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { KellyRow } from '../../research/kelly-monte-carlo.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'kelly-command-'));
after(() => rmSync(home, { recursive: true, force: true }));

function run(...words: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'], ALGOTRENDY_HOME: home } });
}

const FEW = ['--paths', '200', '--fractions', '0.1,0.5'];

test('kelly prints a row for each fraction, the largest first, whose rules they are, and draws them', () => {
  const picture = join(home, 'kelly.svg');
  const { status, stdout, stderr } = run('kelly', ...FEW, '--picture', picture);
  assert.equal(status, 0, stderr);
  assert.deepEqual(stdout.split('\n').slice(1, 3).map((line) => line.trim().split(' ')[0]), ['0.50', '0.10']);
  assert.ok(stdout.includes('FTMO 2-Step Challenge (ftmo_2026-11-21.json)'));
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80 || line.startsWith('Picture'), line);
  assert.ok(readFileSync(picture, 'utf8').includes('FTMO 2-Step Challenge, true Sharpe ratio 1.5'));
});

test('kelly --json gives what was drawn and every row, and the same again', () => {
  const [first, again] = [0, 1].map(() => run('kelly', ...FEW, '--seed', '5', '--json').stdout);
  assert.equal(first, again);
  const { rules, file, seed, rows } = JSON.parse(first) as { rules: string; file: string; seed: number; rows: readonly KellyRow[] };
  assert.deepEqual([rules, file, seed, rows.map(({ fraction }) => fraction)], ['FTMO 2-Step Challenge', 'ftmo_2026-11-21.json', 5, [0.5, 0.1]]);
  for (const { known } of rows) assert.ok(Math.abs(known.pass + known.failDaily + known.failTotal + known.unfinished - 1) < 1e-9);
});

test('kelly and limits refuse what cannot be, and say what can', () => {
  for (const [words, said] of [
    [['kelly', '--fractions', '0.1,3'], /0\.001 to 2/], [['kelly', '--sharpe', '-1'], /--sharpe takes/], [['kelly', '--prop-firm', 'ftmo-swing'], /no target/], [['kelly', '--prop-firm', 'ftmo'], /no rules of a prop firm/],
    [['limits'], /no run to look at/],
  ] as const) {
    const { status, stderr } = run(...words);
    assert.equal(status, 2, words.join(' '));
    assert.match(stderr, said);
  }
});
