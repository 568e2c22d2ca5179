import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openBars } from '../src/adapters/bars/column-cache.ts';
import { allocateBars, BAR_COLUMNS, type Bars } from '../src/domain/bar.ts';

const BARS = 1_000_000;
const RUNS = 5;

/** A million one-minute bars of a seeded random walk, prices to the cent, volumes to four decimals. */
function makeBars(): Bars {
  const bars = allocateBars(BARS);
  let state = 20_240_101;
  // Marsaglia's xorshift32: enough for digits that no compressor and no branch predictor can guess.
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  let price = 3_000_000; // cents
  for (let row = 0; row < BARS; row++) {
    const close = Math.max(1_000_000, Math.round(price * (1 + (random() - 0.5) * 2e-3)));
    bars.timestamp[row] = 1_577_836_800_000 + row * 60_000;
    bars.open[row] = price / 100;
    bars.high[row] = Math.round(Math.max(price, close) * (1 + random() * 5e-4)) / 100;
    bars.low[row] = Math.round(Math.min(price, close) * (1 - random() * 5e-4)) / 100;
    bars.close[row] = close / 100;
    bars.volume[row] = Math.round(random() * 1e6) / 1e4;
    price = close;
  }
  return bars;
}

function writeFiles(folder: string): { csv: string; parquet: string } {
  const bars = makeBars();
  const csv = join(folder, 'bars.csv');
  const descriptor = openSync(csv, 'w');
  writeSync(descriptor, `${BAR_COLUMNS.join(',')}\n`);
  for (let from = 0; from < BARS; from += 10_000) {
    let text = '';
    for (let row = from; row < from + 10_000; row++) text += `${BAR_COLUMNS.map((column) => bars[column][row]).join(',')}\n`;
    writeSync(descriptor, text);
  }
  closeSync(descriptor);
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

/** Opens the bars and, where asked, reads them into memory; in a process of its own, since the first time is what counts. */
async function measureHere(file: string, home: string, read: boolean): Promise<Measured> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const bars = await openBars(file, { home });
  if (read) bars.read();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  bars.close();
  return { wall, cpu: (user + system) / 1e6 };
}

function measure(file: string, homeOf: (run: number) => string, read: boolean): Measured {
  const runs = Array.from({ length: RUNS }, (_, run): Measured =>
    JSON.parse(execFileSync(process.execPath, [import.meta.filename, file, homeOf(run), read ? 'read' : 'open'], { encoding: 'utf8' })));
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[RUNS >> 1];
  return { wall: median(runs.map(({ wall }) => wall)), cpu: median(runs.map(({ cpu }) => cpu)) };
}

/**
 * How long a million bars take: from a CSV and a Parquet file the first time (parsed, checked, hashed
 * and written to the column cache), and afterwards from the cache into memory. Medians of five
 * processes each, wall and CPU seconds, with the page cache warm.
 */
export async function benchBars(): Promise<{ name: string; seconds: number; limitSeconds: number }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-bars-'));
  try {
    const { csv, parquet } = writeFiles(folder);
    const results: { name: string; seconds: number; limitSeconds: number }[] = [];
    const add = (name: string, limitSeconds: number, { wall, cpu }: Measured) => {
      results.push({ name: `${name}, wall`, seconds: wall, limitSeconds }, { name: `${name}, CPU`, seconds: cpu, limitSeconds });
    };
    add('a million bars from CSV the first time', 0.2, measure(csv, (run) => join(folder, `csv-${run}`), false));
    add('a million bars from Parquet the first time', 1.2, measure(parquet, (run) => join(folder, `parquet-${run}`), false));
    add('a million stored bars', 0.04, measure(csv, () => join(folder, 'csv-0'), true));
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
