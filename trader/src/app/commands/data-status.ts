import { defineCommand } from '../command.ts';
import { formatCount, formatDuration, formatPercent, formatPlural, formatTime } from '../terminal/format.ts';
import type { Style } from '../terminal/style.ts';
import { renderTable } from '../terminal/table.ts';
import { formatInterval } from '../../domain/time.ts';
import type { DataStatus, ProviderStatus, SeriesStatus } from '../../ports/data-desk.ts';

/** Shows how the stored market data stand. */
export const dataStatusCommand = defineCommand({
  name: 'data status',
  group: 'Data',
  summary: 'how stored bars stand: gaps, age, trust; quotas used, cost',
  usage: '[--json]',
  examples: ['data status', 'data status --json'],
  positionals: [],
  options: {},
  notes: ['Nobody is asked for it.'],
  async run({ config, terminal, json }) {
    const { dataStatus } = await import('../wiring/data-status.ts');
    const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
    const status = await dataStatus(config.home, WALL_CLOCK.now());
    if (json) terminal.printJson({ home: config.home, ...status });
    else terminal.print(...seriesLines(status.series, terminal.tableColumns, terminal.style), ...usageLines(status, terminal.style));
    return 'ok';
  },
});

function seriesLines(series: readonly SeriesStatus[], width: number, style: Style): readonly string[] {
  if (series.length === 0) return ['Nothing is stored yet.', 'Fetch some: ./algotrendy data fetch AAPL'];
  const counted = (count: number) => (count === 0 ? { text: 'none', paint: style.good } : { text: formatCount(count), paint: style.warn });
  return renderTable([
    { title: 'Instrument' }, { title: 'Bars of' }, { title: 'Bars', align: 'right' }, { title: 'From (UTC)', rank: 3 }, { title: 'To' }, { title: 'Closed', rank: 1 },
    { title: 'Gaps', align: 'right' }, { title: 'Longest', rank: 4 }, { title: 'Not asked', rank: 2 }, { title: 'Trust', align: 'right' },
    { title: 'Quarantine', align: 'right' }, { title: 'Revised', align: 'right', rank: 5 }, { title: 'Sources', rank: 2 },
  ], series.map((each) => [
    { text: each.instrument, paint: style.strong }, each.interval, formatCount(each.bars), formatTime(each.first), formatTime(each.last), each.ageMs === 0 ? 'not yet' : `${formatDuration(each.ageMs)} ago`,
    counted(each.gaps), each.gaps === 0 ? '' : formatDuration(each.longestGapMs), each.unaskedMs === 0 ? 'nothing' : formatDuration(each.unaskedMs),
    each.trust === null ? '–' : formatPercent(each.trust, 1), counted(each.quarantined), formatCount(each.revisions), each.sources.join(', '),
  ]), { width, style });
}

function usageLines({ providers, today, cost }: DataStatus, style: Style): readonly string[] {
  return [
    '',
    ...providers.map((provider) => `${style.strong(provider.name)}: ${limitsText(provider)} calls used${provider.documented ? '' : ' (our own restraint)'}`),
    today.hitRate === null ? 'Nothing was asked for today.' : `Today the store answered ${formatPercent(today.hitRate, 1)} of ${formatPlural(today.hits + today.misses, 'request')} by itself.`,
    ...(Object.keys(today.failures).length === 0 ? [] : [`Failures today: ${Object.entries(today.failures).map(([what, count]) => `${what} ${formatCount(count)}`).join(', ')}.`]),
    `Cost: $${formatCount(cost.paid)} a year. Paid feeds of such data ask $${formatCount(cost.paidFeeds[0])} to $${formatCount(cost.paidFeeds[1])} a year.`,
  ];
}

function limitsText({ limits }: ProviderStatus): string {
  return limits.map(({ calls, windowMs, used }) => `${formatCount(used)} of ${formatCount(calls)} in ${formatInterval(windowMs)}`).join(', ');
}
