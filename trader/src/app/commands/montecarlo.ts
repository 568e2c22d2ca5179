import { METHODS } from '../../research/monte-carlo.ts';
import { BACKTEST_OPTIONS, readBacktestRequest } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { list, readChoice, readInteger, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { readVenueModels, VENUE_MODELS } from '../venue-model-options.ts';

/** Asks whether a backtest's result is luck, by drawing what else it might have come to. */
export const monteCarloCommand = defineCommand({
  name: 'montecarlo',
  group: 'Research',
  summary: 'ask whether a result is luck: what else it might have come to',
  usage: 'STRATEGY --bars FILE [options]',
  examples: [
    'montecarlo macd --bars data/binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz --interval 4h',
    'montecarlo bollinger --bars bars.parquet --method entries --runs 5000 --seed 7',
    'montecarlo macd --bars bars.csv --method blocks --method costs --ruin 30% --json',
  ],
  positionals: [{ name: 'STRATEGY', help: 'a name that ./algotrendy strategies lists, or the path of a .ts file' }],
  options: {
    ...BACKTEST_OPTIONS,
    ...VENUE_MODELS,
    method: list('NAME', `how to ask: ${METHODS.join(', ')}; all where none is given`, readChoice(...METHODS)),
    runs: value('N', 'courses per method; 1000, or 100 where each is a run of the engine', readRuns),
    seed: withDefault(value('N', 'where the random numbers begin: the same seed gives the same answers', readInteger(0)), '1'),
    ruin: withDefault(value('SHARE', 'loss of the opening cash that counts as ruin, such as 50% or 0.5', readRuin), '50%'),
  },
  notes: [
    'order shuffles the trades; blocks draws returns anew, in blocks; entries makes the same trades at random times; bars runs the strategy on the same bars in another order; parameters, costs, missed and late run it again with parameters nearby, with higher costs, and with entries that are missed or a bar late.',
    'Statistics of the Sharpe ratio, the cost at which nothing is left, and the account that the bars\' volume would bear come first.',
  ],
  async run({ positionals, options, config, terminal, json }) {
    const methods = options.method.length === 0 ? METHODS : METHODS.filter((method) => options.method.includes(method));
    const request = {
      ...readBacktestRequest(positionals[0], options), models: readVenueModels(options), methods, runs: options.runs, seed: options.seed, ruin: options.ruin,
    };
    const { runMonteCarlo } = await import('../wiring/montecarlo.ts');
    const progress = terminal.phases();
    const report = await runMonteCarlo(request, {
      home: config.home,
      onProgress: (what, fraction) => progress.update(what === 'load' ? 'Reading bars' : what === 'run' ? 'Running' : `Asking: ${what}`, fraction),
    }).finally(() => progress.close());
    if (json) {
      terminal.printJson(report);
      return 'ok';
    }
    const { renderMonteCarlo } = await import('../terminal/montecarlo-report.ts');
    terminal.print(...renderMonteCarlo(report, terminal.columns, terminal.style));
    return 'ok';
  },
});

/** Courses that a method may have: each is kept with 64 numbers. */
const MOST_RUNS = 100_000;

function readRuns(text: string, name: string): number {
  const runs = readInteger(1)(text, name);
  if (runs <= MOST_RUNS) return runs;
  throw new Refusal('usage', `--${name} takes at most ${MOST_RUNS.toLocaleString('en')}, not ${text}`);
}

/** `50%` or `0.5`: above 0 and at most everything. */
function readRuin(text: string, name: string): number {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const share = match === null ? NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (share > 0 && share <= 1) return share;
  throw new Refusal('usage', `--${name} takes a share above 0 and at most 100%, such as 50% or 0.5, not "${text}"`);
}
