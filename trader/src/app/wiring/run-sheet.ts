import { basename } from 'node:path';
import type { Fact, FactGroup, TearSheet } from '../../analytics/tear-sheet/sheet.ts';
import { minuteText } from '../../domain/calendar.ts';
import { formatInterval } from '../../domain/time.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import type { RunDetail } from '../../research/run-detail.ts';
import { productVersion } from '../commands/version.ts';
import type { BacktestReport, BacktestRequest, BarsRequest, RunSubject, SourceQuality } from './backtest-request.ts';
import { finishBacktest, type BacktestContext, type FinishedBacktest } from './backtest.ts';
import { checkRepeated } from './repeated-run.ts';
import { BAND_SEED, bandOf } from './run-band.ts';
import type { StoredRun } from './run-store.ts';
import type { FinishedWalkForward } from './walkforward.ts';

/** What a tear sheet says of a run beside its detail. */
export type SheetFrame = Pick<TearSheet, 'kind' | 'title' | 'subject' | 'verdict' | 'warnings' | 'monteCarlo' | 'windows' | 'facts' | 'command'>;

/** The tear sheet of a run. */
export function sheetOf(detail: RunDetail, frame: SheetFrame): TearSheet {
  return { monteCarlo: bandOf(detail), ...detail, ...frame, benchmark: { name: 'Holding', values: detail.hold.values } };
}

/** The tear sheet of a backtest. Throws TypeError unless it was run with its detail. */
export function backtestSheet({ report, detail, barsSha256 }: FinishedBacktest, request: BacktestRequest, { id, digest, strategySha256 }: RunIdentity, command: string): TearSheet {
  if (detail === undefined) throw new TypeError('a tear sheet is made of a backtest that was watched');
  return sheetOf(detail, {
    kind: 'Backtest', title: report.strategy, subject: report.instrument, warnings: report.warnings, command,
    facts: [
      { title: 'Parameters', facts: [...parameterFacts(report.parameters), ...Object.entries(report.series)] },
      { title: 'How it traded', facts: tradingFacts(report) },
      ...request.bars.map((source, i) => ({ title: request.bars.length === 1 ? 'Data' : `Data: ${report.quality[i].instrument}`, facts: dataFacts(source, report.quality[i], barsSha256[i]) })),
      { title: 'Span', facts: [['Interval', report.interval], ['First bar opens', timeText(report.from)], ['Last bar opens', timeText(report.to)], ['Bars', String(report.bars)]] },
      versionFacts([seedFact(request), ['Run', id], ['Digest of the trades', digest], ...(strategySha256 === null ? [] : [['Strategy file, SHA-256', strategySha256] as const])]),
    ],
  });
}

/** Randomness that the run used. */
function seedFact({ models }: BacktestRequest): Fact {
  return ['Random seeds', `${models?.latency?.kind === 'lognormal' ? `${models.latency.seed} for latency, ` : ''}${BAND_SEED} for Monte Carlo`];
}

function timeText(iso: string): string {
  return `${minuteText(Date.parse(iso))} UTC`;
}

/** The tear sheet of a kept run, which is run again for it. Refuses where something has changed since. */
export async function sheetOfKept(run: StoredRun, home: string, command: string, onProgress: NonNullable<BacktestContext['onProgress']>): Promise<TearSheet> {
  const finished = await finishBacktest(run.request, { home, onProgress, detailed: true });
  checkRepeated(run, finished);
  return backtestSheet(finished, run.request, run, command);
}

/** The tear sheet of a walk-forward's stitched run. Throws TypeError unless it was run with its detail. */
export function walkForwardSheet({ report, detail, barsSha256 }: FinishedWalkForward, command: string): TearSheet {
  if (detail === undefined) throw new TypeError('a tear sheet is made of a walk-forward that was watched');
  const { grid, objective, anchored, purge, combos } = report;
  return sheetOf(detail, {
    kind: 'Walk-forward', title: report.strategy, subject: report.instrument, warnings: report.warnings, command,
    windows: report.windows.map(({ train, test, parameters, inSample, outOfSample }) => ({
      trainFrom: Date.parse(train.from), trainTo: Date.parse(train.to), from: Date.parse(test.from), to: Date.parse(test.to),
      parameters: parameters === null ? 'none was chosen' : grid.map(({ name }) => `${name}=${parameters[name]}`).join(' '),
      sharpeIn: inSample?.sharpe ?? null, sharpeOut: outOfSample.sharpe, returnOut: outOfSample.netReturn, trades: outOfSample.trades,
    })),
    facts: [
      { title: 'How it was chosen', facts: [...grid.map(({ name, values }) => [name, values.join(', ')] as const), ['By', objective], ['Training', anchored ? 'from the first bar on' : 'rolling'], ['Bars left out before a test', String(purge)], ['Combinations a window', String(combos)]] },
      { title: 'How it traded', facts: conditionFacts(report) },
      { title: 'Data', facts: [['Interval', report.interval], ['First bar opens', timeText(report.from)], ['Last bar opens', timeText(report.to)], ['Bars', String(report.bars)], ['SHA-256', barsSha256]] },
      versionFacts([['Random seed', `${BAND_SEED} for Monte Carlo`]]),
    ],
  });
}

/** What a kept run is known by. */
interface RunIdentity {
  readonly id: string;
  readonly digest: string;
  readonly strategySha256: string | null;
}

/** Parameters with their values, defaults filled in. */
function parameterFacts(values: ParameterValues): readonly Fact[] {
  return Object.entries(values).map(([name, value]) => [name, String(value)]);
}

/** What was traded with what, and under which rules. */
function tradingFacts(report: BacktestReport): readonly Fact[] {
  const { margin, leverage, sizingBounds, propFirm, orders, fills, denials } = report;
  return [
    ...conditionFacts(report), ...(margin === null ? [] : [['Margin', `${margin}, leverage ${leverage}`] as const]),
    ...(sizingBounds === null ? [] : [['Sizes decided by', Object.entries(sizingBounds).map(([bound, count]) => `${bound} ${count}`).join(', ')] as const]),
    ...(propFirm === null ? [] : [['Prop firm', `${propFirm.rules}, ${propFirm.state}`] as const, ['Rules of', propFirm.file] as const]),
    ['Orders', String(orders)], ['Fills', String(fills)], ['Denied orders', String(denials)],
  ];
}

/** How a run was filled, charged and sized. */
function conditionFacts({ cash, sizing, fee, fill, venue, venueModels }: RunSubject): readonly Fact[] {
  const models = venueModels === null ? [] : ([['Slippage', venueModels.slippage], ['Latency', venueModels.latency], ['Volume share', venueModels.volumeShare], ['Fill policy', venueModels.fillPolicy]] as const)
    .flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
  return [['Cash', cash], ['Sizing', sizing], ['Fee', fee], ['Market orders fill at', fill === 'close' ? 'the close that decided' : 'the next open'], ['Venue', venue ?? 'none: the plain profile'], ...models];
}

function dataFacts({ file }: BarsRequest, quality: SourceQuality, sha256: string): readonly Fact[] {
  return [
    ['File', basename(file)], ['Instrument', quality.instrument], ['Bars in the file', `${quality.bars} of ${formatInterval(quality.intervalMs)}`],
    ['Missing bars', quality.missingBars === 0 ? 'none' : `${quality.missingBars} in ${quality.gaps} gaps, the longest ${formatInterval(quality.longestGapMs)}`],
    ['Bars without volume', String(quality.zeroVolume + quality.absentVolume)], ['SHA-256', sha256],
  ];
}

/** Which program made it, and what it is known by. */
export function versionFacts(facts: readonly Fact[]): FactGroup {
  return { title: 'Version and digests', facts: [['AlgoTrendy', productVersion()], ['Node', process.versions.node], ...facts] };
}

/** A command line as a person would type it. */
export function commandText(words: readonly string[]): string {
  return ['./algotrendy', ...words.map(shellWord)].join(' ');
}

/** A word as a shell takes it for one. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
