import { BACKTEST_OPTIONS, readBacktestRequest, REPORT_OPTION } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { readInteger, value, withDefault } from '../options.ts';
import { readVenueModels, VENUE_MODELS } from '../venue-model-options.ts';
import { GRID_OPTIONS } from './sweep.ts';

/** Says whether a strategy is ready, line by line, with reasons. */
export const verdictCommand = defineCommand({
  name: 'verdict',
  group: 'Research',
  summary: 'say whether a strategy is ready, line by line, and what to do next',
  usage: 'STRATEGY --bars FILE [options]',
  examples: [
    'verdict macd --bars data/binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz --interval 4h',
    'verdict bollinger --bars data/binance-spot_BTCUSDT_1h_20220801-20231231.csv.gz --param rule=reversion --json',
    'verdict macd --bars bars.parquet --report macd.html',
    'verdict bollinger --bars bars.parquet --venue binance-usdm --slippage spread:2 --latency 250',
    'verdict ./my-strategy.ts --bars bars.csv --grid fast=5:20:5 --grid slow=30:90:20',
  ],
  positionals: [{ name: 'STRATEGY', help: 'a name that ./algotrendy strategies lists, or the path of a .ts file' }],
  options: {
    ...BACKTEST_OPTIONS,
    ...VENUE_MODELS,
    bars: GRID_OPTIONS.bars,
    grid: { ...GRID_OPTIONS.grid, help: 'what the walk-forward chooses among; where none is given, the first three numbers from half to twice their value' },
    workers: GRID_OPTIONS.workers,
    windows: withDefault(value('N', 'windows of the walk-forward', readInteger(2)), '12'),
    seed: withDefault(value('N', 'where random numbers begin: the same seed gives the same verdict', readInteger(0)), '1'),
    ...REPORT_OPTION,
  },
  notes: [
    'It checks for look-ahead and warm-up, walks forward, deflates by all trials on record, looks for overfitting, asks random entries and shuffled bars, reckons what cost and account size the strategy bears, and holds the account against the limits of FTMO. Each line is PASS, WARN or FAIL with its reason; N/A cannot be measured and is no pass. docs/verdict.md has every gate and its source.',
    'Nothing is tuned to pass. The combinations of the walk-forward are recorded as trials, as those of a sweep are; the run of the strategy as given is kept. The exit code is 0 whatever the verdict; `ready` in the JSON says it.',
  ],
  async run({ positionals, options, words, config, terminal, json }) {
    const writeReport = options.report === undefined ? undefined : (await import('../wiring/report-file.ts')).reportFile(options.report);
    const request = { ...readBacktestRequest(positionals[0], options), models: readVenueModels(options), axes: options.grid, workers: options.workers, windows: options.windows, seed: options.seed };
    const { verdict } = await import('../wiring/verdict.ts');
    const progress = terminal.phases();
    const report = await verdict(request, {
      home: config.home, onProgress: (what, fraction) => progress.update(what, fraction),
      onSilence(sentence) {
        progress.close();
        terminal.note(sentence);
      },
    }).finally(() => progress.close());
    if (writeReport) {
      const { verdictPage } = await import('../wiring/verdict-page.ts');
      writeReport(await verdictPage(report, request, words, config.home));
    }
    if (json) {
      terminal.printJson(report);
      return 'ok';
    }
    const { renderVerdict } = await import('../terminal/verdict-report.ts');
    terminal.print(...renderVerdict(report, terminal.columns, terminal.style));
    if (options.report !== undefined) terminal.print(`Report: ${terminal.style.accent(options.report)}`);
    return 'ok';
  },
});
