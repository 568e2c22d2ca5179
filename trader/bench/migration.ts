import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DumpTable } from '../src/adapters/timescale/dump-table.ts';
import { EmbeddedMarketStore } from '../src/adapters/market-store/embedded-market-store.ts';
import { migrate } from '../src/app/wiring/migration.ts';
import type { Figure } from './figure.ts';
import { makeBars } from './walk.ts';

const SIZES = [4_100, 1_000_000];
const SYMBOLS = 4;
const LINES_AT_ONCE = 10_000;

/** How long a migration from a dump takes, each size once: reading, staging, copying into the embedded store with full sync, reading back and comparing. */
export async function benchMigration(sizes: readonly number[] = SIZES): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const rows of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-migration-'));
    try {
      const dump = join(folder, 'dump.sql');
      writeDump(dump, rows / SYMBOLS);
      const table = new DumpTable(dump, join(folder, 'staging'));
      const store = new EmbeddedMarketStore(join(folder, 'market.sqlite'));
      const report = await migrate({ home: folder, table, store, target: 'embedded', instruments: undefined, intervalMs: undefined, now: () => 1_700_000_000_000, onProgress() {} });
      await table.close();
      await store.close();
      if (!report.sound || report.rows !== rows) throw new Error(`${report.rows} of ${rows} rows came over`);
      const name = `${rows.toLocaleString('en')} rows of a dump, compared`;
      figures.push({ name, value: report.tookMs, unit: 'ms', limit: undefined, better: 'less' }, { name, value: rows / report.tookMs * 1000, unit: 'rows/s', limit: undefined, better: 'more' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return figures;
}

/** Rows as a table has them to which every minute adds one of each symbol. */
function writeDump(path: string, minutes: number): void {
  const { timestamp, open, high, low, close, volume } = makeBars(minutes);
  const descriptor = openSync(path, 'w');
  writeSync(descriptor, '-- PostgreSQL database dump\n\nCOPY public.market_data (symbol, "time", open, high, low, close, volume, source) FROM stdin;\n');
  for (let from = 0; from < minutes; from += LINES_AT_ONCE) {
    const lines: string[] = [];
    for (let row = from; row < Math.min(minutes, from + LINES_AT_ONCE); row++) {
      const time = new Date(timestamp[row]).toISOString().replace('T', ' ').replace('Z', '+00');
      for (let symbol = 0; symbol < SYMBOLS; symbol++) lines.push(`S${symbol}\t${time}\t${open[row]}\t${high[row]}\t${low[row]}\t${close[row]}\t${volume[row]}\tbinance\n`);
    }
    writeSync(descriptor, lines.join(''));
  }
  writeSync(descriptor, '\\.\n\n-- PostgreSQL database dump complete\n');
  closeSync(descriptor);
}

if (import.meta.main) console.log(JSON.stringify(await benchMigration(process.argv.slice(2).map(Number))));
