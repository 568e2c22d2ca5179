import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBars } from '../src/adapters/bars/column-cache.ts';
import { runSparingly } from '../src/app/wiring/backtest.ts';
import { readParameters } from '../src/domain/parameters.ts';
import {
  maxCurrencyExposure, maxDrawdown, maxExposure, maxGroupExposure, maxLossStreak, maxNotional, maxOrderRate, maxOrdersPerOpinion, maxPosition, priceCollar, staleData,
} from '../src/pipeline/guards.ts';
import { BasisPointFee } from '../src/simulation/fees.ts';
import { macd } from '../src/strategies/macd/macd.ts';
import type { Figure } from './figure.ts';
import { peerPython } from './peer-python.ts';
import { makeBars, writeCsv } from './walk.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LAUNCHER = join(ROOT, 'algotrendy');
/** The bars of the published benchmark; where they are not, a walk of as many bars stands in. */
const PUBLISHED = join(ROOT, '..', 'shared', 'bench', 'bars.parquet');
const BARS = 1_000_000;
const PEER_BARS = 200_000;
const RUNS = 5;
/** How often a backtest of the command line looks at its progress. */
const LOOKS = 240;
const LIMIT = 10e6;

const CANONICAL = { fast: 12, slow: 26, signal: 9, warmup: 34, seed: 'first', rule: 'cross', direction: 'long' } as const;
const MACD = ['macd', ...Object.entries(CANONICAL).flatMap(([name, value]) => ['--param', `${name}=${value}`])];
const UNITS = ['--sizing', 'units:1'];
/** Ticks, lots, minima, fees, funding, margin. */
const VENUE = ['--venue', 'binance-usdm', '--instrument', 'BTC-USDT-PERP.BINANCE', '--leverage', '5'];
const REALISM = ['--slippage', 'impact:1', '--latency', 'lognormal:80,0.5', '--volume-share', '20%'];

/** What a backtest's report says of its own cost, with the seconds on the clock that its process took. */
interface Cost {
  readonly fills: number;
  readonly finalEquity: string;
  readonly cpuSeconds: number;
  readonly barsPerCpuSecond: number;
  readonly loadSeconds: number;
  readonly peakRssMb: number;
  readonly wallSeconds: number;
}

/**
 * Backtests over a million bars, each in a fresh process of the command line: medians of bars per
 * CPU-second, all threads and all compilation counted, of what a run costs beyond that, and of the
 * canonical one against backtesting.py on the same bars, where that can be had.
 */
export async function benchEngine(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'algotrendy-bench-'));
  try {
    const file = existsSync(PUBLISHED) ? PUBLISHED : writeCsv(join(folder, 'walk.csv'), makeBars(BARS));
    const made = makeStrategy(folder);
    const run = (args: readonly string[]) => median(() => backtest([...args, '--bars', file], folder), ({ cpuSeconds }) => cpuSeconds);
    run([...MACD, ...UNITS]); // fills the column cache
    const canonical = run([...MACD, ...UNITS]);
    const rate = (name: string, { fills, barsPerCpuSecond }: Cost, limit: number): Figure => ({
      name: `${name}, ${fills} fills`, value: barsPerCpuSecond, unit: 'bar/s', limit, better: 'more',
    });
    return [
      rate('macd', canonical, LIMIT),
      rate('macd with stop and target', run([...MACD, ...UNITS, '--param', 'stop=0.01', '--param', 'target=0.02']), LIMIT / 3),
      rate('macd by a fraction of equity', run([...MACD, '--sizing', 'fraction:0.95']), LIMIT / 3),
      rate('macd with all guards', median(() => guarded(file, folder), ({ cpuSeconds }) => cpuSeconds), LIMIT / 3),
      rate('macd with slippage, latency and limited volume', run([...MACD, ...UNITS, ...REALISM]), LIMIT / 2),
      rate('macd at a venue', run([...MACD, ...UNITS, ...VENUE]), LIMIT / 2),
      rate('macd at a venue with all of that', run([...MACD, ...UNITS, ...VENUE, ...REALISM]), LIMIT / 2),
      rate('bollinger reversion', run(['bollinger', '--param', 'rule=reversion', ...UNITS]), LIMIT / 3),
      rate('moving-average-cross', run(['moving-average-cross', ...UNITS]), LIMIT / 3),
      rate('what `new strategy` makes', run([made, ...UNITS]), LIMIT / 3),
      { name: 'peak memory', value: canonical.peakRssMb, unit: 'MB', limit: 250, better: 'less' },
      { name: 'start to printed result, beyond loading', value: canonical.wallSeconds - canonical.loadSeconds, unit: 's', limit: 0.5, better: 'less' },
      ...await againstPeer(file, folder),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One backtest by the launcher, as a user runs it. */
function backtest(args: readonly string[], home: string): Cost {
  const started = performance.now();
  const printed = execFileSync(LAUNCHER, ['backtest', ...args, '--cash', '10000000', ...args.includes('--venue') ? [] : ['--fee-bps', '10'], '--json'], {
    encoding: 'utf8', env: { ...process.env, ALGOTRENDY_HOME: home }, maxBuffer: 1 << 26,
  });
  return { ...JSON.parse(printed) as Cost, wallSeconds: (performance.now() - started) / 1000 };
}

function median<T>(run: () => T, by: (result: T) => number): T {
  return Array.from({ length: RUNS }, run).sort((a, b) => by(a) - by(b))[RUNS >> 1];
}

/** Has the command line write a strategy, and gives its path. */
function makeStrategy(folder: string): string {
  execFileSync(LAUNCHER, ['new', 'strategy', 'bench-made', '--dir', folder, '--json'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'bench-made', 'bench-made.ts');
}

/** The canonical strategy under every guard, none of which bites; no option sets guards, so a process of this file runs it as the command line would. */
function guarded(file: string, home: string): Cost {
  return JSON.parse(execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), '--guarded', file, home], { encoding: 'utf8' })) as Cost;
}

async function runGuarded(file: string, home: string): Promise<Pick<Cost, 'fills' | 'cpuSeconds' | 'barsPerCpuSecond'>> {
  const set = await openBars(file, { home });
  const bars = set.read(0, set.length);
  const values = readParameters(macd.parameters, CANONICAL);
  if (!values.ok) throw new Error(values.error.message);
  const before = process.cpuUsage();
  const { portfolio } = runSparingly({
    markets: [{
      instrument: { id: 'BENCH', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: set.priceDecimals, quantityScale: 0, tickSize: 1, lotSize: 1, minNotional: 0 },
      intervalMs: set.intervalMs,
    }],
    books: [{ strategyName: 'macd', strategy: macd.create(values.value), market: 0, sizing: { kind: 'units', units: '1' } }],
    cash: '10000000', fees: new BasisPointFee('10'), latencyMs: 0, marketFill: 'next-open',
    guards: [
      maxNotional(1e9), maxExposure(100), maxPosition(100), maxCurrencyExposure(100), maxGroupExposure('all', ['BENCH'], 100), maxLossStreak(1e9, 60_000), maxOrdersPerOpinion(1),
      maxOrderRate(1000, 60_000), priceCollar(0.5), staleData(120_000), maxDrawdown(0.99),
    ],
  }, [[bars]], Math.ceil(bars.length / LOOKS), () => {});
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  return { fills: portfolio.fills, cpuSeconds, barsPerCpuSecond: bars.length / cpuSeconds };
}

/** Ours over theirs, both on the first bars of the file in alternating runs; nothing where Python or its packages cannot be had. */
async function againstPeer(file: string, folder: string): Promise<Figure[]> {
  const python = peerPython('backtesting', 'backtesting==0.6.6');
  if (python === undefined) return [];
  const set = await openBars(file, { home: folder });
  const csv = writeCsv(join(folder, 'peer.csv'), set.read(0, Math.min(PEER_BARS, set.length)));
  const pairs = Array.from({ length: 3 }, () => ({
    ours: backtest([...MACD, ...UNITS, '--bars', file, '--first', String(PEER_BARS)], folder),
    theirs: JSON.parse(execFileSync(python, [fileURLToPath(new URL('peer.py', import.meta.url)), csv, String(PEER_BARS)], {
      encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
    })) as { fills: number; equity: number; cpuSeconds: number },
  }));
  for (const { ours, theirs } of pairs) {
    if (ours.fills !== theirs.fills || Math.abs(Number(ours.finalEquity) - theirs.equity) > 0.01) {
      throw new Error(`backtesting.py disagrees: ${theirs.fills} fills and ${theirs.equity}, not ${ours.fills} and ${ours.finalEquity}`);
    }
  }
  const middle = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1];
  const theirs = middle(pairs.map((pair) => pair.theirs.cpuSeconds));
  return [
    { name: `backtesting.py, ${PEER_BARS} bars`, value: PEER_BARS / theirs, unit: 'bar/s', limit: undefined, better: 'more' },
    { name: 'times as fast as backtesting.py on them', value: theirs / middle(pairs.map(({ ours }) => ours.cpuSeconds)), unit: '×', limit: undefined, better: 'more' },
  ];
}

if (import.meta.main) {
  const [flag, file, home] = process.argv.slice(2);
  if (flag === '--guarded' && file && home) {
    mkdirSync(home, { recursive: true });
    console.log(JSON.stringify(await runGuarded(file, home)));
  } else {
    for (const { name, value, unit, limit } of await benchEngine()) {
      console.log(`${name}: ${value > 1e5 ? `${(value / 1e6).toFixed(2)} M` : value.toFixed(2)} ${unit}${limit === undefined ? '' : `, limit ${limit > 1e5 ? `${(limit / 1e6).toFixed(1)} M` : limit}`}`);
    }
  }
}
