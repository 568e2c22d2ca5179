import { DAY_MS } from '../../domain/time.ts';
import { defineCommand } from '../command.ts';
import { list, readChoice, readInteger, readTime, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { formatPercent, formatPlural, formatTime } from '../terminal/format.ts';
import type { CheckReport } from '../wiring/data-check.ts';
import { PROVIDER_NAMES } from '../wiring/provider-hosts.ts';

/** Alpha Vantage tells the last hundred sessions in one call without asking for more than it gives for nothing. */
const USUAL_SPAN_MS = 130 * DAY_MS;

/** Compares stored bars with what every provider says of them. */
export const dataCheckCommand = defineCommand({
  name: 'data check',
  group: 'Data',
  summary: 'compare stored bars with every provider; what they dispute is quarantined',
  usage: '[SYMBOL] [--from TIME --to TIME] [--sample N] [--provider NAME]',
  examples: ['data check AAPL', 'data check --sample 10 --json'],
  positionals: [{ name: 'SYMBOL', help: 'a fetched symbol; without it, a sample that goes round all of them by the day', optional: true }],
  options: {
    from: value('TIME', 'first bar; 130 days ago where it is not given', readTime),
    to: value('TIME', 'end, exclusive; now where it is not given', readTime),
    sample: withDefault(value('N', 'so many symbols where none is named', readInteger(1)), '10'),
    provider: list('NAME', `compare with these alone: ${PROVIDER_NAMES.join(', ')}`, readChoice(...PROVIDER_NAMES)),
  },
  notes: [
    'Two sources that differ by more than 0.1 % in a price dispute the bar. A third source decides where there is one: the wrong bar is replaced, and stays known as a revision. Undecided, the stored bar goes into quarantine, and nothing reads it for trading. Trust is the share of agreement, (agreed + 1) / (compared + 2).',
  ],
  async run({ positionals: [symbol], options, config, terminal, json }) {
    const { from, to, sample, provider } = options;
    const { openMarketData } = await import('../wiring/market-data.ts');
    const { checkSeries } = await import('../wiring/data-check.ts');
    const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
    const now = WALL_CLOCK.now();
    const span = { from: from ?? now - USUAL_SPAN_MS, to: to ?? now };
    const data = await openMarketData(config, provider.length === 0 ? undefined : provider, () => undefined);
    try {
      const series = (await data.store.list()).filter(({ instrument, intervalMs }) => intervalMs === DAY_MS && (symbol === undefined || instrument === symbol));
      if (series.length === 0) throw new Refusal('bad-data', symbol === undefined ? 'nothing was fetched yet' : `${symbol}: no daily bars were fetched of it`, { hint: './algotrendy data fetch SYMBOL' });
      const begin = (Math.floor(now / DAY_MS) * sample) % series.length;
      const chosen = [...series.slice(begin), ...series.slice(0, begin)].slice(0, sample);
      const reports: CheckReport[] = [];
      for (const { instrument, intervalMs } of chosen) reports.push(await checkSeries(data, { instrument, intervalMs }, span, now));
      if (json) terminal.printJson({ series: reports });
      else terminal.print(...reports.flatMap(lines));
      return reports.some(({ differences }) => differences.some(({ became }) => became === 'quarantined')) ? 'failure' : 'ok';
    } finally {
      await data.close();
    }
  },
});

function lines({ instrument, compared, differences, released, unanswered, trust }: CheckReport): readonly string[] {
  const trusted = Object.entries(trust).map(([source, score]) => `${source} ${formatPercent(score, 1)}`).join(', ');
  return [
    `${instrument}: ${formatPlural(compared, 'comparison')}, ${formatPlural(differences.length, 'difference')}${trusted === '' ? '' : `; trust: ${trusted}`}`,
    ...differences.map(({ time, column, first, second, stored, other, wrong, became }) => `  ${formatTime(time)} ${column}: ${first} of ${stored}, ${second} of ${other}; ${wrong === null ? 'nothing decides who is wrong' : `${wrong} is wrong`}: ${became}`),
    ...released.map((time) => `  ${formatTime(time)}: others tell the same now, and it is out of quarantine`),
    ...unanswered.map(({ message }) => `  no answer: ${message}`),
  ];
}
