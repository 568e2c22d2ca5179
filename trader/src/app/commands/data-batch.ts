import { DAY_MS } from '../../domain/time.ts';
import { defineCommand } from '../command.ts';
import { list, readChoice, readInteger, readInterval, readText, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { formatCount, formatDuration, formatPlural } from '../terminal/format.ts';
import { PROVIDER_NAMES } from '../wiring/provider-hosts.ts';

const YEAR_MS = 365.25 * DAY_MS;

/** Fetches the bars of a whole universe; made to run every night. */
export const dataBatchCommand = defineCommand({
  name: 'data batch',
  group: 'Data',
  summary: 'fetch a universe of symbols, within the quotas; goes on where it was stopped',
  usage: '--universe FILE|sp500 [--interval 1d] [--years N] [--provider NAME]',
  examples: ['data batch --universe sp500 --years 7', 'data batch --universe mine.txt --json'],
  positionals: [],
  options: {
    universe: value('FILE|sp500', 'a symbol a line, or a CSV whose first column is the symbol; sp500 ships, as of 2026-08-08', readText),
    interval: withDefault(value('1d', 'how long each bar is', readInterval), '1d'),
    years: withDefault(value('N', 'so many years up to now', readInteger(1)), '1'),
    provider: list('NAME', `ask these, in this order, and no others: ${PROVIDER_NAMES.join(', ')}`, readChoice(...PROVIDER_NAMES)),
  },
  notes: [
    'Yahoo is asked first here, and Alpha Vantage, whose calls are few, where Yahoo fails; what is left of them is for data check. What the store covers is not asked for: started again, a batch asks for the rest, and on the next day for the next day. For every night, after the last session has closed: 30 0 * * 2-6 in schedule.json, which schedule runs.',
  ],
  async run({ options: { universe, interval, years, provider }, config, terminal, json }) {
    if (universe === undefined) throw new Refusal('usage', 'data batch needs a universe', { hint: 'Give --universe sp500, or a file with one symbol a line.' });
    const { openMarketData, readyProviders } = await import('../wiring/market-data.ts');
    const { BULK_ORDER } = await import('../wiring/provider-settings.ts');
    const { fetchUniverse, readUniverse } = await import('../wiring/data-batch.ts');
    const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
    const symbols = readUniverse(universe);
    const stop = new AbortController();
    const end = () => { stop.abort(); };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
    const data = await openMarketData(config, provider.length === 0 ? await readyProviders(config, BULK_ORDER) : provider, ({ failure, next }) => {
      if (failure.kind !== 'quota') terminal.note(`${next === undefined ? 'Failed' : `Falling back to ${next}`}: ${failure.message}`);
    });
    const progress = terminal.phases();
    try {
      const to = WALL_CLOCK.now();
      const report = await fetchUniverse(data, {
        symbols, intervalMs: interval, span: { from: Math.floor((to - years * YEAR_MS) / interval) * interval, to }, stop: stop.signal,
        onProgress: (done, etaMs, symbol) => { progress.update(etaMs === undefined ? symbol : `${symbol}, about ${formatDuration(etaMs)} left`, done / symbols.length); },
      });
      progress.close();
      if (json) terminal.printJson(report);
      else {
        terminal.print(
          `${formatPlural(report.symbols, 'symbol')}: ${formatCount(report.fetched)} fetched, ${formatCount(report.stored)} there already, ${formatCount(report.failed.length)} failed, ${formatCount(report.remaining)} left`,
          `  ${formatPlural(report.requests, 'request')}: ${formatCount(report.added)} bars added, ${formatCount(report.revised)} revised`,
          ...report.failed.slice(0, 10).map(({ symbol, message }) => `  ${symbol}: ${message}`),
          ...(report.failed.length > 10 ? [`  and ${formatCount(report.failed.length - 10)} more`] : []),
          ...(report.stopped === null ? [] : [`Stopped: ${report.stopped === 'quota' ? 'the quotas are used up' : 'interrupted'}. The same command goes on with the rest.`]),
        );
      }
      return report.stopped === 'interrupted' ? 'interrupted' : report.failed.length > 0 || report.remaining > 0 ? 'failure' : 'ok';
    } finally {
      progress.close();
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      await data.close();
    }
  },
});
