import { BACKTEST_OPTIONS, readBacktestRequest } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { readInteger, readText, value, withDefault } from '../options.ts';
import { GRID_OPTIONS } from './sweep.ts';

/** Writes down what speaks for a strategy, signed, for going live. */
export const passportCommand = defineCommand({
  name: 'passport',
  group: 'Research',
  summary: 'write a signed passport: verdict and paper record, which going live asks for',
  usage: 'STRATEGY --bars FILE [options]',
  examples: [
    'passport macd --bars bars.csv --interval 4h --instrument BTC-USDT.BINANCE',
    'passport ./my-strategy.ts --bars bars.csv --out my-strategy.json',
  ],
  positionals: [{ name: 'STRATEGY', help: 'a name that ./algotrendy strategies lists, or the path of a .ts file' }],
  options: {
    ...BACKTEST_OPTIONS,
    bars: GRID_OPTIONS.bars,
    grid: GRID_OPTIONS.grid,
    workers: GRID_OPTIONS.workers,
    windows: withDefault(value('N', 'windows of the walk-forward', readInteger(2)), '12'),
    seed: withDefault(value('N', 'where random numbers begin: the same seed gives the same verdict', readInteger(0)), '1'),
    out: value('FILE', 'where to write it; else into $ALGOTRENDY_HOME/passports', readText),
  },
  notes: [
    'It gives the verdict of ./algotrendy verdict and reckons the paper record from the journal in $ALGOTRENDY_HOME/paper: 14 days of the wall clock on a live feed, Sharpe above 1.5, win rate above 55 %. Lines that do not hold are in it as such. docs/going-live.md says what each asks for, and what the signature proves.',
    'The exit code is 0 whatever the lines say; `ready` in the JSON says whether live would accept it.',
  ],
  async run({ positionals, options, config, terminal, json }) {
    const request = { ...readBacktestRequest(positionals[0], options), axes: options.grid, workers: options.workers, windows: options.windows, seed: options.seed };
    const { makePassport } = await import('../wiring/passport.ts');
    const progress = terminal.phases();
    const { passport, ready, file, verdict } = await makePassport(request, options.out, config, {
      onProgress: (what, fraction) => progress.update(what, fraction),
      onSilence(sentence) {
        progress.close();
        terminal.note(sentence);
      },
    }).finally(() => progress.close());
    if (json) {
      terminal.printJson({ file, ready, passport });
      return 'ok';
    }
    const { stateLines } = await import('../terminal/check-report.ts');
    const { renderVerdict } = await import('../terminal/verdict-report.ts');
    const { style, columns } = terminal;
    terminal.print(
      ...renderVerdict(verdict, columns, style), '', style.heading('On paper'), ...passport.lines.flatMap((line) => stateLines(line, Math.max(40, Math.min(columns, 110)), style)),
      '', ready ? style.good('Every line holds: live accepts this passport.') : style.bad('Not every line holds: live refuses this passport.'), `Passport: ${style.accent(file)}`,
    );
    return 'ok';
  },
});
