import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT } from '../command-line.ts';
import { blocks, readPage } from './page.ts';

// The pages that a newcomer follows first, followed to the letter.
const folder = mkdtempSync(join(tmpdir(), 'first-strategy-'));
after(() => rmSync(folder, { recursive: true }));

const PAGE = readPage('docs/first-strategy.md');
const CODE = join(folder, 'my-idea/my-idea.ts');
const TEST = join(folder, 'my-idea/my-idea.test.ts');
const [, band = '', create = '', constructor = '', rule = '', held = '', targets = '', expected = ''] = blocks(PAGE, 'ts');

function node(...words: readonly string[]) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...words], { cwd: ROOT, encoding: 'utf8', env: { ...env, ALGOTRENDY_HOME: join(folder, 'home') } });
  return { status, stdout, stderr };
}

/** What a command of `./algotrendy` prints. */
function algotrendy(command: string): string {
  const { status, stdout, stderr } = node(join(ROOT, 'trader/src/app/main.mjs'), ...command.split(' '));
  assert.equal(status, 0, stderr);
  return stdout;
}

/** The backtest that the page asks for, of the strategy as it is now. */
function backtest(...options: readonly string[]): string {
  return algotrendy(['backtest', CODE, '--bars', 'data/binance-spot_BTCUSDT_1h_20220801-20231231.csv.gz', ...options].join(' '));
}

/** A figure of a report. */
function figure(name: string, report: string): string {
  const [, text] = new RegExp(`^ {2}${name} +([\\d,.]+)`, 'm').exec(report) ?? [];
  assert.ok(text !== undefined, `no ${name} in ${report}`);
  return text;
}

/** Replaces the one place of a file that is like this. */
function change(file: string, place: RegExp, text: string): void {
  const before = readFileSync(file, 'utf8');
  assert.match(before, place);
  writeFileSync(file, before.replace(place, () => text));
}

before(() => { algotrendy(`new strategy my-idea --dir ${folder}`); });

test('what docs/first-strategy.md shows of the new strategy is what it prints', () => {
  const [shown = ''] = blocks(PAGE, 'text');
  assert.ok(backtest().includes(shown), backtest());
  assert.equal(node('--test', TEST).status, 0);
});

test('its change of the rule brings what it says, and its test fails until it is changed too', () => {
  const old = figure('Final equity', backtest());
  change(CODE, /(?<= {2}stop: number\(.*\n)/, band);
  change(CODE, / {2}create: .*\n/, create);
  change(CODE, / {2}constructor[^]*?\n {2}\}\n/, constructor);
  change(CODE, / {4}if \(bar\.close[^]*?\n {4}\}\n/, rule);
  const changed = backtest();
  const said = `makes ${figure('Trades', changed)} trades and ends at ${figure('Final equity', changed)}`;
  assert.ok(PAGE.includes(said), said);
  assert.equal(figure('Final equity', backtest('--param', 'band=0')), old, 'band=0 gives the old result again');

  assert.notEqual(node('--test', TEST).status, 0);
  change(TEST, / {2}const held = .*\n/, held);
  change(TEST, / {2}const targets = .*\n/, targets);
  change(TEST, / {2}assert\.deepEqual\(targets.*\n/, expected);
  assert.equal(node('--test', TEST).status, 0);
});

test('what docs/backtesting.md shows is what its first command prints', () => {
  const page = readPage('docs/backtesting.md');
  const command = /^\.\/algotrendy (backtest .*)$/m.exec(blocks(page, 'sh')[0] ?? '')?.[1] ?? '';
  const [shown = ''] = blocks(page, 'text');
  assert.ok(algotrendy(command).includes(shown), algotrendy(command));
});
