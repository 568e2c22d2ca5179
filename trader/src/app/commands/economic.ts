import type { FredSource } from '../../adapters/fred/fred-source.ts';
import { defineCommand, type Context } from '../command.ts';
import type { ExitName } from '../exit-codes.ts';
import { flag, readInteger, readTime, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import type { FetchReport, Refreshed } from '../wiring/economic.ts';

const ACTIONS = ['search', 'fetch', 'list', 'show', 'refresh'] as const;
const OPTIONS = {
  vintages: flag('fetch: every revision, with the day on which it came out; backtests need them'),
  limit: withDefault(value('N', 'search: series at most', readInteger(1)), '20'),
  'as-of': value('TIME', 'show: as it was known at this moment; now where not given', readTime),
  last: withDefault(value('N', 'show: dates in the table', readInteger(1)), '12'),
};
type EconomicContext = Context<typeof OPTIONS>;

/** Finds, fetches, shows and refreshes economic series. */
export const economicCommand = defineCommand({
  name: 'economic',
  group: 'Data',
  summary: 'find and keep economic series, with what was known of them when',
  usage: 'search TEXT | fetch ID [--vintages] | list | show ID [--as-of TIME] | refresh',
  examples: ['economic search "consumer price"', 'economic fetch CPIAUCSL --vintages', 'economic list', 'economic show CPIAUCSL --as-of 2008-11-01', 'economic refresh'],
  positionals: [{ name: 'ACTION', help: 'search, fetch, list, show or refresh' }, { name: 'WHAT', help: 'words to search for, or the id of a series such as CPIAUCSL', optional: true }],
  options: OPTIONS,
  notes: [
    'The series are those of FRED, of the Federal Reserve Bank of St. Louis; a key is free. It is read as the secret FRED_KEY: ALGOTRENDY_SECRET_FRED_KEY, or $ALGOTRENDY_HOME/secrets.env.',
    'A figure counts as known from the end of the day on which it came out; one that was fetched without its history, from the fetch on. refresh asks only for series whose next release has come. docs/economic.md has the rest.',
  ],
  async run(context) {
    const [action, what] = context.positionals;
    if (!ACTIONS.some((each) => each === action)) throw new Refusal('usage', `economic does not know what to do with "${action}"`, { hint: didYouMean(action ?? '', ACTIONS) ?? `Give ${ACTIONS.join(', ')}.` });
    if ((action === 'list' || action === 'refresh') && what !== undefined) throw new Refusal('usage', `economic ${action} takes no more words, and was given "${what}"`);
    if (action === 'list') return list(context);
    if (action === 'refresh') return refresh(context);
    if (what === undefined || what === '') throw new Refusal('usage', `economic ${action} needs ${action === 'search' ? 'words to search for' : 'the id of a series'}`, { hint: `As in: ./algotrendy economic ${action === 'search' ? 'search "consumer price"' : `${action} CPIAUCSL`}` });
    return action === 'search' ? search(context, what) : action === 'fetch' ? fetchOne(context, what) : show(context, what);
  },
});

async function search(context: EconomicContext, text: string): Promise<ExitName> {
  const { terminal, json, options } = context;
  const { count, series } = await withFred(context, (fred) => fred.search(text, options.limit));
  const { dayOrDash } = await import('../terminal/economic-report.ts');
  if (json) {
    terminal.printJson({ count, series: series.map((each) => ({ ...each, first: dayOrDash(each.first), last: dayOrDash(each.last) })) });
    return 'ok';
  }
  if (count === 0) {
    terminal.print(`FRED has no series with "${text}".`);
    return 'ok';
  }
  const { renderTable } = await import('../terminal/table.ts');
  const { formatCount } = await import('../terminal/format.ts');
  const rows = series.map((each) => [{ text: each.id, paint: terminal.style.strong }, each.title, each.units, each.frequency, dayOrDash(each.first), dayOrDash(each.last)]);
  terminal.print(...renderTable([{ title: 'Series' }, { title: 'Title' }, { title: 'Units', rank: 2 }, { title: 'Frequency', rank: 1 }, { title: 'From', rank: 3 }, { title: 'To', rank: 4 }], rows, { width: terminal.tableColumns, style: terminal.style }));
  if (count > series.length) terminal.print('', `The first ${series.length} of ${formatCount(count)}; --limit shows more.`);
  return 'ok';
}

async function fetchOne(context: EconomicContext, id: string): Promise<ExitName> {
  const { config, terminal, json, options } = context;
  const { askFor, fetchSeries, openSeries } = await import('../wiring/economic.ts');
  const store = openSeries(config.home);
  try {
    const ask = await askFor(store, id, options.vintages);
    const report = await withFred(context, (fred) => fetchSeries(store, fred, id, ask, Date.now()));
    if (json) terminal.printJson(reportJson(report));
    else terminal.print(await reportText(report), ...(ask.vintages ? [] : ['Its figures count as known from now on. With --vintages also what was known before is kept; backtests need that.']));
  } finally {
    await store.close();
  }
  return 'ok';
}

async function refresh({ config, terminal, json }: EconomicContext): Promise<ExitName> {
  const { openSeries, refreshAll } = await import('../wiring/economic.ts');
  const { surroundings } = await import('../wiring/surroundings.ts');
  const store = openSeries(config.home);
  const done: Refreshed[] = [];
  try {
    const all = await store.list();
    await refreshAll(store, surroundings(config, (what) => { terminal.note(what); }), Date.now(), (each) => {
      done.push(each);
      if (!each.ok) terminal.note(`${terminal.noteStyle.bad('failed:')} ${each.id}: ${each.error}`);
    });
    if (json) terminal.printJson({ stored: all.length, refreshed: done.map((each) => (each.ok ? reportJson(each.report) : { id: each.id, error: each.error })) });
    else {
      for (const each of done) if (each.ok) terminal.print(await reportText(each.report));
      terminal.print(`${done.length} of ${all.length} stored series ${done.length === 1 ? 'was' : 'were'} due.`);
    }
  } finally {
    await store.close();
  }
  return done.every(({ ok }) => ok) ? 'ok' : 'failure';
}

async function list({ config, terminal, json }: EconomicContext): Promise<ExitName> {
  const { isDue, openSeries } = await import('../wiring/economic.ts');
  const { dayOrDash, renderSeriesList } = await import('../terminal/economic-report.ts');
  const store = openSeries(config.home);
  try {
    const series = await store.list();
    const now = Date.now();
    if (json) {
      terminal.printJson({ series: series.map((each) => ({ ...each, first: dayOrDash(each.first), last: dayOrDash(each.last), knownFrom: isoOrNull(each.knownFrom), fetchedAt: isoOrNull(each.fetchedAt), dueAt: isoOrNull(each.dueAt), due: isDue(each, now) })) });
    } else if (series.length === 0) terminal.print('No series is stored.', 'Find one: ./algotrendy economic search "consumer price"');
    else terminal.print(...renderSeriesList(series, (each) => isDue(each, now), { columns: terminal.tableColumns, style: terminal.style }));
  } finally {
    await store.close();
  }
  return 'ok';
}

async function show({ config, terminal, json, options }: EconomicContext, id: string): Promise<ExitName> {
  const { openSeries, standingSeries } = await import('../wiring/economic.ts');
  const { dateText, renderSeries } = await import('../terminal/economic-report.ts');
  const store = openSeries(config.home);
  try {
    const moment = options['as-of'] ?? Date.now();
    const standing = await standingSeries(store, id, moment);
    if (json) {
      const { id: name, title, units, frequency, adjustment, vintages } = standing.summary;
      terminal.printJson({
        id: name, title, units, frequency, adjustment, vintages, asOf: isoOrNull(moment),
        figures: standing.states.map(({ date, value: figure, availableAt }) => ({ date: dateText(date), value: Number.isNaN(figure) ? null : figure, knownFrom: isoOrNull(availableAt) })),
      });
    } else terminal.print(...renderSeries(standing, moment, options.last, { columns: terminal.columns, style: terminal.style }));
  } finally {
    await store.close();
  }
  return 'ok';
}

/** Does something with FRED, and lets it go. */
async function withFred<T>({ config, terminal }: EconomicContext, work: (fred: FredSource) => Promise<T>): Promise<T> {
  const { openFred } = await import('../wiring/economic.ts');
  const { surroundings } = await import('../wiring/surroundings.ts');
  const fred = await openFred(surroundings(config, (what) => { terminal.note(what); }));
  try {
    return await work(fred);
  } finally {
    fred.close();
  }
}

async function reportText({ facts, added, revised, replaced, equal, dueAt }: FetchReport): Promise<string> {
  const { formatCount, formatTime } = await import('../terminal/format.ts');
  return `${facts.id}: ${formatCount(added)} dates added, ${formatCount(revised + replaced)} figures revised, ${formatCount(equal)} known already; ${dueAt === undefined ? 'its source names no next release' : `next release ${formatTime(dueAt)} UTC`}`;
}

function reportJson({ facts, dueAt, ...counts }: FetchReport): object {
  return { ...facts, ...counts, dueAt: isoOrNull(dueAt) };
}

function isoOrNull(moment: number | undefined): string | null {
  return moment === undefined || Number.isNaN(moment) ? null : new Date(moment).toISOString();
}
