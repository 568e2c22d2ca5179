import { defineCommand, type Context } from '../command.ts';
import type { ExitName } from '../exit-codes.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';

type SentimentContext = Context<Record<never, never>>;

/** Coins whose mood the index tells: it is reckoned of bitcoin, and taken for the market. */
const COINS = ['BTC', 'ETH', 'SOL'];

/** Fetches the mood of a market, and measures how well words tell it. */
export const sentimentCommand = defineCommand({
  name: 'sentiment',
  group: 'Data',
  summary: 'fetch the mood of the market of coins; check the scorer of words',
  usage: 'fetch COIN | check FILE',
  examples: ['sentiment fetch BTC', 'sentiment check trader/test/fixtures/sentiment/crypto.csv.gz'],
  positionals: [{ name: 'ACTION', help: 'fetch or check' }, { name: 'WHAT', help: `a coin (${COINS.join(', ')}), or a CSV of labelled texts` }],
  options: {},
  notes: [
    'fetch keeps the fear-and-greed index of alternative.me as the series FEAR-GREED, with all its days; it needs no key. ./algotrendy economic shows, lists and refreshes it like any other series, and strategies read it.',
    'check scores texts that persons labelled by a lexicon of words, and says how often it agrees, and what calling all of them by the commoner label would have come to.',
  ],
  async run(context) {
    const [action, what] = context.positionals;
    if (action === 'fetch') return fetchMood(context, what);
    if (action === 'check') return check(context, what);
    throw new Refusal('usage', `sentiment does not know what to do with "${action}"`, { hint: didYouMean(action ?? '', ['fetch', 'check']) ?? 'Give fetch or check.' });
  },
});

async function fetchMood({ config, terminal, json }: SentimentContext, coin: string): Promise<ExitName> {
  if (!COINS.includes(coin.toUpperCase())) throw new Refusal('usage', `there is no mood of "${coin}"`, { hint: `Give one of ${COINS.join(', ')}.` });
  const { askFor, fetchSeries, openFearGreed, openSeries } = await import('../wiring/economic.ts');
  const { FEAR_GREED } = await import('../../adapters/alternative/fear-greed.ts');
  const { surroundings } = await import('../wiring/surroundings.ts');
  const store = openSeries(config.home);
  const source = openFearGreed(surroundings(config, (text) => { terminal.note(text); }));
  try {
    const ask = await askFor(store, FEAR_GREED, false);
    const now = Date.now();
    const { added, equal, replaced } = await fetchSeries(store, source, FEAR_GREED, ask.vintages ? ask : { vintages: true }, now);
    const states = await store.asOf(FEAR_GREED, now + 86_400_000);
    const newest = states.at(-1);
    const { dayOrDash } = await import('../terminal/economic-report.ts');
    if (json) terminal.printJson({ series: FEAR_GREED, days: states.length, added, replaced, equal, date: dayOrDash(newest?.date), value: newest?.value ?? null });
    else terminal.print(`${FEAR_GREED}: ${newest?.value ?? '–'} of 100 on ${dayOrDash(newest?.date)}; ${states.length} days are kept, ${added} of them added now`, `See it: ./algotrendy economic show ${FEAR_GREED}`);
  } finally {
    source.close();
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
