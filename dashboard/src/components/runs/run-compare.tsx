'use client';

import { useMemo, type ReactNode } from 'react';
import type { Answer } from 'trader/contract';
import { useQuery } from '../../data/query.ts';
import { formatDecimal, formatPercent } from '../../format/decimal.ts';
import { Answered } from '../answered.tsx';
import { LineChart } from '../chart/line-chart.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { daysBetween, YEARLY_DAYS } from '../yearly.tsx';
import css from './runs.module.css';

type Run = Answer<'readRun'>;

/** Two kept runs side by side: what differs in them, and what came of it. */
export function RunCompare({ a, b }: { readonly a: string; readonly b: string }): ReactNode {
  const asked = useQuery('compareRuns', { query: { a, b } });
  return (
    <Answered asked={asked} what="the comparison" lines={6}>
      {({ runs, differences }) => (runs[0] === undefined || runs[1] === undefined ? <EmptyState>One of the two runs is not kept any more.</EmptyState> : <Compared one={runs[0]} other={runs[1]} differences={differences} />)}
    </Answered>
  );
}

const FIGURES: readonly { readonly name: string; readonly of: (run: Run) => string }[] = [
  { name: 'Net return', of: ({ report }) => share(report.netReturn, true) },
  { name: 'Buy and hold', of: ({ benchmarkReturn }) => share(benchmarkReturn, true) },
  { name: 'Max drawdown', of: ({ report }) => share(-Math.abs(report.maxDrawdown)) },
  { name: 'Sharpe', of: ({ report }) => (daysBetween(report.from, report.to) < YEARLY_DAYS ? 'too short' : number(report.sharpe)) },
  { name: 'Trades', of: ({ report }) => formatDecimal(report.trades) ?? '—' },
  { name: 'Win rate', of: ({ report }) => share(report.winRate) },
  { name: 'Profit factor', of: ({ report }) => number(report.profitFactor) },
  { name: 'Exposure', of: ({ report }) => share(report.exposure) },
  { name: 'Fees', of: ({ report }) => formatDecimal(report.fees, { places: 2 }) ?? '—' },
];

function Compared({ one, other, differences }: { readonly one: Run; readonly other: Run; readonly differences: Answer<'compareRuns'>['differences'] }): ReactNode {
  const series = useMemo(() => [line(one, 'A'), line(other, 'B')], [one, other]);
  return (
    <div className={css.stack}>
      <Panel title="Two runs" note={<>A is {name(one)}; B is {name(other)}</>}>
        <Pairs label="Figures" rows={FIGURES.map(({ name: figure, of }) => ({ name: figure, a: of(one), b: of(other) }))} />
      </Panel>
      <Panel title="Equity" note="Each begins at 100"><LineChart label="Equity of both runs" series={series} format={(value) => value.toFixed(2)} base={100} height={280} /></Panel>
      <Panel title="What differs">
        {differences.length === 0 ? <EmptyState>They were asked for alike, on the same bars.</EmptyState> : <Pairs label="Differences" rows={differences} />}
      </Panel>
    </div>
  );
}

function Pairs({ label, rows }: { readonly label: string; readonly rows: readonly { readonly name: string; readonly a: string; readonly b: string }[] }): ReactNode {
  return (
    <div className={css.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={css.pairs}>
        <caption className="spoken">{label}</caption>
        <thead><tr><th scope="col">What</th><th scope="col">A</th><th scope="col">B</th></tr></thead>
        <tbody>{rows.map((row) => <tr key={row.name}><th scope="row">{row.name}</th><td>{row.a}</td><td>{row.b}</td></tr>)}</tbody>
      </table>
    </div>
  );
}

function name({ id, report }: Run): ReactNode {
  return <>{report.strategy} <code>{id}</code> on {report.instrument}</>;
}

function line(run: Run, label: string): { readonly label: string; readonly xs: readonly number[]; readonly values: readonly number[] } {
  const first = run.curve.equity[0] ?? 1;
  return { label: `${label}: ${run.report.strategy}`, xs: run.curve.time, values: run.curve.equity.map((value) => (value / first) * 100) };
}

function share(value: number | null, signed = false): string {
  return formatPercent(value, signed) ?? '—';
}

function number(value: number | null): string {
  return formatDecimal(value, { places: 2 }) ?? '—';
}
