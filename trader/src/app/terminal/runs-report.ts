import type { StoredRun } from '../wiring/run-store.ts';
import { formatCount, formatPercent, formatRatio, formatTime } from './format.ts';
import type { Style } from './style.ts';
import { renderTable, type Cell } from './table.ts';

/** Kept runs as a table, or what to do where there are none. */
export function renderRuns(runs: readonly StoredRun[], width: number, style: Style): string[] {
  if (runs.length === 0) return ['No run is kept. ./algotrendy backtest keeps each one.'];
  const right = { align: 'right' } as const;
  const columns = [
    { title: 'run' }, { title: 'strategy' }, { title: 'instrument', rank: 2 }, { title: 'bars', ...right, rank: 5 },
    { title: 'net return', ...right }, { title: 'sharpe', ...right, rank: 1 }, { title: 'max drawdown', ...right, rank: 3 },
    { title: 'trades', ...right, rank: 4 }, { title: 'kept (UTC)', rank: 6 }, { title: 'parameters', rank: 7 },
  ];
  return renderTable(columns, runs.map((run) => row(run, style)), { width, style });
}

function row({ id, keptAt, request, report }: StoredRun, style: Style): Cell[] {
  const given = Object.entries(request.parameters).map(([name, value]) => `${name}=${value}`).join(' ');
  return [
    { text: id, paint: style.accent }, report.strategy, report.instrument, `${formatCount(report.bars)} × ${report.interval}`,
    { text: formatPercent(report.netReturn, 2, { sign: true }), paint: report.netReturn > 0 ? style.good : style.bad },
    formatRatio(report.sharpe), formatPercent(report.maxDrawdown), formatCount(report.trades), formatTime(Date.parse(keptAt)), given || 'defaults',
  ];
}
