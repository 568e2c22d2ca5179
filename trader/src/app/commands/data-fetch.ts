import { DAY_MS } from '../../domain/time.ts';
import { defineCommand } from '../command.ts';
import { list, readChoice, readInteger, readInterval, readTime, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { formatCount, formatPlural, formatTime } from '../terminal/format.ts';
import { PROVIDER_NAMES } from '../wiring/provider-hosts.ts';
import type { FetchReport } from '../wiring/data-fetch.ts';

/** A year as providers' users mean it, leap days and all. */
const YEAR_MS = 365.25 * DAY_MS;

/** Fetches a symbol's bars from its providers into the store. */
export const dataFetchCommand = defineCommand({
  name: 'data fetch',
  group: 'Data',
  summary: 'fetch what is missing of a symbol\'s bars from the providers',
  usage: 'SYMBOL [--interval 1d] [--years N | --from TIME --to TIME] [options]',
  examples: ['data fetch AAPL --interval 1d --years 7', 'data fetch MSFT --from 2024-01-01 --provider yahoo --json'],
  positionals: [{ name: 'SYMBOL', help: 'as its exchange writes it: AAPL, BRK.B; the bars are stored under it' }],
  options: {
    interval: withDefault(value('1d', 'how long each bar is', readInterval), '1d'),
    years: value('N', 'so many years up to now; 1 where nothing is said', readInteger(1)),
    from: value('TIME', 'first bar, such as 2024-01-01', readTime),
    to: value('TIME', 'end, exclusive; now where it is not given', readTime),
    provider: list('NAME', `ask these, in this order, and no others: ${PROVIDER_NAMES.join(', ')}`, readChoice(...PROVIDER_NAMES)),
  },
  notes: [
    'Only what the store does not cover is asked for. Daily bars are adjusted for splits and stamped with midnight UTC of the session\'s own day. An answer that cannot be true is refused and the next provider is asked; each such fall-back is told on standard error and counted.',
    'This is the command that dials the providers\' hosts, and nothing else of them. Backtests then take the symbol: ./algotrendy backtest macd --bars AAPL',
  ],
  async run({ positionals: [symbol = ''], options, config, terminal, json }) {
    const { interval, years, from, to, provider } = options;
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(symbol)) throw new Refusal('usage', `"${symbol}" is no symbol`, { hint: 'It reads like AAPL or BRK.B.' });
    if (years !== undefined && from !== undefined) throw new Refusal('usage', '--years and --from both say where to begin', { hint: 'Give one of them.' });
    const { openMarketData } = await import('../wiring/market-data.ts');
    const { fetchBars } = await import('../wiring/data-fetch.ts');
    const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
    const now = WALL_CLOCK.now();
    const end = to ?? now;
    const begin = Math.floor((from ?? end - (years ?? 1) * YEAR_MS) / interval) * interval;
    if (begin >= now) throw new Refusal('usage', '--from lies in the future: there are no bars yet');
    if (!(begin < end)) throw new Refusal('usage', 'the span is empty: --from must be before --to');
    const fallBacks: Parameters<typeof fetchBars>[2] = [];
    const data = await openMarketData(config, provider.length === 0 ? undefined : provider, (event) => {
      fallBacks.push(event);
      terminal.note(`${terminal.noteStyle.warn(event.next === undefined ? 'Failed:' : `Falling back to ${event.next}:`)} ${event.failure.message}`);
    });
    try {
      const report = await fetchBars(data, { symbol, intervalMs: interval, span: { from: begin, to: end } }, fallBacks, now);
      if (report.failure !== null && report.bars === 0) throw new Refusal('venue', report.failure.message, { where: symbol, hint: hintFor(report.failure.kind) });
      if (json) terminal.printJson(report);
      else terminal.print(...lines(report));
      return report.failure === null ? 'ok' : 'failure';
    } finally {
      await data.close();
    }
  },
});

function lines({ instrument, interval, bars, first, last, asked, added, revised, sources, refusedRows, failure }: FetchReport): readonly string[] {
  return [
    `${instrument} ${interval}: ${formatPlural(bars, 'bar')} stored${first === null || last === null ? '' : `, ${formatTime(first)} to ${formatTime(last)} UTC`}${sources.length === 0 ? '' : `, from ${sources.join(' and ')}`}`,
    `  ${asked === 0 ? 'All of it was there; nobody was asked.' : `${formatPlural(asked, 'request')} to the providers: ${formatCount(added)} added, ${formatCount(revised)} revised`}`,
    ...refusedRows.slice(0, 5).map((row) => `  Left out, since it cannot be true: ${row}`),
    ...(refusedRows.length > 5 ? [`  and ${formatCount(refusedRows.length - 5)} more`] : []),
    ...(failure === null ? [] : [`  A part is still missing: ${failure.message}`]),
  ];
}

function hintFor(kind: string): string | undefined {
  switch (kind) {
    case 'unreachable': case 'timed-out': return 'Look at the network; then try again.';
    case 'quota': case 'rate-limited': return 'Wait, or name another provider: --provider yahoo';
    case 'not-found': case 'delisted': return 'Look the symbol up at its exchange.';
    case 'unauthorised': return 'Look at the key: ALGOTRENDY_SECRET_ALPHAVANTAGE_KEY';
    default: return undefined;
  }
}
