import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openBars } from '../src/adapters/bars/column-cache.ts';
import { openBarSource } from '../src/app/bar-source.ts';
import { importBars } from '../src/app/wiring/bar-import.ts';
import { BAR_COLUMNS } from '../src/domain/bar.ts';
import { runAlone } from './own-process.ts';
import { makeBars, writeCsv } from './walk.ts';

const BARS = 1_000_000;
const RUNS = 5;
const STORED = 'WALK.BENCH';

function writeFiles(folder: string): { csv: string; parquet: string } {
  const bars = makeBars(BARS);
  const csv = writeCsv(join(folder, 'bars.csv'), bars);
  const parquet = join(folder, 'bars.parquet');
  writeFileSync(parquet, new Uint8Array(parquetWriteBuffer({
    columnData: BAR_COLUMNS.map((name) => (name === 'timestamp'
      ? { name, data: BigInt64Array.from(bars.timestamp, BigInt), type: 'INT64' as const }
      : { name, data: bars[name], type: 'DOUBLE' as const })),
  })));
  return { csv, parquet };
}

interface Measured {
  readonly wall: number;
  readonly cpu: number;
}

/** For how long a new process is left alone, so that what its other threads still have to do for its start is not taken for the loading. */
const SETTLE_MS = 200;

/** Opens the bars and, where asked, reads them into memory; in a process of its own, since the first time is what counts. */
async function measureHere(file: string, home: string, read: boolean): Promise<Measured> {
  await setTimeout(SETTLE_MS);
  const cpu = process.cpuUsage();
  const start = performance.now();
  const bars = file === STORED ? await openBarSource(file, { home }) : await openBars(file, { home });
  if (read) bars.read();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  bars.close();
  return { wall, cpu: (user + system) / 1e6 };
}

/** In a home that stays as it is, or, where none is named, in one that is new to each run and removed after it: the next copy then gets the memory of the last, as on a machine that has run for a while. */
function measure(file: string, home: string | undefined, read: boolean): Measured {
  const runs = Array.from({ length: RUNS }, () => {
    const used = home ?? mkdtempSync(`${file}-home-`);
    const run = runAlone<Measured>(import.meta.filename, [file, used, read ? 'read' : 'open']);
    if (home === undefined) rmSync(used, { recursive: true });
    return run;
  });
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[RUNS >> 1];
  return { wall: median(runs.map(({ wall }) => wall)), cpu: median(runs.map(({ cpu }) => cpu)) };
}

/**
 * How long a million bars take: from a CSV and a Parquet file the first time (parsed, checked, hashed
 * and written to the column cache), and afterwards from the cache into memory, by the file's name and by the id that it was imported under. Medians of five
 * processes each, wall and CPU seconds from the call to the bars, with the page cache warm.
 */
export async function benchBars(): Promise<{ name: string; seconds: number; limitSeconds: number }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-bars-'));
  try {
    const { csv, parquet } = writeFiles(folder);
    const results: { name: string; seconds: number; limitSeconds: number }[] = [];
    const add = (name: string, limitSeconds: number, { wall, cpu }: Measured) => {
      results.push({ name: `${name}, wall`, seconds: wall, limitSeconds }, { name: `${name}, CPU`, seconds: cpu, limitSeconds });
    };
    add('a million bars from CSV the first time', 0.2, measure(csv, undefined, false));
    add('a million bars from Parquet the first time', 1.2, measure(parquet, undefined, false));
    const home = join(folder, 'home');
    await importBars(csv, { home, instrument: STORED });
    add('a million bars of a file that was read before', 0.04, measure(csv, home, true));
    add('a million stored bars', 0.04, measure(STORED, home, true));
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const [file, home, what] = process.argv.slice(2);
  if (file !== undefined && home !== undefined) {
    console.log(JSON.stringify(await measureHere(file, home, what === 'read')));
  } else {
    for (const { name, seconds, limitSeconds } of await benchBars()) {
      console.log(`${seconds.toFixed(3)} s of ${limitSeconds} s  ${name}`);
    }
  }
}
