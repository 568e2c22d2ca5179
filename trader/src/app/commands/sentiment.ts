import { SeriesError } from '../../domain/series-error.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { SeriesSource } from '../../ports/series-source.ts';
import type { SeriesStore } from '../../ports/series-store.ts';
import { defineCommand, type Context } from '../command.ts';
import type { ExitName } from '../exit-codes.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';

type SentimentContext = Context<Record<never, never>>;

/** Coins whose communities are read; the index is of bitcoin, and taken for the market. */
const COINS = ['BTC', 'ETH', 'SOL'];

/** Fetches the mood of a market and where its traders stand, and measures how well words tell the mood. */
export const sentimentCommand = defineCommand({
  name: 'sentiment',
  group: 'Data',
  summary: 'fetch mood and positioning of the market of coins; check the scorer of words',
  usage: 'fetch COIN | check FILE',
  examples: ['sentiment fetch BTC', 'sentiment check trader/test/fixtures/sentiment/crypto.csv.gz'],
  positionals: [{ name: 'ACTION', help: 'fetch or check' }, { name: 'WHAT', help: `a coin (${COINS.join(', ')}), or a CSV of labelled texts` }],
  options: {},
  notes: [
    'fetch keeps the fear-and-greed index of alternative.me as the series FEAR-GREED, with all its days; where traders of the coin\'s perpetual at Binance stand, as FUNDING-BTC from the first on, and OPEN-INTEREST-BTC, LONG-SHORT-BTC, TAKER-BTC and BASIS-BTC of thirty days, every five minutes; and, where REDDIT_ID and REDDIT_SECRET are kept, how hopeful its community on Reddit sounds day by day, as REDDIT-BTC. Only Reddit needs keys. ./algotrendy economic shows, lists and refreshes them like any other series, and strategies read them.',
    'check scores texts that persons labelled by a lexicon of words, and says how often it agrees, and what calling all of them by the commoner label would have come to.',
  ],
  async run(context) {
    const [action, what] = context.positionals;
    if (action === 'fetch') return fetchMood(context, what);
    if (action === 'check') return check(context, what);
    throw new Refusal('usage', `sentiment does not know what to do with "${action}"`, { hint: didYouMean(action ?? '', ['fetch', 'check']) ?? 'Give fetch or check.' });
  },
});

async function fetchMood({ config, terminal, json }: SentimentContext, word: string): Promise<ExitName> {
  const coin = word.toUpperCase();
  if (!COINS.includes(coin)) throw new Refusal('usage', `there is no mood of "${word}"`, { hint: `Give one of ${COINS.join(', ')}.` });
  const { openFearGreed, openPositioning, openReddit, openSeries, REDDIT_HINT } = await import('../wiring/economic.ts');
  const { positioningSeries } = await import('../../adapters/binance/positioning.ts');
  const { FEAR_GREED } = await import('../../adapters/alternative/fear-greed.ts');
  const { redditSeries } = await import('../wiring/reddit-mood.ts');
  const { surroundings } = await import('../wiring/surroundings.ts');
  const around = surroundings(config, (text) => { terminal.note(text); });
  const store = openSeries(config.home);
  const reddit = await openReddit(around);
  const moods: readonly (readonly [SeriesSource, readonly string[]])[] = [
    [openFearGreed(around), [FEAR_GREED]], [openPositioning(around), positioningSeries(coin)], ...(reddit === undefined ? [] : [[reddit, [redditSeries(coin)]] as const]),
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
      for (const { id, value, date, figures, added } of fetched) terminal.print(`${id}: ${value === null ? 'no figure' : `${Number(value.toPrecision(3))} on ${date ?? ''}`}; ${figures} figures are kept, ${added} of them added now`);
      terminal.print(`See it: ./algotrendy economic show ${FEAR_GREED}`, ...(reddit === undefined ? ['', `Without what Reddit says: there are no keys for it. ${REDDIT_HINT}`] : []));
    }
  } finally {
    for (const [source] of moods) source.close();
    await store.close();
  }
  return failed.length === 0 ? 'ok' : 'failure';
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
  // What indices and exchanges tell is published for good; of posts only what stands now can be had.
  const whole = source.name !== 'reddit' && !ask.vintages ? { vintages: true } : ask;
  const now = Date.now();
  const { added, revised, equal } = await fetchSeries(store, source, id, whole, now);
  const states = await store.asOf(id, now + DAY_MS);
  const newest = states.at(-1);
  const days = new Set(states.map(({ date }) => date - (date % DAY_MS))).size;
  return { id, days, figures: states.length, added, revised, equal, date: newest === undefined ? null : dateText(newest.date), value: newest?.value ?? null };
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
