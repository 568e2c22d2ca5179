'use client';
import { limitName, type LimitGauge } from 'trader/contract';
import { useState, type ReactNode } from 'react';
import { formatDecimal, formatPercent } from '../format/decimal.ts';
import { formatSpan } from '../format/time.ts';
import { LimitBar } from './limit-bar.tsx';
import { shownIds } from './limit-order.ts';
import css from './limits.module.css';

const AT_BREACH: Readonly<Record<LimitGauge['atBreach'], string>> = { deny: 'new risk is denied', halt: 'trading halts', flatten: 'everything is closed' };

/** A figure of a gauge in its own unit; absent limits are infinite and said to be none. */
export function gaugeFigure(value: number, unit: LimitGauge['unit'], currency: string): string {
  if (!Number.isFinite(value)) return 'no limit';
  switch (unit) {
    case 'money': return `${formatDecimal(value, { places: 2 }) ?? '—'} ${currency}`;
    case 'share': return formatPercent(value) ?? '—';
    case 'count': return formatDecimal(value, { places: Number.isInteger(value) ? 0 : 1 }) ?? '—';
    case 'ms': return formatSpan(value);
  }
}

/** Limits as bars, at first sight the most important first. What happens at one is said where it is not `usual`, which stands above them. */
export function Limits({ gauges, currency, most = Infinity, usual }: { readonly gauges: readonly LimitGauge[]; readonly currency: string; readonly most?: number | undefined; readonly usual?: LimitGauge['atBreach'] }): ReactNode {
  const [order, setOrder] = useState<readonly string[]>([]);
  const shown = shownIds(order, gauges, most);
  if (shown !== order && shown.length > 0) setOrder(shown);
  const sorted = shown.flatMap((id) => gauges.find((gauge) => gauge.id === id) ?? []);
  return (
    <ul className={css.limits}>
      {sorted.map((gauge) => (
        <li key={gauge.id}>
          <LimitBar
            label={limitName(gauge)}
            share={gauge.share}
            used={gaugeFigure(gauge.used, gauge.unit, currency)}
            limit={gaugeFigure(gauge.limit, gauge.unit, currency)}
            headroom={gaugeFigure(Math.max(0, gauge.headroom), gauge.unit, currency)}
            atBreach={gauge.atBreach === usual ? undefined : AT_BREACH[gauge.atBreach]}
          />
        </li>
      ))}
    </ul>
  );
}
