import { MOST_COMBOS, readAxis, type Axis } from '../../research/grid.ts';
import { BACKTEST_OPTIONS, readBacktestRequest } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { flag, list, readInteger, value, withDefault, type OptionValues } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { readVenueModels, VENUE_MODELS } from '../venue-model-options.ts';
import type { BacktestRequest } from '../wiring/backtest-request.ts';
import type { GridRequest } from '../wiring/sweep.ts';

/** What a grid is told by, and how it is worked off; a sweep and a walk-forward take the same. */
export const GRID_OPTIONS = {
  bars: { ...BACKTEST_OPTIONS.bars, help: 'bars of one instrument as CSV, CSV.gz or Parquet, or the id of stored bars' },
  grid: list('NAME=FROM:TO:STEP', 'values of a parameter, the end included if a step falls on it; or NAME=A,B,C', readGridOption),
  workers: value('N', 'threads at most; as many as there are processors where not given', readInteger(1)),
  fresh: flag('begin anew, instead of going on from where the same command was stopped'),
};

/** A backtest's request with the grid that is given. Refuses none. */
export function readGridRequest(request: BacktestRequest, { grid, workers, fresh }: OptionValues<typeof GRID_OPTIONS>): GridRequest {
  if (grid.length === 0) throw new Refusal('usage', 'no grid is given', { hint: 'Add --grid NAME=FROM:TO:STEP, such as --grid fast=5:23:2.' });
  return { ...request, axes: grid, workers, fresh };
}

/** Tries every combination of a grid of parameters and ranks them. */
export const sweepCommand = defineCommand({
  name: 'sweep',
  group: 'Research',
  summary: 'try a grid of parameters and rank what came out',
  usage: 'STRATEGY --bars FILE --grid NAME=FROM:TO:STEP … [options]',
  examples: [
    'sweep macd --bars bars.parquet --grid fast=5:23:2 --grid slow=26:53:3 --sizing units:1',
    'sweep macd --bars data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz --interval 15m --grid fast=6:18:3 --grid direction=long,short,both',
    'sweep bollinger --bars bars.csv --grid deviations=1.5:3:0.25 --grid period=10:40:5 --workers 2 --top 3 --json',
  ],
  positionals: [{ name: 'STRATEGY', help: 'a name that `strategies` lists, or the path of a .ts file' }],
  options: {
    ...BACKTEST_OPTIONS,
    ...VENUE_MODELS,
    ...GRID_OPTIONS,
    top: withDefault(value('N', 'how many of the best to list', readInteger(1)), '5'),
  },
  notes: [
    `A grid may have up to ${MOST_COMBOS.toLocaleString('en')} combinations; those that the strategy itself refuses, such as fast above slow, are counted as skipped.`,
    'With --sizing units:N, a fee in basis points and no model of a venue, a strategy that has a column kernel is decided over whole columns, some forty times faster than through the engine and equal to it in every digit. The best are run through the engine again for their Sharpe ratio and drawdown, and compared.',
    'A sweep of less than a second or so of a strategy that ships runs in one thread: starting others would take longer. A longer one keeps its finished parts in $ALGOTRENDY_HOME/sweeps until it is done, so that after Ctrl-C, a kill or a crash the same command goes on from there.',
    'Every combination is recorded for good in $ALGOTRENDY_HOME/trials.sqlite: how much was tried decides how much a good result is worth.',
  ],
  async run({ positionals, options, terminal, config, json }) {
    const request = { ...readGridRequest(readBacktestRequest(positionals[0], options), options), models: readVenueModels(options), top: options.top };
    const { runSweep } = await import('../wiring/sweep.ts');
    const progress = terminal.phases();
    const report = await runSweep(request, {
      home: config.home,
      onProgress: (what, fraction) => progress.update({ load: 'Reading bars', run: 'Sweeping', record: 'Recording trials' }[what], fraction),
      onTakeOver: (combos, of) => terminal.note(`Going on from where this sweep was stopped: ${combos.toLocaleString('en')} of ${of.toLocaleString('en')} combinations are done. (--fresh begins anew.)`),
      onSilence(sentence) {
        progress.close();
        terminal.note(sentence);
      },
    }).finally(() => progress.close());
    if (json) {
      terminal.printJson(report);
      return 'ok';
    }
    const { renderSweep } = await import('../terminal/sweep-report.ts');
    terminal.print(...renderSweep(report, terminal.columns, terminal.style));
    return 'ok';
  },
});

function readGridOption(text: string, name: string): Axis {
  const axis = readAxis(text);
  if (!axis.ok) throw new Refusal('usage', `--${name}: ${axis.error.message}`);
  return axis.value;
}
