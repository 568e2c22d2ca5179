import { defineCommand } from '../command.ts';
import { flag, list, readInterval, readText, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import { formatCount, formatPlural, formatTime } from '../terminal/format.ts';
import { FEED_NAMES } from '../wiring/venue-hosts.ts';
import type { ListenedBar, ListenReport } from '../wiring/market-listening.ts';

/** Listens to a venue's market without trading it. */
export const dataListenCommand = defineCommand({
  name: 'data listen',
  group: 'Data',
  summary: 'listen to a venue\'s live market: bars, quotes, book, quality',
  usage: 'VENUE [--instrument ID] [--keep] [options]',
  examples: ['data listen coinbase', 'data listen kraken --instrument BTC/USD --for 10m --keep', 'data listen okx --json'],
  positionals: [{ name: 'VENUE', help: `one of ${FEED_NAMES.join(', ')}` }],
  options: {
    instrument: list('ID', 'what to hear, by id or by the venue\'s symbol; BTC, ETH and SOL where none is given', readText),
    interval: withDefault(value('1m', 'length of the bars', readInterval), '1m'),
    for: withDefault(value('5m', 'how long', readInterval), '5m'),
    keep: flag('put each bar into the store of bars, under its instrument\'s id'),
  },
  notes: [
    'Bars are the venue\'s own; one that the stream leaves out is asked for before the next is told. They are held against the trades that were heard. Books are those that numbers or a checksum of the venue\'s prove.',
    'With --json one line a bar ("kind":"bar"), and a last one with counts and the feed\'s quality ("kind":"listened"). Ctrl-C ends it early.',
  ],
  async run({ positionals: [name = ''], options: { instrument, interval, for: forMs, keep }, config, terminal, json }) {
    const venue = FEED_NAMES.find((known) => known === name);
    if (venue === undefined) throw new Refusal('usage', `there is no venue "${name}"`, { hint: didYouMean(name, FEED_NAMES) ?? `It is one of ${FEED_NAMES.join(', ')}.` });
    const { listenTo } = await import('../wiring/market-listening.ts');
    const { surroundings } = await import('../wiring/surroundings.ts');
    const { feedWords } = await import('../wiring/feed-words.ts');
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { stop.abort(); });
    const around = surroundings(config, (what) => { terminal.note(`${venue}: ${what} could not be read`); });
    const report = await listenTo({ venue, instruments: instrument, intervalMs: interval, forMs, keep, config, around, stop: stop.signal }, (bars) => {
      for (const each of bars) {
        if (json) terminal.printJson({ kind: 'bar', ...each });
        else terminal.print(barLine(each));
      }
    });
    if (json) terminal.printJson({ kind: 'listened', ...report });
    else terminal.print(...reportLines(report), `${feedWords(venue, report.feed)}.`);
    return 'ok';
  },
});

function barLine({ instrument, bar, live, quote, spreadBps, depth }: ListenedBar): string {
  return [
    `${formatTime(bar.timestamp)}  ${instrument}  ${bar.close}  volume ${bar.volume}`,
    ...(quote === null || spreadBps === null ? [] : [`bid ${quote.bid} ask ${quote.ask}, ${spreadBps.toFixed(2)} bp apart`]),
    ...(depth === null ? [] : [`book ${depth.bids.toPrecision(4)} to ${depth.asks.toPrecision(4)} in ${depth.levels} levels`]),
    ...(live ? [] : ['asked for']),
  ].join('  ');
}

function reportLines({ bars, kept, trades, quotes, books }: ListenReport): readonly string[] {
  return [`${formatPlural(bars, 'bar')}, ${formatPlural(trades, 'trade')}, ${formatPlural(quotes, 'quote')}, ${formatCount(books)} states of books${kept === null ? '' : `; ${formatPlural(kept, 'bar')} put into the store`}`];
}
