import type { VerdictReport } from '../wiring/verdict.ts';
import { stateLines } from './check-report.ts';
import { conditionsText, warningLines } from './conditions-text.ts';
import { formatCount, formatDuration, formatMoney, formatPercent, formatRatio, formatTime } from './format.ts';
import type { Style } from './style.ts';
import { clip, wrap } from './text.ts';

/** A verdict for people: the headline, each line with its reason, and what to do next. */
export function renderVerdict(report: VerdictReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 110));
  const { asGiven, lines } = report;
  const groups = [...new Set(lines.map(({ group }) => group))];
  const parameters = Object.entries(report.parameters).map(([name, value]) => `${name}=${value}`).join('  ');
  return [
    clip(`${style.strong(report.strategy)} on ${style.strong(report.instrument)}  ${style.faint(`${formatCount(report.bars)} × ${report.interval}, ${formatTime(Date.parse(report.from))} to ${formatTime(Date.parse(report.to))} UTC`)}`, width),
    ...wrap(parameters, width).map((line) => style.faint(line)),
    ...wrap(`As given, over all bars: ${formatPercent(asGiven.netReturn, 2, { sign: true })} in ${formatCount(asGiven.trades)} trades, Sharpe ${formatRatio(asGiven.sharpe)}, drawdown ${formatPercent(asGiven.maxDrawdown)}, fees ${formatMoney(asGiven.fees)}.`, width),
    '', (report.ready ? style.good : style.bad)(report.headline),
    ...groups.flatMap((group) => ['', style.heading(group), ...lines.filter((line) => line.group === group).flatMap((line) => stateLines(line, width, style))]),
    '', style.heading('What to do next'), ...report.next.flatMap((step) => wrap(step, width - 4).map((line, i) => `  ${i === 0 ? '·' : ' '} ${line}`)),
    '', ...warningLines(report, width, style), ...wrap(`${conditionsText(report)}; seed ${report.seed}; ${formatDuration(report.wallSeconds * 1000)}.`, width).map((line) => style.faint(line)),
  ];
}
