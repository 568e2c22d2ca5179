import { BACKTEST_OPTIONS, readSources } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { readInteger, value, withDefault } from '../options.ts';

const { bars, instrument, interval, from, to, first, param, series, strict } = BACKTEST_OPTIONS;

/** Finds out whether a strategy decides by what it could not have known. */
export const checkCommand = defineCommand({
  name: 'check',
  group: 'Research',
  summary: 'catch a strategy that looks ahead, cheats, or needs more bars than it says',
  usage: 'STRATEGY --bars FILE [options]',
  examples: [
    'check macd --bars data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz --interval 1h',
    'check ./my-strategy.ts --bars bars.csv --json',
  ],
  positionals: [{ name: 'STRATEGY', help: 'a name that ./algotrendy strategies lists, or the path of a .ts file' }],
  options: {
    bars, instrument, interval, from, to, first, param, series, strict,
    seed: withDefault(value('N', 'decides where the future is cut off and where the strategy is begun', readInteger(0)), '1'),
    places: withDefault(value('N', 'at how many places each is done', readInteger(1)), '32'),
  },
  notes: [
    'The strategy is run alone, bar by bar, again and again: twice alike; with the future cut off and with another future; on invented prices; and begun in the middle. While it runs, files, the network, the clock and chance are watched. docs/check.md says what each line proves and what it cannot.',
    'At most 200,000 bars of each source are looked at. The exit code is 1 where a line is FAIL; WARN and N/A do not change it, and N/A is no pass.',
  ],
  async run({ positionals, options, config, terminal, json }) {
    const { check } = await import('../wiring/check.ts');
    const progress = terminal.phases();
    const report = await check({
      strategy: positionals[0], bars: readSources(options.bars, options.instrument), intervalMs: options.interval, from: options.from, to: options.to,
      first: options.first, parameters: options.param, series: options.series, strict: options.strict, seed: options.seed, places: options.places,
    }, { home: config.home, onProgress: (fraction) => progress.update('Checking', fraction) }).finally(() => progress.close());
    if (json) terminal.printJson(report);
    else {
      const { renderCheck } = await import('../terminal/check-report.ts');
      terminal.print(...renderCheck(report, terminal.columns, terminal.style));
    }
    return report.passed ? 'ok' : 'failure';
  },
});
