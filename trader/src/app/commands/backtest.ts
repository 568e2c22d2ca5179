import { BACKTEST_OPTIONS, readBacktestRequest, REPORT_OPTION } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';
import { readVenueModels, VENUE_MODEL_OPTIONS } from '../venue-model-options.ts';
import type { BacktestRequest } from '../wiring/backtest-request.ts';
import { choosePropFirmSetup, PROP_FIRM_OPTIONS } from '../wiring/prop-firm.ts';
import type { FinishedBacktest } from '../wiring/backtest.ts';
import type { StoredRun } from '../wiring/run-store.ts';

/** Runs one strategy over bars and prints what it made of them. */
export const backtestCommand = defineCommand({
  name: 'backtest',
  group: 'Research',
  summary: 'run a strategy over bars from files or the store',
  usage: 'STRATEGY --bars FILE [options]',
  examples: [
    'backtest macd --bars data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz --interval 1h',
    'backtest macd --bars bars.parquet --param fast=8 --param slow=21 --fee-bps 5 --json',
    'backtest bollinger --bars BTC=btc.csv.gz --bars ETH=eth.csv.gz --sizing fraction:0.4',
    'backtest bollinger --bars bars.parquet --slippage impact:1 --latency lognormal:80,0.5 --volume-share 5% --bounds',
    'backtest bollinger --bars bars.parquet --prop-firm ftmo-challenge --sizing fraction:0.2',
    'backtest bollinger --bars bars.parquet --report bollinger.html',
    'backtest ./my-strategy.ts --bars bars.csv --from 2024-01-01 --to 2024-07-01',
  ],
  positionals: [{ name: 'STRATEGY', help: 'a name that ./algotrendy strategies lists, or the path of a .ts file' }],
  options: { ...BACKTEST_OPTIONS, ...VENUE_MODEL_OPTIONS, ...PROP_FIRM_OPTIONS, ...REPORT_OPTION },
  notes: [
    'Without --venue, --slippage, --latency and --volume-share every order fills whole, with no rounding and no minimum: the plain profile. Times are UTC; a bar is named by its opening.',
    'Every run is kept under a short id, `run` in the JSON (null where the state folder cannot be written): runs lists them, compare sets two side by side, explain tells why a trade was made.',
  ],
  async run({ positionals, options, words, config, terminal, json }) {
    if (options.bounds && options['fill-policy'] === 'optimistic') throw new Refusal('usage', '--bounds shows the optimistic policy beside the pessimistic one; leave --fill-policy away');
    const request = { ...readBacktestRequest(positionals[0], options), models: readVenueModels(options), propFirm: choosePropFirmSetup(options) };
    const writeReport = options.report === undefined ? undefined : (await import('../wiring/report-file.ts')).reportFile(options.report);
    const { finishBacktest, optimisticBound } = await import('../wiring/backtest.ts');
    const { keepRun, runOf } = await import('../wiring/run-store.ts');
    const { recordBacktest } = await import('../wiring/trial-store.ts');
    const started = performance.now();
    const progress = terminal.phases();
    const context = { home: config.home, onProgress: (what: 'load' | 'run', fraction: number) => progress.update(what === 'load' ? 'Reading bars' : 'Running', fraction) };
    const finished = await finishBacktest(request, { ...context, detailed: writeReport !== undefined, followed: options.bounds }).finally(() => progress.close());
    const report = options.bounds ? { ...finished.report, optimistic: await optimisticBound(request, { home: config.home }) } : finished.report;
    const run = runOf(request, finished);
    const notKept = keepRun(config.home, run);
    if (notKept !== undefined) terminal.note(notKept);
    const notCounted = recordBacktest(config.home, request.strategy, finished);
    if (notCounted !== undefined) terminal.note(notCounted);
    if (writeReport) writeReport(await backtestPage(finished, request, run, words));
    if (json) {
      terminal.printJson({ ...report, run: notKept === undefined ? run.id : null });
      return 'ok';
    }
    const { renderBacktest } = await import('../terminal/backtest-report.ts');
    terminal.print(...renderBacktest(report, { columns: terminal.columns, style: terminal.style, wallMs: performance.now() - started }));
    if (notKept === undefined) terminal.print('', `Kept as run ${terminal.style.accent(run.id)}: ./algotrendy runs`);
    if (options.report !== undefined) terminal.print(`Report: ${terminal.style.accent(options.report)}`);
    return 'ok';
  },
});

async function backtestPage(finished: FinishedBacktest, request: BacktestRequest, run: StoredRun, words: readonly string[]): Promise<string> {
  const { backtestSheet, commandText } = await import('../wiring/run-sheet.ts');
  const { renderTearSheet } = await import('../../analytics/tear-sheet/tear-sheet.ts');
  return renderTearSheet(backtestSheet(finished, request, run, commandText(words)));
}
