import type { LimitGauge } from '../../ports/engine-feed.ts';
import { formatDecimal, formatPercent } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const BAR = 12;
/** From this share of a limit on it is shown as close. */
const CLOSE = 0.8;

/** Every limit with what is used of it, what is left, and a bar of both. */
export function limitLines(limits: readonly LimitGauge[], columns: number, style: Style): readonly string[] {
  const rows = limits.map(({ rule, subject, unit, used, limit, headroom, share }) => {
    const full = Math.max(0, Math.min(BAR, Math.round(share * BAR)));
    const paint = share >= 1 ? style.bad : share > CLOSE ? style.warn : style.good;
    return [
      rule, subject ?? '', amount(used, unit), amount(limit, unit), amount(headroom, unit), { text: formatPercent(share, 0), paint },
      { text: `${'━'.repeat(full)}${'─'.repeat(BAR - full)}`, paint },
    ];
  });
  return renderTable([
    { title: 'Limit' }, { title: 'Of', rank: 1 }, { title: 'Used', align: 'right' }, { title: 'Limit', align: 'right' }, { title: 'Left', align: 'right', rank: 2 }, { title: 'Share', align: 'right' }, { title: '', rank: 3 },
  ], rows, { width: columns, style });
}

function amount(value: number, unit: LimitGauge['unit']): string {
  switch (unit) {
    case 'money': return formatDecimal(value.toFixed(2), 2);
    case 'share': return `${(value * 100).toFixed(2)} %`;
    case 'ms': return `${value / 1_000} s`;
    case 'count': return String(value);
  }
}
