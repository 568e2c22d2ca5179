import { defineCommand } from '../command.ts';
import { flag, readCash, readChoice, readInterval, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';

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
  ],
  positionals: [],
  options: {
    speed: withDefault(value('N|max', 'market seconds per second, or max', readSpeed), '300'),
    for: value('60s', 'stop after so much time on the clock', readInterval),
    'at-end': value('WHAT', 'when the data ends: wait, which the live screen does by itself, or stop', readChoice('wait', 'stop')),
    cash: value('N', 'opening cash of a new run; 100000 where none is given', readCash),
    fresh: flag('put the run so far aside and begin a new one'),
  },
  notes: [
    'The feed is real one-minute bars that ship with the product, replayed; no network and no key. MACD and Bollinger trade each coin on a simulated venue under guards.',
    'The journal in $ALGOTRENDY_HOME/paper holds every input, order and fill. Ctrl-C stops cleanly; the next start goes on where it stopped, also after a crash.',
    'With --json the first line is the state it resumed, then one line a fill ("kind":"fill") and a minute of market time ("kind":"minute"), one where it waits at the end of the data ("kind":"ended"), the last one on a clean stop ("kind":"stopped").',
  ],
  async run({ options, json, config, terminal }) {
    const { runPaper } = await import('../paper-loop.ts');
    await runPaper({
      home: config.home, speed: options.speed, forMs: options.for, cash: options.cash, fresh: options.fresh, json,
      atEnd: options['at-end'] ?? (terminal.isLive && !json ? 'wait' : 'stop'),
    }, terminal);
    return 'ok';
  },
});

function readSpeed(text: string, name: string): number {
  if (text === 'max') return Infinity;
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (speed > 0 && speed <= 1_000_000) return speed;
  throw new Refusal('usage', `--${name} takes max or a number above 0 and up to 1000000, not "${text}"`);
}
