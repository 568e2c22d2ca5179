import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBars } from '../../src/adapters/bars/column-cache.ts';
import { performance } from '../../src/analytics/metrics.ts';
import { tradeStatistics } from '../../src/analytics/trades.ts';
import { backtest } from '../../src/app/wiring/backtest.ts';
import { PaperTrader } from '../../src/app/wiring/paper.ts';
import { runSweep } from '../../src/app/wiring/sweep.ts';
import { finishWalkForward } from '../../src/app/wiring/walkforward.ts';
import { allocateBars } from '../../src/domain/bar.ts';
import { readParameters, type ParameterSpecs } from '../../src/domain/parameters.ts';
import { INDICATORS, type IndicatorDefinition } from '../../src/indicators/catalog.ts';
import { blocks, inlineCode, readPage, ROOT } from './page.ts';

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A hundred bars on which every indicator moves. */
function movingBars() {
  const bars = allocateBars(100);
  for (let i = 0; i < bars.length; i++) {
    const price = 100 + 5 * Math.sin(i);
    bars.timestamp[i] = i * 60_000;
    bars.open[i] = price;
    bars.high[i] = price + 1 + i % 3;
    bars.low[i] = price - 1 - i % 2;
    bars.close[i] = price + i % 2 / 2;
    bars.volume[i] = 10 + i % 5;
  }
  return bars;
}

/** An indicator's line in the table of docs/indicators.md. */
function indicatorRow({ name, parameters, outputs, columns }: IndicatorDefinition): string {
  const defaults = readParameters(parameters, {});
  assert.ok(defaults.ok);
  const first = Math.max(...columns(defaults.value, movingBars()).map((column) => column.findIndex((value) => !Number.isNaN(value)))) + 1;
  return `| \`${name}\` | ${parameterText(parameters)} | ${outputs.map((output) => `\`${output}\``).join(', ')} | ${first} |`;
}

function parameterText(parameters: ParameterSpecs): string {
  return Object.entries(parameters).map(([name, spec]) =>
    `\`${name}\` ${spec.default} (${spec.kind === 'choice' ? [...new Set(spec.choices)].join(', ') : `${spec.min} to ${spec.max}`})`).join(', ') || 'none';
}

test('docs/indicators.md lists the indicators that there are, with their parameters, columns and warm-up', () => {
  const page = readPage('docs/indicators.md');
  const [table = '', definitions = ''] = page.split('## Definitions');
  assert.deepEqual(table.split('\n').filter((line) => line.startsWith('| `')), [...INDICATORS.values()].map(indicatorRow));
  const defined = definitions.split('\n').flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map((match) => match[1]));
  assert.deepEqual(defined.toSorted(), [...INDICATORS.keys()].toSorted());
});

test('docs/metrics.md has every figure', () => {
  const figures = Object.keys(performance({ dailyEquity: [1, 1], maxDrawdown: 0, trades: tradeStatistics([]), periodsPerYear: 365 }));
  const named = inlineCode(readPage('docs/metrics.md'));
  assert.deepEqual(figures.filter((figure) => !named.includes(figure)), []);
});

test('docs/backtesting.md, docs/sweeps.md and docs/walk-forward.md explain every name in the JSON', () => inFolder(async (home) => {
  const request = {
    strategy: 'moving-average-cross', bars: [{ instrument: undefined, file: join(ROOT, 'data/spy.csv.gz') }], intervalMs: undefined, from: undefined, to: undefined,
    first: 100, parameters: {}, cash: '100000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open', sizing: { kind: 'units', units: '1' }, venue: undefined, strict: false,
  } as const;
  const pages = ['docs/backtesting.md', 'docs/sweeps.md', 'docs/walk-forward.md'].map((path) => inlineCode(readPage(path)));
  const run = await backtest(request, { home });
  const sweep = await runSweep({ ...request, fresh: false, axes: [{ name: 'fast', values: [10, 20] }], workers: 1, top: 1 }, { home });
  const plan = { windows: 2, train: undefined, test: undefined, anchored: false, purge: 0 };
  const walk = await finishWalkForward({ ...request, fresh: false, axes: [{ name: 'fast', values: [10, 20] }], workers: 1, plan, objective: 'net' }, { home });
  const unexplained = (names: readonly string[], explained: readonly string[]) => names.filter((name) => !explained.includes(name));
  assert.deepEqual(unexplained(Object.keys(run), pages[0] ?? []), []);
  assert.deepEqual(unexplained(Object.keys(sweep), pages.slice(0, 2).flat()), []);
  assert.deepEqual(unexplained(Object.keys(walk.report), pages.flat()), []);
}));

test('docs/first-strategy.md shows the whole of a strategy that ships', () => {
  const [shown] = blocks(readPage('docs/first-strategy.md'), 'ts');
  assert.equal(shown, readFileSync(join(ROOT, 'trader/src/strategies/moving-average-cross/moving-average-cross.ts'), 'utf8'));
});

/** Ids, digests and checksums hash the whole setup and say nothing by themselves. */
function withoutHashes(line: string): string {
  return line.replace(/^[0-9a-f]{8} /, '').replace(/"[0-9a-f]{32,64}"/g, '""');
}

/** A paper run of ten hours with every kind of command, as its journal. */
function journalLines(): Promise<readonly string[]> {
  return inFolder(async (home) => {
    const trader = await PaperTrader.open(home, undefined, false, { onFill() {}, onDenial() {}, onOrder() {} });
    for (let moment = 0; moment < 600; moment++) trader.step();
    trader.command({ kind: 'halt', reason: 'halt key' });
    trader.command({ kind: 'resume' });
    trader.step();
    trader.command({ kind: 'flatten', reason: 'news at 14:30' });
    for (let moment = 0; moment < 2; moment++) trader.step();
    await trader.stop();
    return readFileSync(join(home, 'paper', 'journal.jsonl'), 'utf8').trim().split('\n').map(withoutHashes);
  });
}

test('the journal records that pages show are those of a run, and docs/risk.md has its limits', async () => {
  const run = await journalLines();
  for (const page of ['docs/journal.md', 'docs/risk.md']) {
    const shown = blocks(readPage(page), 'json').flatMap((block) => block.trim().split('\n'));
    assert.ok(shown.length > 0, page);
    for (const line of shown) assert.ok(run.includes(withoutHashes(line)), `${page} shows what no run writes: ${line}`);
  }
  const { setup } = JSON.parse(run[0]) as { setup: { limits: Record<string, number | readonly { readonly name: string; readonly maxExposure: number }[]> } };
  const cells = inlineCode(readPage('docs/risk.md'));
  const rows = readPage('docs/risk.md').split('\n');
  for (const [name, given] of Object.entries(setup.limits)) {
    const limit = typeof given === 'number' ? given : given.map((group) => `${group.name} ${group.maxExposure}`).join(', ');
    assert.ok(cells.includes(name) && rows.some((row) => row.endsWith(`\`${name}\` ${limit} |`)), `docs/risk.md should have a row that ends with: \`${name}\` ${limit} |`);
  }
});

const HEADER = 'timestamp,open,high,low,close,volume';
const BAR = '1704067200000,10,11,9,10,5';

/** Faults of a file, each as its lines. */
const FAULTS: readonly (readonly string[])[] = [
  [HEADER, BAR, '1704067320000,10,11,9,10,5', '1704067260000,10,11,9,10,5'],
  [HEADER, BAR, BAR],
  [HEADER, '1704067200000,10,11,9,abc,5'],
  [HEADER, '1704067200000,10,11,9,,5'],
  [HEADER, '1704067200000,-10,11,-11,10,5'],
  [HEADER, '1704067200000,10,8,9,10,5'],
  [HEADER, '1704067200000,12,11,9,10,5'],
  [HEADER, '1704067200000,10,11,9,10,-5'],
  [HEADER, '1704067200,10,11,9,10,5', '1704067260000,10,11,9,10,5'],
  ['time,o,h,l,c', '1704067200000,10,11,9,10'],
  [`${HEADER},close`, `${BAR},6`],
  [HEADER, BAR, '1704067260000,10,11'],
  [HEADER, `${BAR},7`],
  [HEADER, BAR, '', '1704067260000,10,11,9,10,5'],
  [HEADER],
  [],
];

test('docs/data.md quotes the messages that faulty files bring', () => inFolder(async (folder) => {
  const quoted = inlineCode(readPage('docs/data.md'));
  const file = join(folder, 'bad.csv');
  for (const lines of FAULTS) {
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    const message = await openBars(file, { home: folder }).then(() => 'none', (error: Error) => error.message.replace(file, 'bad.csv'));
    assert.ok(quoted.includes(message), `docs/data.md does not quote: ${message}`);
  }
}));
