'use client';

import type { ReactNode } from 'react';
import { useQuery } from '../../data/query.ts';
import { LineChart } from '../chart/line-chart.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';

/** Yields of US government debt at constant maturity, by their months, as FRED names them. */
const MATURITIES = [
  { id: 'DGS1MO', months: 1 }, { id: 'DGS3MO', months: 3 }, { id: 'DGS6MO', months: 6 }, { id: 'DGS1', months: 12 }, { id: 'DGS2', months: 24 },
  { id: 'DGS5', months: 60 }, { id: 'DGS10', months: 120 }, { id: 'DGS20', months: 240 }, { id: 'DGS30', months: 360 },
] as const;
const YEAR_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;

/** What lending to the state pays by maturity: now and a year before, as far as the series are stored. */
export function YieldCurve({ kept }: { readonly kept: readonly string[] }): ReactNode {
  const there = MATURITIES.filter(({ id }) => kept.includes(id));
  return (
    <Panel title="Yield curve" note="US Treasury, constant maturity, percent a year">
      {there.length < 2 ? <EmptyState>It takes at least two stored maturities: <code>economic fetch DGS2 DGS10</code> and others ({MATURITIES.map(({ id }) => id).join(', ')}).</EmptyState> : <Curve there={there} />}
    </Panel>
  );
}

function Curve({ there }: { readonly there: readonly (typeof MATURITIES)[number][] }): ReactNode {
  const answers = MATURITIES.map(({ id, months }) => ({ months, asked: useYield(id, there.some((each) => each.id === id)) })).filter(({ months }) => there.some((each) => each.months === months));
  if (answers.some(({ asked }) => asked.loading)) return <Skeleton lines={1} size="chart" label="Loading the yields" />;
  const newest = Math.max(...answers.map(({ asked }) => asked.data?.date.at(-1) ?? 0));
  const at = (time: number): (number | null)[] => answers.map(({ asked: { data } }) => (data === undefined ? null : valueAt(data, time)));
  const months = answers.map((answer) => answer.months);
  return (
    <LineChart
      label="Yield by maturity" height={240} base={0} format={(value) => `${value.toFixed(2)} %`} x={maturityText}
      series={[{ label: `On ${new Date(newest).toISOString().slice(0, 10)}`, xs: months, values: at(newest) }, { label: 'A year before', xs: months, values: at(newest - YEAR_MS), look: 'benchmark' }]}
    />
  );
}

function useYield(id: string, on: boolean): ReturnType<typeof useQuery<'readSeries'>> {
  return useQuery('readSeries', { params: { id } }, { off: !on });
}

/** The figure of a day, or of the last day before it that has one, at most two weeks before. */
function valueAt({ date, value }: { readonly date: readonly number[]; readonly value: readonly (number | null)[] }, time: number): number | null {
  for (let i = date.length - 1; i >= 0 && date[i] >= time - 14 * DAY_MS; i--) {
    const figure = value[i];
    if (date[i] <= time && figure !== null && figure !== undefined) return figure;
  }
  return null;
}

function maturityText(months: number): string {
  return months < 12 ? `${Math.round(months)} months` : `${Number((months / 12).toFixed(1))} years`;
}
