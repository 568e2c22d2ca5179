import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openBars } from '../../adapters/bars/column-cache.ts';
import { writeCsv } from '../../adapters/bars/csv-writer.ts';
import { finishBacktest } from './backtest.ts';
import type { BacktestRequest } from './backtest-request.ts';
import { verdict, VERDICT_PHASES, type VerdictReport } from './verdict.ts';
import { DATA_FOLDER, shippedInstruments } from './venue-rules.ts';

/** What LEAN publishes of its MACDTrendAlgorithm: the expected statistics in Algorithm.CSharp/MACDTrendAlgorithm.cs. */
const PUBLISHED = {
  source: 'https://github.com/QuantConnect/Lean/blob/master/Algorithm.CSharp/MACDTrendAlgorithm.cs', finalEquity: '137751.04', fees: '468.54', maxDrawdown: '34.9 %',
} as const;

/** A figure beside the one that others have published. */
export interface PublishedFigure {
  readonly name: string;
  readonly published: string;
  readonly ours: string;
}

/** The result of the demo: the object that `demo --json` prints. Names may be added, never changed. */
export interface DemoReport {
  readonly lean: { readonly source: string; readonly figures: readonly PublishedFigure[]; readonly equal: boolean };
  readonly verdicts: readonly VerdictReport[];
  readonly wallSeconds: number;
}

/** What the demo needs of its surroundings. */
export interface DemoContext {
  readonly home: string;
  /** Hears what is going on and the fraction of it done. */
  readonly onProgress?: (what: string, fraction: number) => void;
  /** Hears which combination of a walk-forward takes suspiciously long. */
  readonly onSilence?: (sentence: string) => void;
}

/** The MACD as LEAN trades it, and the span of its published result. */
const LEAN_REQUEST: Omit<BacktestRequest, 'bars'> = {
  strategy: 'macd', intervalMs: undefined, from: Date.UTC(2004, 0, 1), to: Date.UTC(2015, 0, 1), first: undefined,
  parameters: { rule: 'spread', threshold: '0.0025', seed: 'sma' }, cash: '100000', fee: { kind: 'per-share', perShare: '0.005', min: '1', maxRate: '0.005' },
  fill: 'next-open', sizing: { kind: 'fraction', fraction: '0.9975' }, venue: undefined, strict: false,
};

const HOUR_MS = 3_600_000;
/** Long enough to see several kinds of market, beside the month of each perpetual. */
const YEARS = { id: 'BTC-USDT.BINANCE', file: 'binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz', intervalMs: 4 * HOUR_MS };

/** Sets a published answer beside ours, and judges the shipped strategies on the shipped coins, with nothing but what ships. */
export async function demo({ home, onProgress = () => {}, onSilence = () => {} }: DemoContext): Promise<DemoReport> {
  const started = performance.now();
  onProgress('LEAN on SPY', 0);
  const lean = await besideLean(home);
  const coins = [...shippedInstruments().map(({ id, bars }) => ({ id, file: bars, intervalMs: HOUR_MS })), YEARS];
  const cases = ['macd', 'bollinger'].flatMap((strategy) => coins.map((coin) => ({ strategy, ...coin })));
  const verdicts: VerdictReport[] = [];
  for (const { strategy, id, file, intervalMs } of cases) {
    const told = (share: number) => onProgress('Verdicts', (verdicts.length + share) / cases.length);
    told(0);
    verdicts.push(await verdict({
      strategy, bars: [{ instrument: id, file: join(DATA_FOLDER, file) }], intervalMs, from: undefined, to: undefined, first: undefined,
      parameters: {}, cash: '100000', fee: { kind: 'bps', bps: '10' }, fill: 'next-open', sizing: { kind: 'fraction', fraction: '0.9975' }, venue: undefined, strict: false,
      axes: [], windows: 12, seed: 1, workers: undefined,
    }, { home, onSilence, onProgress: (what, fraction) => told((VERDICT_PHASES.indexOf(what) + fraction) / VERDICT_PHASES.length) }));
  }
  return { lean, verdicts, wallSeconds: (performance.now() - started) / 1000 };
}

/** LEAN's strategy on LEAN's prices: raw ones, adjusted by LEAN's own factors for splits and dividends. */
async function besideLean(home: string): Promise<DemoReport['lean']> {
  const file = join(home, 'demo', 'spy-adjusted.csv');
  if (!existsSync(file)) {
    const bars = await openBars(join(DATA_FOLDER, 'spy.csv.gz'), { home, factors: join(DATA_FOLDER, 'spy.csv') });
    writeCsv(bars, file);
    bars.close();
  }
  const { report } = await finishBacktest({ ...LEAN_REQUEST, bars: [{ instrument: 'SPY.LEAN', file }] }, { home });
  const figures = [
    { name: 'End equity', published: PUBLISHED.finalEquity, ours: Number(report.finalEquity).toFixed(2) },
    { name: 'Fees', published: PUBLISHED.fees, ours: Number(report.fees).toFixed(2) },
    { name: 'Max drawdown', published: PUBLISHED.maxDrawdown, ours: `${(report.maxDrawdown * 100).toFixed(1)} %` },
  ];
  return { source: PUBLISHED.source, figures, equal: figures.every(({ published, ours }) => published === ours) };
}
