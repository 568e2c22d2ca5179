import type { Result } from '../../domain/result.ts';
import type { KeptReport, KeptRun, RunShelf, ShelfError } from '../../ports/run-shelf.ts';
import { found, type Handlers } from '../call.ts';
import { pageOf } from '../paging.ts';
import { ApiError } from '../problem.ts';

/** Where kept runs stand. */
export interface ShelfParts {
  readonly runs: RunShelf;
}

type ShelfRoute = 'listRuns' | 'compareRuns' | 'readRun' | 'runTrades' | 'runTearSheet' | 'removeRun';

/** Fewer round trips than this say little. */
const TRADES_FEW = 30;
/** After which something that was being worked out has ended, as a rule. */
const BUSY_MS = 5_000;

/** Kept backtests: judged, compared, repeated for their detail. */
export function shelfHandlers({ runs }: ShelfParts): Handlers<ShelfRoute> {
  const kept = (id: string) => found(runs.get(id), `kept run ${id}`);
  return {
    listRuns({ query }) {
      const asked = runs.list().filter(({ report }) => (query.strategy === undefined || report.strategy === query.strategy) && (query.instrument === undefined || report.instrument.split(',').some((each) => each.trim() === query.instrument)));
      const { items, next } = pageOf(asked, query, ({ id }) => id);
      return { items: items.map(summary), next };
    },
    readRun: ({ params: { id } }) => judged(kept(id)),
    compareRuns({ query: { a, b } }) {
      const [first, second] = [kept(a), kept(b)];
      return { runs: [judged(first), judged(second)], differences: differences(first.report, second.report) };
    },
    async runTrades({ params: { id }, query }) {
      const trades = answerOf(await runs.trades(kept(id).id)).map((trade, index) => ({ trade, index }));
      const { items, next } = pageOf(trades, query, ({ index }) => String(index));
      return { items: items.map(({ trade }) => trade), next };
    },
    runTearSheet: async ({ params: { id } }) => answerOf(await runs.tearSheet(kept(id).id)),
    removeRun({ params: { id } }) {
      found(runs.remove(id) ? true : undefined, `kept run ${id}`);
      return { done: true };
    },
  };
}

function answerOf<T>(result: Result<T, ShelfError>): T {
  if (result.ok) return result.value;
  const { kind, message } = result.error;
  if (kind === 'busy') throw new ApiError('too-many-requests', message, { retryAfterMs: BUSY_MS });
  throw new ApiError(kind === 'changed' ? 'conflict' : 'not-found', message);
}

function summary({ id, keptAt, version, report }: KeptRun) {
  const { strategy, parameters, instrument, interval, from, to, bars, trades, netReturn, maxDrawdown, sharpe, winRate } = report;
  return { id, kind: 'backtest' as const, keptAt, version, strategy, parameters, instrument, interval, from, to, bars, trades, netReturn, maxDrawdown, sharpe, winRate, warnings: report.warnings.length };
}

function judged({ id, keptAt, version, report }: KeptRun) {
  const [begin, end] = [Date.parse(report.from), Date.parse(report.to)];
  const { equityCurve, benchmarkCurve } = report;
  const benchmark = benchmarkCurve?.length === equityCurve.length ? benchmarkCurve : null;
  // The picture's points are the ends of as many equal stretches: the money that it began with comes before them.
  const equity = [Number(report.cash), ...equityCurve];
  const step = (end - begin) / Math.max(1, equityCurve.length);
  let peak = -Infinity;
  const drawdown = equity.map((value) => {
    peak = Math.max(peak, value);
    return peak > 0 ? 1 - value / peak : 0;
  });
  return {
    id, kind: 'backtest' as const, keptAt, version, report, verdict: sentence(report), cautions: [...cautions(report), ...report.warnings],
    benchmarkReturn: heldReturn(report),
    curve: { time: equity.map((_, i) => Math.round(begin + i * step)), equity, drawdown, benchmark: benchmark && [Number(report.cash), ...benchmark] },
  };
}

/** What holding the same instruments would have brought; null where that was not kept. */
function heldReturn({ benchmarkCurve, cash }: KeptReport): number | null {
  const last = benchmarkCurve?.at(-1);
  return last === undefined ? null : last / Number(cash) - 1;
}

function percent(share: number): string {
  return `${share < 0 ? '−' : ''}${(Math.abs(share) * 100).toFixed(2)} %`;
}

/** What came out, as a person would say it: never more than the figures do. */
function sentence({ netReturn, maxDrawdown, trades, profitFactor }: KeptReport): string {
  if (trades === 0) return 'It never finished a trade, so there is nothing to judge.';
  const outcome = netReturn > 0 ? `It made ${percent(netReturn)}` : netReturn < 0 ? `It lost ${percent(-netReturn)}` : 'It came out even';
  const quality = profitFactor === null ? '' : `; it won ${profitFactor.toFixed(2)} for each 1 that it lost`;
  return `${outcome} in ${trades} trades and was ${percent(maxDrawdown)} down at worst${quality}.`;
}

/** What speaks against trusting it. */
function cautions(report: KeptReport): string[] {
  const { trades, fees, cash, netReturn } = report;
  const held = heldReturn(report);
  const feeShare = Number(fees) / Number(cash);
  return [
    ...(trades > 0 && trades < TRADES_FEW ? [`Only ${trades} trades: as much may be luck.`] : []),
    ...(held !== null && held > netReturn && trades > 0 ? [`Buying at the beginning and holding would have brought ${percent(held)}, ${percent(held - netReturn)} more.`] : []),
    'Its parameters may have been chosen on these very bars; a verdict tries them on others.',
    ...(feeShare > Math.max(0.02, Math.abs(netReturn)) ? [`Fees took ${percent(feeShare)} of the starting money.`] : []),
  ];
}

/** What differs between two reports, less the figures of the computer. */
function differences(a: KeptReport, b: KeptReport): { name: string; a: string; b: string }[] {
  const words = (report: KeptReport) => ({
    ...Object.fromEntries(Object.entries(report.parameters).map(([name, value]) => [`parameter ${name}`, value])),
    strategy: report.strategy, instrument: report.instrument, interval: report.interval, from: report.from, to: report.to, cash: report.cash,
    fill: report.fill, fee: report.fee, sizing: report.sizing,
  });
  const [left, right]: Record<string, string | number>[] = [words(a), words(b)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((name) => left[name] !== right[name]).map((name) => ({ name, a: String(left[name] ?? '—'), b: String(right[name] ?? '—') }));
}
