import { ACCOUNT_OPTIONS, readAccount } from '../account-option.ts';
import { defineCommand } from '../command.ts';
import { readInterval, value, withDefault } from '../options.ts';
import type { WatchdogNews } from '../wiring/watchdog.ts';

/** Cancels everything at a venue when the process that trades there goes silent. */
export const watchdogCommand = defineCommand({
  name: 'watchdog',
  group: 'Trade',
  summary: 'cancel all open orders at a venue when the process that trades there goes silent',
  usage: 'VENUE --live|--testnet|--paper [options]',
  examples: ['watchdog binance --testnet', 'watchdog alpaca --paper --after 30s --json'],
  positionals: [{ name: 'VENUE', help: 'where the process trades that is watched' }],
  options: {
    ...ACCOUNT_OPTIONS,
    after: withDefault(value('15s', 'how long the process may be silent', readInterval), '15s'),
    settle: withDefault(value('10s', 'how long an order may have been on its way: it is looked for again after that', readInterval), '10s'),
  },
  notes: [
    'It is a process of its own with a connection of its own, best on the machine that trades, started before it. It reads the sign of life that the trading process leaves in $ALGOTRENDY_HOME/live, cancels when that stands still, and never opens anything: positions stay as they are. A clean stop takes the sign away, and nothing is canceled.',
    'With --json each thing that happens is a line: waiting, watching, silent, failed, canceled, stopped.',
  ],
  async run({ positionals, options, config, terminal, json }) {
    const account = readAccount(positionals[0], options);
    const { accountText } = await import('../wiring/venue-keys.ts');
    const { connectStopper } = await import('../wiring/venue-connection.ts');
    const { surroundings } = await import('../wiring/surroundings.ts');
    const { watch } = await import('../wiring/watchdog.ts');
    const stopper = await connectStopper(account.venue, account.world, surroundings(config, (what) => { terminal.note(`${account.venue}: ${what} could not be read`); }));
    const ended = new AbortController();
    const stop = () => { ended.abort(); };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    try {
      // Keys that cannot see the account must be found out now, not when it matters.
      await stopper.snapshot();
      await watch(config.home, account, stopper, { silentMs: options.after, settleMs: options.settle }, ended.signal, (news) => {
        if (json) terminal.printJson(news);
        else terminal.print(`${new Date().toISOString()} ${accountText(account)}: ${wordsOf(news)}`);
      });
    } finally {
      await stopper.close();
    }
    return 'ok';
  },
});

function wordsOf(news: WatchdogNews): string {
  switch (news.kind) {
    case 'waiting': return 'nothing trades here; waiting.';
    case 'watching': return `watching ${news.pid === null ? 'a process whose sign cannot be read' : `process ${news.pid}`}.`;
    case 'silent': return `no sign for ${(news.forMs / 1000).toFixed(1)} s: canceling all open orders.`;
    case 'failed': return `the venue did not do it, asking again: ${news.reason}`;
    case 'canceled': return `nothing is open any more; ${news.orders} orders were. Positions are as they were.`;
    case 'stopped': return 'stopped watching.';
  }
}
