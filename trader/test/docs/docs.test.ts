import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { COMMON_OPTIONS } from '../../src/app/command.ts';
import { splitName } from '../../src/app/command-line.ts';
import { COMMANDS } from '../../src/app/commands/catalog.ts';
import { parseLine, splitPair } from '../../src/app/options.ts';
import { readParameters, type ParameterSpecs, type ParameterValues } from '../../src/domain/parameters.ts';
import { INDICATORS } from '../../src/indicators/catalog.ts';
import { findStrategy } from '../../src/strategies/catalog.ts';
import { allPages, blocks, inlineCode, ROOT, readPage } from './page.ts';

const PAGES = allPages();

/** Folders of the root, and rooms of trader/src, by which a page may name a file. */
const FOLDERS = /^(\.ci|trader|data|docs|scripts|(domain|ports|indicators|pipeline|simulation|research|analytics|adapters|app)\/[\w./-]*\.ts$)/;
/** What a reader makes by following a page. */
const MADE = /NAME|my-idea|\*|…/;

/** What a text names in backticks as a file or folder of the repository, and is not there. */
function missingFiles(text: string): readonly string[] {
  return inlineCode(text).filter((code) => /^[\w.*-]+\/[\w./*-]*$/.test(code) && FOLDERS.test(code) && !MADE.test(code))
    .filter((file) => ![ROOT, join(ROOT, 'trader/src')].some((base) => existsSync(join(base, file))));
}

test('every file or folder that a page names in backticks exists', () => {
  assert.deepEqual(missingFiles('`trader/src/domain/bar.ts` `pipeline/risks.ts` `docs/nowhere.md` `strategies/NAME`'), ['pipeline/risks.ts', 'docs/nowhere.md']);
  assert.deepEqual(PAGES.flatMap(({ path, text }) => missingFiles(text).map((file) => `${path}: ${file}`)), []);
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(path: string): readonly string[] {
  return readPage(path).split('\n').filter((line) => /^#+ /.test(line))
    .map((line) => line.replace(/^#+ /, '').toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}

test('every link to a heading finds it', () => {
  const links = PAGES.flatMap(({ path, text }) => [...text.matchAll(/\]\(([^)\s#:]*)#([^)\s]+)\)/g)]
    .map((match) => ({ path, page: match[1] === '' ? path : posix.join(posix.dirname(path), match[1] ?? ''), anchor: match[2] ?? '' })));
  assert.ok(links.length > 0);
  assert.deepEqual(links.filter(({ page, anchor }) => !anchors(page).includes(anchor)), []);
});

test('docs/README.md leads to every page of docs', () => {
  const index = readPage('docs/README.md');
  const pages = globSync('*.md', { cwd: join(ROOT, 'docs') }).filter((name) => name !== 'README.md');
  assert.deepEqual(pages.filter((name) => !index.includes(`](${name})`)), []);
});

/** Command lines of a block of shell, continuations joined, comments and what follows a pipe or redirection left out. */
function commandLines(block: string): readonly string[] {
  return block.replace(/\\\n\s*/g, '').split('\n').map((line) => line.trim().replace(/\s+#.*$/, '').replace(/\s[|>&].*$/, ''))
    .filter((line) => line.startsWith('./algotrendy'));
}

/** The words of a command line after the program's name; double quotes hold words together. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '').slice(1);
}

/** What is wrong with a command line that a page shows; undefined when it would be read without a complaint. */
async function faultOf(line: string): Promise<string | undefined> {
  const { name, rest: words } = splitName(wordsOf(line));
  if (name === '' || name === 'help' || words.includes('--help')) return name === '' || name === 'help' || Object.hasOwn(COMMANDS, name) ? undefined : `no command ${name}`;
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) return `no command ${name}`;
  const command = await load();
  try {
    const { positionals } = parseLine({ ...command.options, ...COMMON_OPTIONS }, words);
    const needed = command.positionals.filter(({ optional }) => optional !== true).length;
    if (positionals.length < needed || positionals.length > command.positionals.length) return `takes ${command.usage}`;
    return parameterFault(name, positionals[0], words) ?? dataFault(words);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Described {
  readonly parameters: ParameterSpecs;
  check?(values: ParameterValues): string | undefined;
}

function parameterFault(command: string, name: string | undefined, words: readonly string[]): string | undefined {
  if (name === undefined || name.endsWith('.ts')) return undefined;
  const known: Described | undefined = command === 'indicator' ? INDICATORS.get(name) : ['backtest', 'sweep', 'walkforward', 'montecarlo', 'check', 'verdict', 'passport'].includes(command) ? findStrategy(name) : { parameters: {} };
  if (known === undefined) return `no ${command} of ${name}`;
  const given = words.filter((_, i) => words[i - 1] === '--param').map((pair) => splitPair(pair) as [string, string]);
  const read = readParameters(known.parameters, Object.fromEntries(given));
  return read.ok ? known.check?.(read.value) : read.error.message;
}

/** Shipped files must be there; others are the reader's. */
function dataFault(words: readonly string[]): string | undefined {
  const missing = words.map((word) => word.replace(/^[\w.-]+=/, '')).find((word) => word.startsWith('data/') && !existsSync(join(ROOT, word)));
  return missing === undefined ? undefined : `${missing} does not exist`;
}

/** Lines that a page shows because they are refused. */
const REFUSED = ['./algotrendy backtest macd --bars data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz --param fast=40'];

test('every command line that a page shows is one that the program takes', async () => {
  const lines = PAGES.flatMap(({ path, text }) => blocks(text, 'sh').flatMap(commandLines).map((line) => ({ path, line })));
  assert.ok(lines.length >= 50, `only ${lines.length} were looked at`);
  const faults = [];
  for (const { path, line } of lines) {
    const fault = await faultOf(line);
    if ((fault !== undefined) !== REFUSED.includes(line)) faults.push(`${path}: ${line}: ${fault ?? 'is taken, though the page says that it is refused'}`);
  }
  assert.deepEqual(faults, []);
});

test('a command line with a wrong command, option, parameter or file is found', async () => {
  for (const line of [
    './algotrendy bactest macd', './algotrendy backtest macd --frist 5', './algotrendy backtest macd --param fst=3', './algotrendy data extra',
    './algotrendy backtest madc', './algotrendy paper --speed fast', './algotrendy import data/nothing.csv', './algotrendy replay',
  ]) assert.notEqual(await faultOf(line), undefined, line);
});
