import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand } from '../command.ts';
import { list, readChoice, readInterval, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { formatTime } from '../terminal/format.ts';
import { PROVIDER_NAMES } from '../wiring/provider-hosts.ts';

/** How long after one look the next follows. */
const LOOK_MS = 5_000;

/** Tells what a symbol trades at, once or for a while. */
export const dataQuoteCommand = defineCommand({
  name: 'data quote',
  group: 'Data',
  summary: 'what a symbol trades at, by the providers',
  usage: 'SYMBOL [--for 1m] [--provider NAME]',
  examples: ['data quote AAPL', 'data quote BTC-USD --for 5m --json'],
  positionals: [{ name: 'SYMBOL', help: 'as its exchange writes it: AAPL, BRK.B; a coin as BTC-USD' }],
  options: {
    for: value('1m', 'look again every five seconds, for so long', readInterval),
    provider: list('NAME', `ask these, in this order, and no others: ${PROVIDER_NAMES.join(', ')}`, readChoice(...PROVIDER_NAMES)),
  },
  notes: [
    'A quote is kept for fifteen seconds; an older one is told at once while a new one is fetched, and after a quarter of an hour it is told no more. So a look costs no more than a call in fifteen seconds.',
    'Shares of free providers are up to a quarter of an hour late; of Alpha Vantage it is the last day\'s close. The time is when it traded. Nothing trades on a quote.',
  ],
  async run({ positionals: [symbol = ''], options: { for: forMs = 0, provider }, config, terminal, json }) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(symbol)) throw new Refusal('usage', `"${symbol}" is no symbol`, { hint: 'It reads like AAPL, BRK.B or BTC-USD.' });
    const { openMarketData } = await import('../wiring/market-data.ts');
    const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { stop.abort(); });
    const data = await openMarketData(config, provider.length === 0 ? undefined : provider, ({ next, failure }) => {
      terminal.note(`${terminal.noteStyle.warn(next === undefined ? 'Failed:' : `Falling back to ${next}:`)} ${failure.message}`);
    });
    const end = WALL_CLOCK.now() + forMs;
    try {
      for (;;) {
        const quote = await data.cache.quote(symbol);
        if (!quote.ok) throw new Refusal('venue', quote.error.message, { where: symbol });
        const { price, currency, source, tsEvent } = quote.value;
        if (json) terminal.printJson({ symbol, price, currency: currency ?? null, source, tsEvent });
        else terminal.print(`${symbol}  ${price}${currency === undefined ? '' : ` ${currency}`}  of ${formatTime(tsEvent)} UTC, from ${source}`);
        if (stop.signal.aborted || WALL_CLOCK.now() + LOOK_MS > end) return 'ok';
        await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
        if (stop.signal.aborted) return 'ok';
      }
    } finally {
      await data.close();
    }
  },
});
