import { SeriesError } from '../../domain/series-error.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { SeriesSource } from '../../ports/series-source.ts';
import type { SeriesStore } from '../../ports/series-store.ts';
import { defineCommand, type Context } from '../command.ts';
import type { ExitName } from '../exit-codes.ts';
import { readInterval, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';

const OPTIONS = { for: value('1h', 'gather: stop after so much time on the clock', readInterval) };
type SentimentContext = Context<typeof OPTIONS>;

/** Who gathers is told so late that the stream does not come up. */
const LATE_MS = 10_000;
/** Sources of texts, which may be gone tomorrow. */
const TOLD_AS_IT_STANDS: ReadonlySet<string> = new Set(['reddit', 'cryptocompare']);
/** Coins whose communities are read; the index is of bitcoin, and taken for the market. */
const COINS = ['BTC', 'ETH', 'SOL'];

/** Fetches the mood of a market and where its traders stand, and measures how well words tell the mood. */
export const sentimentCommand = defineCommand({
  name: 'sentiment',
  group: 'Data',
  summary: 'fetch mood and positioning of the market of coins; check the scorer of words',
  usage: 'fetch COIN | gather COINS [--for 1h] | check FILE',
  examples: ['sentiment fetch BTC', 'sentiment gather BTC,ETH,SOL', 'sentiment check trader/test/fixtures/sentiment/crypto.csv.gz'],
  positionals: [{ name: 'ACTION', help: 'fetch, gather or check' }, { name: 'WHAT', help: `a coin (${COINS.join(', ')}), several of them, or a CSV of labelled texts` }],
  options: OPTIONS,
  notes: [
    'fetch keeps the fear-and-greed index of alternative.me as the series FEAR-GREED, with all its days; where traders of the coin\'s perpetual at Binance stand, as FUNDING-BTC from the first on, and OPEN-INTEREST-BTC, LONG-SHORT-BTC, TAKER-BTC and BASIS-BTC of thirty days, every five minutes; and, where REDDIT_ID and REDDIT_SECRET are kept, how hopeful its community on Reddit sounds day by day, as REDDIT-BTC; and, where CRYPTOCOMPARE_KEY is kept, how hopeful headlines on it do, as NEWS-BTC. The others need no keys. ./algotrendy economic shows, lists and refreshes them like any other series, and strategies read them.',
    'gather listens for liquidations of the coins\' perpetuals at Binance, which are told on a stream alone, until Ctrl-C, and keeps their sums of five minutes as LIQUIDATED-LONGS-BTC and LIQUIDATED-SHORTS-BTC. A period that was not heard whole is not kept.',
    'check scores texts that persons labelled by a lexicon of words, and says how often it agrees, and what calling all of them by the commoner label would have come to.',
  ],
  async run(context) {
    const [action, what] = context.positionals;
    if (action === 'fetch') return fetchMood(context, what);
    if (action === 'gather') return gather(context, what);
    if (action === 'check') return check(context, what);
    throw new Refusal('usage', `sentiment does not know what to do with "${action}"`, { hint: didYouMean(action ?? '', ['fetch', 'gather', 'check']) ?? 'Give fetch, gather or check.' });
  },
});

async function fetchMood({ config, terminal, json }: SentimentContext, word: string): Promise<ExitName> {
  const coin = readCoin(word);
  const { NEWS_HINT, openFearGreed, openNews, openPositioning, openReddit, openSeries, REDDIT_HINT } = await import('../wiring/economic.ts');
  const { positioningSeries } = await import('../../adapters/binance/positioning.ts');
  const { FEAR_GREED } = await import('../../adapters/alternative/fear-greed.ts');
  const { newsSeries } = await import('../wiring/news-mood.ts');
  const { redditSeries } = await import('../wiring/reddit-mood.ts');
  const { surroundings } = await import('../wiring/surroundings.ts');
  const around = surroundings(config, (text) => { terminal.note(text); });
  const store = openSeries(config.home);
  const [reddit, news] = [await openReddit(around), await openNews(around)];
  const moods: readonly (readonly [SeriesSource, readonly string[]])[] = [
    [openFearGreed(around), [FEAR_GREED]], [openPositioning(around), positioningSeries(coin)], ...(reddit === undefined ? [] : [[reddit, [redditSeries(coin)]] as const]),
    ...(news === undefined ? [] : [[news, [newsSeries(coin)]] as const]),
  ];
  const failed: string[] = [];
  try {
    const fetched = [];
    for (const [source, ids] of moods) {
      for (const id of ids) {
        const kept = await keepMood(store, source, id, (words) => { failed.push(words); });
        if (kept !== undefined) fetched.push(kept);
      }
    }
    for (const words of failed) terminal.note(words);
    if (json) terminal.printJson({ series: fetched, failed });
    else {
      for (const kept of fetched) terminal.print(moodLine(kept));
      for (const { id } of fetched.slice(0, 1)) terminal.print(`See it: ./algotrendy economic show ${id}`);
      if (reddit === undefined) terminal.print('', `Without what Reddit says: there are no keys for it. ${REDDIT_HINT}`);
      if (news === undefined) terminal.print('', `Without the news: there is no key for them. ${NEWS_HINT}`);
    }
  } finally {
    for (const [source] of moods) source.close();
    await store.close();
  }
  return failed.length === 0 ? 'ok' : 'failure';
}

function moodLine({ id, value, date, figures, added }: NonNullable<Awaited<ReturnType<typeof keepMood>>>): string {
  return `${id}: ${value === null ? 'no figure' : `${Number(value.toPrecision(3))} on ${date ?? ''}`}; ${figures} figures are kept, ${added} of them added now`;
}

/** Fetches a series, all of it or what is new, and says what is kept of it; one that cannot be had holds up no other, and is told. */
async function keepMood(store: SeriesStore, source: SeriesSource, id: string, onFailed: (words: string) => void) {
  try {
    return await keepSeries(store, source, id);
  } catch (error) {
    if (!(error instanceof SeriesError) || error.kind === 'storage') throw error;
    onFailed(`${id}: ${error.message}`);
    return undefined;
  }
}

async function keepSeries(store: SeriesStore, source: SeriesSource, id: string) {
  const { askFor, fetchSeries } = await import('../wiring/economic.ts');
  const { dateText } = await import('../terminal/economic-report.ts');
  const ask = await askFor(store, id, false);
  // What indices and exchanges tell is published for good; of posts and headlines only what stands now can be had.
  const whole = !TOLD_AS_IT_STANDS.has(source.name) && !ask.vintages ? { vintages: true } : ask;
  const now = Date.now();
  const { added, revised, equal } = await fetchSeries(store, source, id, whole, now);
  const states = await store.asOf(id, now + DAY_MS);
  const newest = states.at(-1);
  const days = new Set(states.map(({ date }) => date - (date % DAY_MS))).size;
  return { id, days, figures: states.length, added, revised, equal, date: newest === undefined ? null : dateText(newest.date), value: newest?.value ?? null };
}

function readCoin(word: string): string {
  const coin = word.toUpperCase();
  if (COINS.includes(coin)) return coin;
  throw new Refusal('usage', `there is no mood of "${word}"`, { hint: `Give one of ${COINS.join(', ')}.` });
}

async function gather({ config, terminal, json, options }: SentimentContext, words: string): Promise<ExitName> {
  const coins = words.split(',').map(readCoin);
  const { gatherLiquidations } = await import('../wiring/liquidations.ts');
  const { openSeries } = await import('../wiring/economic.ts');
  const { surroundings } = await import('../wiring/surroundings.ts');
  const { formatCount, formatTime } = await import('../terminal/format.ts');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stop.abort(); });
  const late = setTimeout(() => { terminal.note('Binance has not answered yet; it is tried again and again. Look at the network where that stays so.'); }, LATE_MS);
  const calm = options.for === undefined ? undefined : setTimeout(() => { stop.abort(); }, options.for);
  const store = openSeries(config.home);
  try {
    await gatherLiquidations(store, coins, surroundings(config, (text) => { terminal.note(text); }), stop.signal, (news) => {
      if (news.kind === 'connection') clearTimeout(late);
      if (json) terminal.printJson('from' in news ? { ...news, from: new Date(news.from).toISOString() } : news);
      else if (news.kind === 'connection') terminal.print(`The stream is ${news.state}: ${news.reason}`);
      else if (news.kind === 'unreadable') terminal.note('A frame could not be read, and was passed over.');
      else terminal.print(`${formatTime(news.from)} UTC: ${news.kind === 'missed' ? 'not heard whole, nothing is kept' : news.sums.map(({ coin, longs, shorts }) => `${coin} longs ${formatCount(Math.round(longs))}, shorts ${formatCount(Math.round(shorts))} USDT`).join('; ')}`);
    });
  } finally {
    clearTimeout(late);
    clearTimeout(calm);
    await store.close();
  }
  return 'ok';
}

async function check({ terminal, json }: SentimentContext, file: string): Promise<ExitName> {
  const { checkSentiment } = await import('../../analytics/sentiment.ts');
  const { readLabelledTexts } = await import('../wiring/labelled-texts.ts');
  const { formatPercent } = await import('../terminal/format.ts');
  const result = checkSentiment(readLabelledTexts(file));
  if (json) terminal.printJson({ file, ...result });
  else {
    terminal.print(
      `${result.texts} texts, ${result.hopeful} of them labelled hopeful, ${result.texts - result.hopeful} afraid`, '',
      `  right of all            ${formatPercent(result.accuracy, 1).padStart(8)}   (the commoner label alone: ${formatPercent(result.baseline, 1)})`,
      `  undecided               ${formatPercent(result.undecided / result.texts, 1).padStart(8)}   (no word that is known, or as much hope as fear; counted as wrong above)`,
      `  right of the decided    ${formatPercent(result.accuracyOfDecided, 1).padStart(8)}`,
      `  balanced over labels    ${formatPercent(result.balancedAccuracy, 1).padStart(8)}`,
      ...(result.accuracy <= result.baseline ? ['', terminal.style.warn('Of all texts it is right no more often than the commoner label alone.')] : []),
    );
  }
  return 'ok';
}
