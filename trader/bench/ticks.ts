import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readCapture } from '../src/adapters/ticks/capture-reader.ts';
import type { TickSeries } from '../src/domain/tick.ts';
import { riskAverse } from '../src/simulation/depth/queue-model.ts';
import type { Figure } from './figure.ts';
import { peerPython } from './peer-python.ts';
import { LATENCY_MS, Quoter, quoteOn, Recording, runQuoter, View, writeScript, type Outcome } from './quoter.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A recording of futures depth as fast as the venue sends it; where it is not, the one that ships stands in. */
const DENSE = join(ROOT, '..', 'shared', 'data', 'ticks', 'hftbacktest_binance_usdm_btcusdt_20240808.gz');
const SHIPPED = join(ROOT, 'data', 'binance-spot_BTCUSDT_ticks_20240808.gz');
/** The quoter acts that often, by the recording's mean. */
const TICKS_A_TURN = 150;
const TICKS_TIMED = 2_000_000;
const TICKS_OF_HEAP = 10_000_000;
const RUNS = 9;
const LIMIT_NS = 60;
const LIMIT_MB = 1;

/**
 * A quoter on recorded depth: every 300 ticks or so an order of one lot at the best bid and one at the
 * best ask as seen here, canceled 150 ticks later. Nanoseconds of CPU a tick of the venue, with book,
 * queues, latency both ways and reports; of venue and the quoter's own, later view of the book together,
 * as hftbacktest counts them; what the heap grows by; and hftbacktest on the same ticks, where it can be
 * had. The limit holds for the quickest run: the others tell what else the machine was doing.
 */
export async function benchTicks(): Promise<Figure[]> {
  const series = await readCapture([existsSync(DENSE) ? DENSE : SHIPPED]);
  const { span, length } = new Recording(series.ticks, 1);
  const record = new Recording(series.ticks, Math.round((TICKS_A_TURN * span) / length));
  const repeats = Math.ceil(TICKS_TIMED / record.length);
  const script = writeScript(record, repeats);
  const growth = heapGrowth(record);
  const venue = sortedRuns(() => runQuoter(record, riskAverse, repeats, script));
  const both = sortedRuns(() => runQuoter(record, riskAverse, repeats));
  return [
    { name: `venue, ${venue[0].orders} orders, ${venue[0].reports} reports, quickest`, value: nsPerTick(venue[0]), unit: 'ns/tick', limit: LIMIT_NS, better: 'less' },
    { name: 'venue, median', value: nsPerTick(venue[RUNS >> 1]), unit: 'ns/tick', limit: undefined, better: 'less' },
    { name: 'venue and a view of the book here, quickest', value: nsPerTick(both[0]), unit: 'ns/tick', limit: undefined, better: 'less' },
    { name: 'heap growth over 10 M ticks', value: growth, unit: 'MB', limit: LIMIT_MB, better: 'less' },
    ...againstPeer(series, record, repeats, both[0]),
  ];
}

/** Several runs after two that compile, the quickest first. */
function sortedRuns(run: () => Outcome): Outcome[] {
  run();
  run();
  return Array.from({ length: RUNS }, run).sort((a, b) => a.cpuSeconds - b.cpuSeconds);
}

function nsPerTick({ cpuSeconds, ticks }: Outcome): number {
  return (cpuSeconds * 1e9) / ticks;
}

/** Megabytes that stay behind after ten million ticks, once everything is compiled and warm. */
function heapGrowth(record: Recording): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    for (let i = 0; i < 3; i++) collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const repeats = Math.ceil(TICKS_OF_HEAP / record.length);
  const quoter = new Quoter(record.pieces(repeats + 1), riskAverse);
  const view = new View(record);
  const [first, all] = [record.turns(1), record.turns(repeats + 1)];
  const from = (turn: number) => ({ start: record.start + turn * record.stepMs, stepMs: record.stepMs });
  quoteOn(record, quoter, first, view);
  const before = held();
  quoteOn(from(first), quoter, all - first, view);
  return Math.max(0, held() - before) / 1e6;
}

/** hftbacktest on the same ticks with the same orders: its fills must be ours. */
function againstPeer({ priceScale, quantityScale }: TickSeries, record: Recording, repeats: number, ours: Outcome): Figure[] {
  const python = peerPython('hftbacktest', 'hftbacktest==2.4.4');
  if (python === undefined) return [];
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-bench-'));
  try {
    const { kind, tsExchange, tsLocal, price, size } = record.venue;
    const rows = new Float64Array(5 * record.length);
    for (let i = 0; i < record.length; i++) rows.set([kind[i], tsExchange[i], tsLocal[i], price[i], size[i]], 5 * i);
    const file = join(folder, 'events.bin');
    writeFileSync(file, rows);
    const ns = (ms: number) => String(BigInt(Math.round(ms * 10)) * 100_000n);
    const words = [
      file, `1e-${priceScale}`, `1e-${quantityScale}`, String(repeats), ns(record.span), ns(record.start), ns(record.stepMs), String(record.turns(repeats)), ns(LATENCY_MS),
    ];
    const theirs = JSON.parse(execFileSync(python, [fileURLToPath(new URL('ticks-peer.py', import.meta.url)), ...words], {
      encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 300_000,
    })) as { orders: number; fills: number; lots: number; cash: number; cpuSeconds: number };
    const cash = ours.cash / 10 ** (priceScale + quantityScale);
    if (theirs.orders !== ours.orders || theirs.fills !== ours.fills || theirs.lots !== ours.position || Math.abs(theirs.cash - cash) > 1e-6) {
      throw new Error(`hftbacktest disagrees: ${JSON.stringify(theirs)}, not ${JSON.stringify({ ...ours, cash })}`);
    }
    const ratio = theirs.cpuSeconds / ours.cpuSeconds;
    return [
      { name: `hftbacktest 2.4.4, the same ${theirs.fills} fills, quickest`, value: (theirs.cpuSeconds * 1e9) / ours.ticks, unit: 'ns/tick', limit: undefined, better: 'less' },
      { name: 'times as fast as hftbacktest', value: ratio, unit: '×', limit: undefined, better: 'more' },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
