import { defineCommand } from '../command.ts';
import { readInteger, value, withDefault } from '../options.ts';
import { formatCount, formatPercent } from '../terminal/format.ts';

/** Judges cache, quota and failover before simulated providers. */
export const dataSimulateCommand = defineCommand({
  name: 'data simulate',
  group: 'Data',
  summary: 'a month of a universe before simulated providers: calls, hit rate, availability',
  usage: '[--days 30] [--symbols 500] [--seed 1] [--json]',
  examples: ['data simulate --days 30 --json'],
  positionals: [],
  options: {
    days: withDefault(value('N', 'so many days from a Monday on', readInteger(1)), '30'),
    symbols: withDefault(value('N', 'so many shares', readInteger(1)), '500'),
    seed: withDefault(value('N', 'of everything that chance decides', readInteger(0)), '1'),
  },
  notes: ['Nothing is dialled, and time is virtual. Each provider fails one request in twenty, and one of the two is down for an hour of every day. The load of reads is stated in the result; docs/providers.md says what it stands for.'],
  async run({ options: { days, symbols, seed }, terminal, json }) {
    const { simulateMonth, simulateYear } = await import('../wiring/data-simulate.ts');
    const progress = terminal.phases();
    try {
      const month = await simulateMonth({ days, symbols, seed, onProgress: (fraction) => { progress.update('A month of the universe', fraction); } });
      const year = await simulateYear(seed, (fraction) => { progress.update('A year of the chain', fraction); });
      progress.close();
      const holds = { quotaLimitedCalls: month.quotaLimitedCallsPerDay.most <= month.quotaLimitedCallsPerDay.limit, hitRate: month.hitRate > month.hitRateLimit, availability: year.availability >= year.limit };
      if (json) {
        terminal.printJson({ month, year, holds });
      } else {
        const verdict = (good: boolean) => (good ? terminal.style.good('holds') : terminal.style.bad('does not hold'));
        terminal.print(
          `${formatCount(symbols)} shares, ${formatCount(days)} days, seed ${seed}`,
          ...Object.entries(month.callsPerProvider).map(([name, { total, mostInADay }]) => `  Calls to ${name}: ${formatCount(total)}, at most ${formatCount(mostInADay)} in a day`),
          `  Quota-limited calls: at most ${month.quotaLimitedCallsPerDay.most} in a day, limit 50: ${verdict(holds.quotaLimitedCalls)}`,
          `  Hit rate of ${formatCount(month.reads)} reads: ${formatPercent(month.hitRate)}, ${formatPercent(month.hitRateWithRefresh)} with the refresh's own calls; limit 95 %: ${verdict(holds.hitRate)}`,
          `  Without a cache: ${formatCount(month.callsPerDayWithoutCache)} calls a day. Reads answered whole: ${formatPercent(month.availability, 4)}`,
          `  Cached read, P95: ${month.cachedReadP95Ms === null ? '–' : `${month.cachedReadP95Ms.toPrecision(3)} ms`}`,
          `  Cross-checked: ${formatPercent(month.crossCheck.shareOfUniverse, 0)} of the shares, ${formatCount(month.crossCheck.bars)} bars, ${formatCount(month.crossCheck.disputed)} disputed`,
          `  The bare chain over a year: ${formatPercent(year.availability, 4)} of ${formatCount(year.requests)} requests, ${formatCount(year.fallBacks)} failures made good or told; limit 99.99 %: ${verdict(holds.availability)}`,
        );
      }
      return Object.values(holds).every(Boolean) ? 'ok' : 'failure';
    } finally {
      progress.close();
    }
  },
});
