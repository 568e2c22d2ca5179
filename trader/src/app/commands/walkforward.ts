import { parseInterval } from '../../domain/time.ts';
import { OBJECTIVES } from '../../research/sweep.ts';
import type { Stretch } from '../../research/walk-forward.ts';
import { BACKTEST_OPTIONS, readBacktestRequest, REPORT_OPTION } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { flag, readChoice, readInteger, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { readVenueModels, VENUE_MODELS } from '../venue-model-options.ts';
import { GRID_OPTIONS, readGridRequest } from './sweep.ts';

/** Chooses parameters on one stretch of history, trades them on the next, and goes on so. */
export const walkforwardCommand = defineCommand({
  name: 'walkforward',
  group: 'Research',
  summary: 'choose parameters on the past, trade them on what follows, again and again',
  usage: 'STRATEGY --bars FILE --grid NAME=FROM:TO:STEP … [options]',
  examples: [
    'walkforward macd --bars bars.parquet --grid fast=5:23:2 --train 60d --test 20d',
    'walkforward macd --bars data/binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz --interval 4h --sizing units:1 --grid fast=8:24:4 --grid slow=26:66:8',
    'walkforward macd --bars bars.parquet --grid fast=5:23:2 --grid slow=26:53:3 --windows 24 --purge 60 --anchored',
    'walkforward bollinger --bars bars.csv --grid deviations=1.5:3:0.25 --grid period=10:40:5 --windows 8 --objective calmar --json',
  ],
  positionals: [{ name: 'STRATEGY', help: 'a name that `strategies` lists, or the path of a .ts file' }],
  options: {
    ...BACKTEST_OPTIONS,
    ...VENUE_MODELS,
    ...GRID_OPTIONS,
    windows: value('N', 'how many windows, the newest; 12 where neither --train nor --test is given, else as many as fit', readInteger(1)),
    train: value('60d|BARS', 'length of a training; four times --test where not given', readStretch),
    test: value('20d|BARS', 'length of a test; a quarter of --train where not given, or what the windows leave room for', readStretch),
    anchored: flag('begin every training at the first bar, so that it grows'),
    purge: withDefault(value('BARS', 'bars left out between training and test', readInteger(0)), '0'),
    objective: withDefault(value('WHAT', 'what the choice is made by: sharpe, net or calmar', readChoice(...OBJECTIVES)), 'sharpe'),
    ...REPORT_OPTION,
  },
  notes: [
    'Each window has a training, on which every combination is backtested and the best is chosen, and a test that follows it, on which the chosen one is traded. The tests follow one another without a gap and are traded as one run on one account: that is what the method, and not one lucky set of parameters, would have made.',
    'At a boundary the next parameters take over at the close of the first bar: a position that they want too is carried, another one is traded at the usual costs. The strategy has seen the bars since the start of its training by then, and those left out by --purge.',
    'Where no combination has a value of the objective, as where none traded, nothing is traded in that test. Every combination is recorded for good in $ALGOTRENDY_HOME/trials.sqlite. After Ctrl-C or a kill, the same command goes on from where it was.',
  ],
  async run({ positionals, options, words, terminal, config, json }) {
    const writeReport = options.report === undefined ? undefined : (await import('../wiring/report-file.ts')).reportFile(options.report);
    const { windows, train, test, anchored, purge, objective } = options;
    const request = { ...readGridRequest(readBacktestRequest(positionals[0], options), options), models: readVenueModels(options), plan: { windows, train, test, anchored, purge }, objective };
    const { finishWalkForward } = await import('../wiring/walkforward.ts');
    const progress = terminal.phases();
    const finished = await finishWalkForward(request, {
      home: config.home, detailed: writeReport !== undefined,
      onProgress: (what, fraction) => progress.update({ load: 'Reading bars', run: 'Choosing parameters', record: 'Recording trials' }[what], fraction),
      onTakeOver: (combos, of) => terminal.note(`Going on from where this walk-forward was stopped: ${combos.toLocaleString('en')} of ${of.toLocaleString('en')} combinations are done. (--fresh begins anew.)`),
      onSilence(sentence) {
        progress.close();
        terminal.note(sentence);
      },
    }).finally(() => progress.close());
    const { report } = finished;
    if (writeReport) {
      const { commandText, walkForwardSheet } = await import('../wiring/run-sheet.ts');
      const { renderTearSheet } = await import('../../analytics/tear-sheet/tear-sheet.ts');
      writeReport(renderTearSheet(walkForwardSheet(finished, commandText(words))));
    }
    if (json) {
      terminal.printJson(report);
      return 'ok';
    }
    const { renderWalkForward } = await import('../terminal/walkforward-report.ts');
    terminal.print(...renderWalkForward(report, terminal.columns, terminal.style));
    if (options.report !== undefined) terminal.print(`Report: ${terminal.style.accent(options.report)}`);
    return 'ok';
  },
});

/** `60d` or a number of bars. */
function readStretch(text: string, name: string): Stretch {
  const bars = /^\d{1,12}$/.test(text) ? Number(text) : 0;
  if (bars > 0) return { kind: 'bars', bars };
  const ms = parseInterval(text);
  if (ms === undefined) throw new Refusal('usage', `--${name} takes a time such as 60d or 12h, or a number of bars, not "${text}"`);
  return { kind: 'time', ms };
}
