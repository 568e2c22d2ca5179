import type { LimitRoom, PropFirmGauge } from '../../domain/prop-firm.ts';
import { formatMoney, formatPercent, formatPlural, formatTime } from './format.ts';
import type { Style } from './style.ts';
import { wrap } from './text.ts';

/** Columns of a gauge's bar. */
const BAR = 20;

/** How an account stands under a prop firm's rules: a bar for each limit, then what passes and what was done. `denials` and what follows are there where orders were guarded. */
export function propFirmLines(gauge: PropFirmGauge & { readonly denials?: Readonly<Record<string, number>>; readonly flattened?: number; readonly lastReason?: string | null }, width: number, style: Style): string[] {
  const { daily, afterMidnight, total, target, tradingDays, bestDay, denials = {}, flattened, lastReason } = gauge;
  const state = gauge.state === 'failed' ? style.bad('broken') : gauge.state === 'passed' ? style.good('passed') : 'running';
  const denied = Object.entries(denials).map(([rule, count]) => `${count} by ${rule}`).join(', ');
  return [
    `${style.heading(gauge.rules)}  ${state}  ${style.faint(gauge.file)}`,
    limitLine('Daily limit', daily, style), limitLine('After midnight', afterMidnight, style), limitLine('Total limit', total, style),
    ...(target === null ? [] : [`  ${'Target'.padEnd(16)}${barText(target.share, style.good, style)} ${target.share >= 1 ? 'reached' : `${formatMoney(target.missing)} missing to a profit of ${formatMoney(target.profit)}`}`]),
    ...[
      ...(tradingDays.needed > 0 ? [`Trading days: ${tradingDays.counted}, and ${tradingDays.needed} are asked for.`] : []),
      ...(bestDay === null ? [] : [`Best day ${bestDay.share === null ? 'without profit' : formatPercent(bestDay.share, 0)} of the profit, ${formatPercent(bestDay.most, 0)} at most.`]),
      `Worst day ${formatPercent(gauge.worstDailyLoss)}, worst loss ${formatPercent(gauge.worstLoss)} of the initial capital.`,
      ...(gauge.breach === null ? [] : [`Broken on ${formatTime(gauge.breach.tsEvent)} UTC: equity ${formatMoney(gauge.breach.equity.toFixed(2))} below ${formatMoney(gauge.breach.limit.toFixed(2))}.`]),
      ...(gauge.passedAt === null ? [] : [`Passed on ${formatTime(gauge.passedAt)} UTC.`]),
      ...(flattened === undefined ? [] : [`Closed everything ${formatPlural(flattened, 'time')}${lastReason ? `, last: ${lastReason}` : ''}.`]),
      ...(denied === '' ? [] : [`Denied orders: ${denied}.`]),
    ].flatMap((sentence) => wrap(sentence, width - 2)).map((line) => `  ${line}`),
  ];
}

function limitLine(label: string, { limit, room, share }: LimitRoom, style: Style): string {
  return `  ${label.padEnd(16)}${barText(share, share > 0.5 ? style.good : share > 0.2 ? style.warn : style.bad, style)} ${formatMoney(room)} left (${formatPercent(share, 0)}) above ${formatMoney(limit)}`;
}

function barText(share: number, paint: (text: string) => string, style: Style): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * BAR);
  return paint('━'.repeat(full)) + style.faint('─'.repeat(BAR - full));
}
