import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { COMMON_OPTIONS } from './command.ts';
import { COMMANDS, loadCommands } from './commands/catalog.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { splitName } from './command-line.ts';
import { commandHelp, overview } from './help.ts';
import { parseLine } from './options.ts';
import { closest } from './suggestion.ts';
import { PLAIN_STYLE } from './terminal/style.ts';

const MAIN = fileURLToPath(new URL('main.mjs', import.meta.url));
const DOCS = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const commands = await loadCommands();

/** Runs the program as a person does; the environment holds nothing of ours. */
function run(words: readonly string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...words], {
    encoding: 'utf8', env: { PATH: process.env['PATH'], ...environment },
  });
  return { status, stdout, stderr };
}

test('every command is found under its name and shows an example in its help', () => {
  assert.deepEqual(commands.map(({ name }) => name), Object.keys(COMMANDS));
  for (const command of commands) {
    const help = commandHelp(command, PLAIN_STYLE, 100).join('\n');
    assert.match(help, new RegExp(`Examples?\\n {2}\\./algotrendy ${command.name}`));
    for (const name of Object.keys({ ...command.options, ...COMMON_OPTIONS })) assert.ok(help.includes(`--${name}`), `${command.name} --${name}`);
  }
});

test('every example is a command line that its command understands', () => {
  for (const command of commands) {
    for (const example of command.examples) {
      const words = (example.replace(/ [|>].*$/, '').match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      const { name, rest } = splitName(words);
      assert.equal(name, command.name);
      const { positionals } = parseLine({ ...command.options, ...COMMON_OPTIONS }, rest);
      assert.ok(positionals.length <= command.positionals.length, example);
    }
  }
});

test('the overview names every command', () => {
  const text = overview(commands, PLAIN_STYLE, 80).join('\n');
  for (const { name } of commands) assert.match(text, new RegExp(`^ {2}${name} `, 'm'));
  for (const line of text.split('\n')) assert.ok(line.length <= 125, line);
});

test('docs/cli.md has a section for every command with all its options, and no others', () => {
  const sections = new Map(DOCS.split(/^### /m).slice(1).map((section) => [section.slice(0, section.indexOf('\n')).trim(), section]));
  assert.deepEqual([...sections.keys()].sort(), commands.map(({ name }) => name).sort());
  for (const { name, options } of commands) {
    const documented = [...(sections.get(name) ?? '').matchAll(/^\| `--([a-z-]+)/gm)].map((match) => match[1]);
    assert.deepEqual(documented.sort(), Object.keys(options).sort(), `options of ${name}`);
  }
});

test('docs/cli.md lists the exit codes that the program has', () => {
  const documented = Object.fromEntries([...DOCS.matchAll(/^\| (\d+) \| `([a-z-]+)` \|/gm)].map((match) => [match[2], Number(match[1])]));
  assert.deepEqual(documented, EXIT_CODES);
});

test('a misspelt word is taken for the nearest, and a strange one for none', () => {
  assert.equal(closest('backtset', Object.keys(COMMANDS)), 'backtest');
  assert.equal(closest('docter', Object.keys(COMMANDS)), 'doctor');
  assert.equal(closest('xyzzy', Object.keys(COMMANDS)), undefined);
});

test('without a command the overview is printed, and --help explains one command', () => {
  assert.equal(run([]).status, 0);
  assert.match(run([]).stdout, /^AlgoTrendy {2}/);
  assert.match(run(['backtest', '--nonsense', '--help']).stdout, /Usage {2}\.\/algotrendy backtest STRATEGY/);
  assert.equal(run(['help', 'backtest']).stdout, run(['backtest', '-h']).stdout);
});

test('a wrong command line exits with 2 and says what to do, without a stack', () => {
  const { status, stdout, stderr } = run(['backtst']);
  assert.equal(status, EXIT_CODES.usage);
  assert.equal(stdout, '');
  assert.equal(stderr, 'algotrendy: unknown command "backtst"\n  What to do: Did you mean backtest?\n');
  assert.match(run(['backtest']).stderr, /backtest needs STRATEGY/);
  assert.match(run(['version', 'now']).stderr, /does not know what to do with "now"/);
  assert.equal(run(['backtest', 'macd', '--frist', '1']).stderr, 'algotrendy: unknown option --frist\n  What to do: Did you mean --first?\n');
});

test('with --json an error is one object on standard output too', () => {
  const { status, stdout } = run(['backtest', 'macd', '--json']);
  assert.equal(status, 2);
  assert.deepEqual(JSON.parse(stdout), {
    error: { code: 'usage', message: 'no bars are given', hint: 'Add --bars FILE; ./algotrendy data lists what is stored.' },
  });
});

test('an unknown setting in the environment is refused before anything is done', () => {
  const { status, stderr } = run(['version'], { ALGOTRENDY_HOEM: '/tmp' });
  assert.equal(status, 2);
  assert.match(stderr, /unknown setting ALGOTRENDY_HOEM in the environment\n {2}What to do: Did you mean ALGOTRENDY_HOME\?/);
});

test('version says what runs', () => {
  const { status, stdout } = run(['version', '--json']);
  assert.equal(status, 0);
  assert.equal((JSON.parse(stdout) as { node: string }).node, process.versions.node);
});

test('a file that is not there exits with 3 and is named', () => {
  const { status, stderr } = run(['indicator', 'sma', '--bars', '/nowhere/bars.csv']);
  assert.equal(status, EXIT_CODES['bad-data']);
  assert.match(stderr, /\/nowhere\/bars\.csv/);
});

test('a strategy that ends the program does not pass for a command that is done', () => {
  const folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  try {
    const file = join(folder, 'leaves.ts');
    writeFileSync(file, `export const strategy = { name: 'leaves', summary: 'A test.', parameters: {}, warmup: () => 0, create: () => ({ onBar() { process.exit(0); } }) };`);
    const bars = fileURLToPath(new URL('../../../data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz', import.meta.url));
    const { status, stdout, stderr } = run(['backtest', file, '--bars', bars, '--first', '100'], { ALGOTRENDY_HOME: join(folder, 'home') });
    assert.deepEqual([status, stdout], [EXIT_CODES.failure, '']);
    assert.match(stderr, /the strategy ended the program before the command was done\n {2}What to do: Take process\.exit out/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file of funding rates that is not there is named, with the option', () => {
  const bars = fileURLToPath(new URL('../../../data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz', import.meta.url));
  const { status, stderr } = run(['backtest', 'macd', '--bars', `BTC-USDT-PERP.BINANCE=${bars}`, '--first', '100', '--venue', 'binance-usdm', '--funding', 'nofile.csv'], { ALGOTRENDY_HOME: mkdtempSync(join(tmpdir(), 'command-line-')) });
  assert.equal(status, EXIT_CODES['bad-data']);
  assert.match(stderr, /the funding rates cannot be read: ENOENT.*nofile\.csv.*\n {2}Where: --funding\n {2}What to do: /);
});

test('what a file holds cannot command the terminal that its fault is shown on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  try {
    const file = join(folder, 'hostile.csv');
    writeFileSync(file, 'timestamp,open,high,low,close,volume\n1700000000000,1,1,1,\u001b]0;owned\u0007\u001b[2J,1\n');
    const { status, stderr } = run(['import', file], { ALGOTRENDY_HOME: join(folder, 'home') });
    assert.equal(status, EXIT_CODES['bad-data']);
    assert.match(stderr, /field close: "\ufffd]0;owned\ufffd/);
    assert.equal(stderr.includes('\u001b'), false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
