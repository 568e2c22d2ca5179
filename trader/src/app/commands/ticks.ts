import { QUEUE_MODELS, type QueueModelFactory } from '../../simulation/depth/queue-model.ts';
import { BACKTEST_OPTIONS } from '../backtest-options.ts';
import { defineCommand } from '../command.ts';
import { list, readDecimal, readInterval, readText, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';

const SAMPLE = 'data/binance-spot_BTCUSDT_ticks_20240808.gz';

/** Looks at recorded ticks, or runs a strategy on them with its orders in the recorded book. */
export const ticksCommand = defineCommand({
  name: 'ticks',
  group: 'Research',
  summary: 'look at recorded depth, quotes and trades, or trade on them',
  usage: 'FILE [STRATEGY] [options]',
  examples: [
    `ticks ${SAMPLE}`,
    `ticks ${SAMPLE} macd --interval 1s`,
    'ticks quotes.parquet --with trades.parquet --json',
    'ticks depth.gz ./my-strategy.ts --queue power:3 --latency 12 --response 8',
  ],
  positionals: [
    { name: 'FILE', help: 'a recording of one market; its format is found from its content, docs/ticks.md lists them' },
    { name: 'STRATEGY', help: 'a name that ./algotrendy strategies lists, or the path of a .ts file; without it the recording is looked at', optional: true },
  ],
  options: {
    with: list('FILE', 'another recording of the same market, such as the updates to a snapshot, or trades to quotes', readText),
    interval: withDefault(value('1s', 'the strategy sees bars of this interval', readInterval), '1s'),
    param: BACKTEST_OPTIONS.param,
    cash: BACKTEST_OPTIONS.cash,
    'fee-bps': withDefault(value('N', 'fee in hundredths of a percent of each fill', readDecimal), '10'),
    'maker-bps': value('N', 'fee of fills of orders that had rested, where it is another', readDecimal),
    sizing: BACKTEST_OPTIONS.sizing,
    queue: withDefault(value('MODEL', 'how a resting order advances: risk-averse, log, log2, power:N, power2:N or power3:N', readQueue), 'risk-averse'),
    latency: withDefault(value('MS', 'time from a decision until the order is at the venue', readMilliseconds), '5'),
    response: withDefault(value('MS', 'time from the venue back', readMilliseconds), '5'),
  },
  notes: ['Without STRATEGY: what the recording holds, where it has holes, how its clock stood. With it: the engine trades while its orders wait in the recorded book.'],
  async run({ positionals: [file = '', strategy], options, terminal, json }) {
    const files = [file, ...options.with];
    const { inspectTicks, replayTicks } = await import('../wiring/ticks.ts');
    const { renderTicks, renderTickRun } = await import('../terminal/ticks-report.ts');
    const progress = terminal.phases();
    const onFraction = (fraction: number) => progress.update('Reading ticks', fraction);
    try {
      if (strategy === undefined) {
        const report = await inspectTicks(files, onFraction);
        progress.close();
        if (json) terminal.printJson(report);
        else terminal.print(...renderTicks(report, terminal));
        return 'ok';
      }
      const { interval: intervalMs, param: parameters, cash, 'fee-bps': feeBps, 'maker-bps': makerBps = feeBps, sizing, queue, latency: entryMs, response: responseMs } = options;
      const report = await replayTicks(files, { strategy, parameters, intervalMs, cash, feeBps, makerBps, sizing, queue, entryMs, responseMs }, onFraction);
      progress.close();
      if (json) terminal.printJson(report);
      else terminal.print(...renderTickRun(report, terminal));
      return 'ok';
    } finally {
      progress.close();
    }
  },
});

/** `risk-averse`, `log`, `power:3`. */
function readQueue(text: string, name: string): { readonly text: string; readonly model: QueueModelFactory } {
  const [, model = '', exponent] = /^([a-z][a-z0-9-]*)(?::(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  const make = Object.hasOwn(QUEUE_MODELS, model) ? QUEUE_MODELS[model] : undefined;
  const takesExponent = model.startsWith('power');
  if (make === undefined || takesExponent !== (exponent !== undefined) || Number(exponent) === 0) {
    throw new Refusal('usage', `--${name} takes risk-averse, log, log2, power:3, power2:3 or power3:3, not "${text}"`);
  }
  return { text, model: make(Number(exponent)) };
}

function readMilliseconds(text: string, name: string): number {
  return Number(readDecimal(text, name));
}
