import { API_OPTIONS, readApiChoice } from '../api-options.ts';
import { defineCommand } from '../command.ts';
import { flag, list, pairs, readCash, readChoice, readInterval, readText, value, withDefault, type OptionValues } from '../options.ts';
import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { FEED_NAMES } from '../wiring/venue-hosts.ts';
import type { LiveRequest } from '../wiring/paper-source.ts';
import { choosePropFirmSetup, PROP_FIRM_OPTIONS, propFirmWarnings } from '../wiring/prop-firm.ts';

/** What a live market is traded with; each takes --feed. */
const LIVE_OPTIONS = {
  feed: value('VENUE', 'trade the live market of this venue, still without money: the one option that lets paper reach a network', readChoice(...FEED_NAMES)),
  instrument: list('ID', 'with --feed: what to trade, by id or by the venue\'s symbol; BTC, ETH and SOL where none is given', readText),
  interval: value('1m', 'with --feed: length of the bars to decide on; 1m where none is given', readInterval),
  strategy: value('NAME', 'with --feed: the one strategy to trade, by name or as the path of a .ts file', readText),
  param: pairs('with --strategy: a parameter of it'),
  series: list('ID', 'with --strategy: a stored series, one for each that it reads, in its order', readText),
};

/** Trades the shipped coins on paper, from where it stopped last. */
export const paperCommand = defineCommand({
  name: 'paper',
  group: 'Trade',
  summary: 'trade BTC, ETH and SOL on paper, from where it stopped last',
  usage: '[options]',
  examples: [
    'paper',
    'paper --speed 60',
    'paper --speed max --at-end stop',
    'paper --for 60s --json',
    'paper --fresh --prop-firm ftmo-challenge',
    'paper --feed binance --strategy macd --param fast=20 --param slow=50 --instrument BTCUSDT --interval 5m',
  ],
  positionals: [],
  options: {
    speed: withDefault(value('N|max', 'market seconds per second, or max', readSpeed), '300'),
    for: value('60s', 'stop after so much time on the clock', readInterval),
    'at-end': value('WHAT', 'when the data ends: wait, which the live screen does by itself, or stop', readChoice('wait', 'stop')),
    cash: value('N', 'opening cash of a new run; 100000 where none is given', readCash),
    fresh: flag('put the run so far aside and begin a new one'),
    ...LIVE_OPTIONS,
    ...PROP_FIRM_OPTIONS,
    ...API_OPTIONS,
  },
  notes: [
    'The feed is real one-minute bars that ship with the product, replayed; no network and no key. MACD and Bollinger trade each coin on a simulated venue under guards.',
    'The journal in $ALGOTRENDY_HOME/paper holds every input, order and fill. Ctrl-C stops cleanly; the next start goes on where it stopped, also after a crash.',
    'With --feed the bars are those of a live market as they close, fills are still simulated, and the strategies are warmed up on bars that are past. What was missed while the feed or the process was down is fetched, and no new risk is taken on it. Only this counts for a passport.',
    'With --json the first line is the state it resumed, then one line a fill ("kind":"fill") and a minute of market time ("kind":"minute"), one where it waits at the end of the data ("kind":"ended") or where a live feed goes down or comes back ("kind":"feed"), the last one on a clean stop ("kind":"stopped").',
  ],
  async run({ options, json, config, terminal }) {
    const live = await liveRequest(options, config, terminal);
    const propFirm = choosePropFirmSetup(options);
    for (const warning of propFirm === undefined ? [] : propFirmWarnings(propFirm)) terminal.note(warning);
    const { runPaper } = await import('../paper-loop.ts');
    await runPaper({
      home: config.home, speed: options.speed, forMs: options.for, cash: options.cash, fresh: options.fresh, json, live, propFirm,
      api: readApiChoice(options, json),
      atEnd: options['at-end'] ?? (terminal.isLive && !json ? 'wait' : 'stop'),
    }, terminal);
    return 'ok';
  },
});

/** A live market is reached where it was asked for by name, and nowhere else. */
async function liveRequest({ feed, instrument, interval, strategy, param, series }: OptionValues<typeof LIVE_OPTIONS>, config: Config, terminal: Terminal): Promise<LiveRequest | undefined> {
  const named = Object.keys(param).length > 0;
  if (feed === undefined) {
    if (instrument.length === 0 && interval === undefined && strategy === undefined && !named && series.length === 0) return undefined;
    throw new Refusal('usage', '--instrument, --interval, --strategy, --param and --series take --feed: the shipped bars are traded as they are');
  }
  if (named && strategy === undefined) throw new Refusal('usage', '--param takes --strategy, whose parameter it is');
  if (series.length > 0 && strategy === undefined) throw new Refusal('usage', '--series takes --strategy, which reads it');
  const { surroundings } = await import('../wiring/surroundings.ts');
  const around = surroundings(config, (what) => { terminal.note(`${feed}: ${what} could not be read`); });
  return { venue: feed, instruments: instrument, intervalMs: interval, strategy, parameters: param, series, around };
}

function readSpeed(text: string, name: string): number {
  if (text === 'max') return Infinity;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (speed > 0 && speed <= 1_000_000) return speed;
  throw new Refusal('usage', `--${name} takes max or a number above 0 and up to 1000000, not "${text}"`);
}
