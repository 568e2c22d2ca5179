import type { KellyPlan, KellyRow } from '../../research/kelly-monte-carlo.ts';
import { formatCount, formatPercent } from './format.ts';
import type { Style } from './style.ts';
import { renderTable, type Cell } from './table.ts';
import { wrap } from './text.ts';

/** What each fraction of Kelly risks and how its evaluations end, as a table with what was drawn. */
export function renderKelly({ sharpe, paths, stepsPerDay, daysPerYear, estimateError, rules, seed }: KellyPlan, rows: readonly KellyRow[], width: number, style: Style): string[] {
  const right = { align: 'right' } as const;
  const columns = [
    { title: 'Kelly', ...right }, { title: 'ever -50 %', ...right, rank: 3 }, { title: 'ever -10 %', ...right, rank: 4 }, { title: 'growth', ...right, rank: 1 }, { title: 'no daily rule', ...right, rank: 6 },
    { title: 'passes', ...right }, { title: 'daily', ...right, rank: 2 }, { title: 'total', ...right, rank: 2 }, { title: 'days', ...right, rank: 5 }, { title: `edge ±${formatPercent(estimateError, 0)}`, ...right },
  ];
  const share = (part: number) => formatPercent(part, 1);
  return [
    ...renderTable(columns, rows.map(({ fraction, everHalf, everTenth, growthKept, closedPass, known, estimated }): Cell[] => [
      { text: fraction.toFixed(2), paint: style.strong }, share(everHalf), share(everTenth), share(growthKept), closedPass === null ? '–' : share(closedPass),
      { text: share(known.pass), paint: known.pass > 0.8 ? style.good : known.pass > 0.5 ? style.warn : style.bad }, share(known.failDaily), share(known.failTotal), known.medianDays === null ? '–' : formatCount(known.medianDays), share(estimated.pass),
    ]), { width, style }), '',
    ...wrap(`${rules.name} (${rules.file}), true Sharpe ratio ${sharpe}, ${formatCount(paths)} paths with ${stepsPerDay} looks a day and ${daysPerYear} days a year, seed ${seed}. Passes, and fails by the daily or the total loss; median days of those that pass; the last column with the edge known no better than that. A share has a standard error of ${formatPercent(0.5 / Math.sqrt(paths), 1)} at most.`, width),
  ];
}
