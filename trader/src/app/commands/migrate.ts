import { defineCommand } from '../command.ts';
import { MARKET_STORE_NAMES } from '../config.ts';
import { readChoice, readInterval, readText, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { migrationLines } from '../terminal/migration-report.ts';

/** Carries the bars of an AlgoTrendy 2.5 over, from TimescaleDB or its dump. */
export const migrateCommand = defineCommand({
  name: 'migrate',
  group: 'Data',
  summary: 'carry bars over from TimescaleDB or its dump, and compare',
  usage: 'timescale --from URL|SECRET|DUMP [--to STORE] [options]',
  examples: [
    'migrate timescale --from postgres://trader@127.0.0.1:5432/trading', 'migrate timescale --from TIMESCALE_URL --to questdb --symbols symbols.csv',
    'migrate timescale --from trading.sql.gz --interval 1m --json',
  ],
  positionals: [{ name: 'timescale', help: 'the database that the bars come from' }],
  options: {
    from: value('URL|SECRET|DUMP', 'postgres://USER@HOST:PORT/DATABASE, or the secret that holds it, or a plain dump of pg_dump', readText),
    to: value('STORE', 'embedded or questdb; the store that is set where it is not given', readChoice(...MARKET_STORE_NAMES)),
    symbols: value('FILE', 'which symbol becomes which instrument: one SYMBOL,INSTRUMENT a line; without it each symbol is its instrument', readText),
    interval: value('1m', 'how long each bar is; for each symbol its most frequent step where it is not given', readInterval),
  },
  notes: [
    'Reads the table market_data with the columns symbol, time, open, high, low, close, volume, source. Every row is looked at first: where one is no possible bar, or is there twice, nothing is written. Then all is copied, read back, and compared in counts, spans, sums and checksums. docs/migration.md says what is assumed.',
    'It may be stopped or killed at any moment: started again, it goes on where it was. A password does not belong on the command line, which other processes can see: keep the URL as a secret.',
  ],
  async run({ positionals: [source], options: { from, to, symbols, interval }, config, terminal, json }) {
    if (source !== 'timescale') throw new Refusal('usage', `migrate knows timescale, not "${source}"`);
    if (from === undefined) throw new Refusal('usage', '--from is missing: what is to be carried over?', { hint: 'Give postgres://USER@HOST:PORT/DATABASE, the name of a secret, or a dump.' });
    const { migrate, openTable, readInstruments } = await import('../wiring/migration.ts');
    const { openMarketStore } = await import('../wiring/market-store.ts');
    const { WALL_CLOCK } = await import('../wiring/wall-clock.ts');
    const instruments = symbols === undefined ? undefined : readInstruments(symbols);
    const target = to ?? config.marketStore;
    const store = await openMarketStore(config.home, target, config);
    const progress = terminal.phases();
    try {
      const table = await openTable(from, config);
      try {
        const report = await migrate({
          home: config.home, table, store, target, instruments, intervalMs: interval, now: () => WALL_CLOCK.now(),
          onProgress: (phase, fraction) => { progress.update(phase, fraction); },
        });
        progress.close();
        if (json) terminal.printJson(report);
        else terminal.print(...migrationLines(report, terminal.tableColumns, terminal.style));
        return report.sound ? 'ok' : 'failure';
      } finally {
        await table.close();
      }
    } finally {
      progress.close();
      await store.close();
    }
  },
});
