'use client';
import { useMemo, useState, type ReactNode } from 'react';
import { useQuery } from '../../data/query.ts';
import { usePart } from '../../data/stream.ts';
import { formatDecimal } from '../../format/decimal.ts';
import { Answered } from '../answered.tsx';
import { LineChart } from '../chart/line-chart.tsx';
import { ChoiceField } from '../field.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import css from './overview.module.css';

const DAY_MS = 86_400_000;
const SPANS = { '1d': DAY_MS, '1w': 7 * DAY_MS, '1m': 30 * DAY_MS, all: Infinity } as const;
/** How often the whole curve is read anew; in between, the stream brings its newest points. */
const READ_EVERY_MS = 60_000;

/** The equity curve with its drawdown, of the span that is chosen. */
export function EquityPanel(): ReactNode {
  const [span, setSpan] = useState<keyof typeof SPANS>('all');
  const curve = useQuery('equityCurve', { query: { points: 800 } }, { every: READ_EVERY_MS });
  const live = usePart('equity', ({ points }) => points);
  const currency = usePart('state', ({ run }) => run?.currency) ?? curve.data?.currency ?? '';
  const series = useMemo(() => {
    const xs = [...(curve.data?.time ?? [])];
    const values: number[] = (curve.data?.equity ?? []).map(Number);
    for (const [at, equity] of live ?? []) {
      if (at <= (xs.at(-1) ?? 0)) continue;
      xs.push(at);
      values.push(Number(equity));
    }
    const from = (xs.at(-1) ?? 0) - SPANS[span];
    const first = xs.findIndex((x) => x >= from);
    return { xs: xs.slice(Math.max(0, first)), values: values.slice(Math.max(0, first)) };
  }, [curve.data, live, span]);
  return (
    <Panel
      title="Equity"
      aside={<ChoiceField label="Span" value={span} onChange={setSpan} options={[{ value: '1d', label: '1D' }, { value: '1w', label: '1W' }, { value: '1m', label: '1M' }, { value: 'all', label: 'All' }]} />}
    >
      <div className={css.curve}><Answered asked={curve} what="the equity curve" size="chart">
        {() => series.values.every((value) => value === series.values[0])
          ? <EmptyState>No trade yet: the curve begins with the first fill. Strategies see as many bars as they need before they give a signal.</EmptyState>
          : <LineChart label="Equity" series={[{ label: 'Equity', ...series }]} height={236} drawdown format={(value) => `${formatDecimal(value, { places: 2 }) ?? '—'} ${currency}`} formatTick={(value) => formatDecimal(value, { places: 0 }) ?? ''} />}
      </Answered></div>
    </Panel>
  );
}
