'use client';

import { useMemo, useState, type ReactNode } from 'react';
import type { Answer } from 'trader/contract';
import { useQuery } from '../../data/query.ts';
import { usePart } from '../../data/stream.ts';
import { formatDecimal, formatPercent } from '../../format/decimal.ts';
import { formatSpan } from '../../format/time.ts';
import { Answered } from '../answered.tsx';
import { LineChart } from '../chart/line-chart.tsx';
import { DataTable, type Column } from '../data-table.tsx';
import { ChoiceField } from '../field.tsx';
import { KpiRow, KpiTile } from '../kpi-tile.tsx';
import { Delta, Money, Num, Pct, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import { Yearly, YEARLY_DAYS } from '../yearly.tsx';
import { ExportLinks } from './export-links.tsx';
import css from './performance.module.css';

const EVERY_MS = 60_000;
const FEW = 'too little to compute it from';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** How the run has done: figures, curve, months, falls, and who made it. */
export function PerformancePart(): ReactNode {
  return (
    <div className={css.stack}>
      <Figures />
      <Curve />
      <Months />
      <div className={css.two}><Drawdowns /><Slices /></div>
      <Panel title="Export" note="CSV with times in ISO 8601 UTC and money as exact text. Round trips and fills are all of the run; of orders those that work and the newest that ended, of equity no more points than the chart has"><ExportLinks what={['trips', 'fills', 'orders', 'equity', 'notes']} /></Panel>
    </div>
  );
}

function Figures(): ReactNode {
  const asked = useQuery('performance', {}, { every: EVERY_MS });
  return (
    <Answered asked={asked} what="the figures" size="tile" lines={2}>
      {(figures) => (
        <section aria-label="Figures of the run">
          <p className={css.quiet}>Market time <Time at={figures.from} detail="day" why="no bar yet" /> to <Time at={figures.to} detail="day" why="no bar yet" /> · {figures.days} day{figures.days === 1 ? '' : 's'} · from daily equity and finished round trips {figures.days < YEARLY_DAYS ? <StatusChip tone="warn">{`${figures.days} days say little of the years to come`}</StatusChip> : null}</p>
          <KpiRow>
            <KpiTile label="Net return" value={<Pct ratio={figures.netReturn} change why={FEW} />} note={<>a year <Pct ratio={figures.cagr} why={FEW} /></>} />
            <KpiTile label="Sharpe" value={<Yearly value={figures.sharpe} days={figures.days} />} note={<>Sortino <Yearly value={figures.sortino} days={figures.days} /></>} />
            <KpiTile label="Max drawdown" value={<Pct ratio={figures.maxDrawdown === null ? null : -Math.abs(figures.maxDrawdown)} why={FEW} />} note={<>Calmar <Yearly value={figures.calmar} days={figures.days} /></>} />
            <KpiTile label="Volatility a year" value={<Pct ratio={figures.volatility} why={FEW} />} note={<>exposure <Pct ratio={figures.exposure} why={FEW} /></>} />
            <KpiTile label="Round trips" value={<Num value={figures.trades} />} note={<>fees <Money value={figures.fees} currency={figures.currency} compact /></>} />
            <KpiTile label="Win rate" value={<Pct ratio={figures.winRate} why={FEW} />} note={<>payoff <Num value={figures.payoff} places={2} why={FEW} /></>} />
            <KpiTile label="Profit factor" value={<Num value={figures.profitFactor} places={2} why={FEW} />} note="won ÷ lost" />
            <KpiTile label="Result a trade" value={<Delta value={figures.expectancy} compact why={FEW} />} note={`${figures.currency}, on average`} />
          </KpiRow>
        </section>
      )}
    </Answered>
  );
}

function Curve(): ReactNode {
  const asked = useQuery('equityCurve', { query: { points: 800 } }, { every: EVERY_MS });
  const { data } = asked;
  const series = useMemo(() => (data === undefined ? [] : [{ label: 'Equity', xs: data.time, values: data.equity.map(Number) }]), [data]);
  return (
    <Panel title="Equity and drawdown" note={data === undefined ? undefined : `${data.currency}, market time`}>
      <Answered asked={asked} what="the equity curve" size="chart">
        {({ currency }) => <LineChart label="Equity of the run" series={series} drawdown height={320} format={(value) => `${formatDecimal(value, { places: 2 }) ?? '—'} ${currency}`} formatTick={(value) => formatDecimal(value, { places: 0 }) ?? ''} />}
      </Answered>
    </Panel>
  );
}

function Months(): ReactNode {
  const asked = useQuery('performanceMonths', undefined);
  return (
    <Panel title="Returns by month" flush>
      <Answered asked={asked} what="the months" lines={3}>
        {({ months, years }) => (years.length === 0 ? <EmptyState>The run has not lasted long enough for a month.</EmptyState> : (
          <div className={css.scroll} tabIndex={0} role="region" aria-label="Returns by month and year, as a table">
            <table className={css.months}>
              <caption className="spoken">Return in percent by month and year</caption>
              <thead><tr><th scope="col">Year</th>{MONTHS.map((name) => <th key={name} scope="col">{name}</th>)}<th scope="col">All</th></tr></thead>
              <tbody>
                {years.map(({ year, value }) => (
                  <tr key={year}>
                    <th scope="row">{year}</th>
                    {MONTHS.map((name, place) => <td key={name}><Return value={months.find((each) => each.year === year && each.month === place + 1)?.value} /></td>)}
                    <td><strong><Return value={value} /></strong></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ))}
      </Answered>
    </Panel>
  );
}

function Return({ value }: { readonly value: number | null | undefined }): ReactNode {
  if (value === null || value === undefined) return <span className={css.none}>·<span className="spoken">none</span></span>;
  return <span className={value > 0 ? css.up : value < 0 ? css.down : undefined}>{formatPercent(value, true)}</span>;
}

type Fall = Answer<'performanceDrawdowns'>['items'][number];

function Drawdowns(): ReactNode {
  const asked = useQuery('performanceDrawdowns', undefined);
  const columns: readonly Column<Fall>[] = [
    { key: 'peak', head: 'From', cell: ({ peak }) => <Time at={peak} detail="day" /> },
    { key: 'depth', head: 'Depth', figures: true, cell: ({ depth }) => <Pct ratio={-Math.abs(depth)} />, sortBy: ({ depth }) => Math.abs(depth) },
    { key: 'trough', head: 'Lowest', priority: 2, cell: ({ trough }) => <Time at={trough} detail="day" /> },
    { key: 'recovered', head: 'Made good', cell: ({ recovered }) => <Time at={recovered} detail="day" why="not yet" /> },
    { key: 'lasted', head: 'Lasted', figures: true, cell: ({ durationMs }) => formatSpan(durationMs), sortBy: ({ durationMs }) => durationMs },
  ];
  return (
    <Panel title="Drawdowns" flush>
      <Answered asked={asked} what="the drawdowns"> 
        {({ items }) => <DataTable caption="Drawdowns, the deepest first" columns={columns} rows={items} rowKey={({ peak, trough }) => `${peak}|${trough}`} empty={<EmptyState>Equity has never been below its highest.</EmptyState>} />}
      </Answered>
    </Panel>
  );
}

type Slice = Answer<'performanceSlices'>['items'][number];

function Slices(): ReactNode {
  const [by, setBy] = useState<'strategy' | 'instrument'>('strategy');
  const asked = useQuery('performanceSlices', { query: { by } });
  const currency = usePart('state', ({ run }) => run?.currency);
  const columns: readonly Column<Slice>[] = [
    { key: 'name', head: by === 'strategy' ? 'Strategy' : 'Instrument', cell: ({ name }) => <strong>{name}</strong>, sortBy: ({ name }) => name },
    { key: 'trades', head: 'Trips', figures: true, cell: ({ trades }) => <Num value={trades} />, sortBy: ({ trades }) => trades },
    { key: 'pnl', head: 'Result', unit: currency, figures: true, cell: ({ pnl }) => <Delta value={pnl} />, sortBy: ({ pnl }) => Number(pnl) },
    { key: 'win', head: 'Win rate', figures: true, cell: ({ winRate }) => <Pct ratio={winRate} why={FEW} />, sortBy: ({ winRate }) => winRate ?? -1 },
    { key: 'factor', head: 'Profit factor', figures: true, priority: 3, cell: ({ profitFactor }) => <Num value={profitFactor} places={2} why={FEW} /> },
    { key: 'fees', head: 'Fees', unit: currency, figures: true, priority: 3, cell: ({ fees }) => <Money value={fees} /> },
  ];
  return (
    <Panel title="Who made it" aside={<ChoiceField label="By" value={by} onChange={setBy} options={[{ value: 'strategy', label: 'Strategy' }, { value: 'instrument', label: 'Instrument' }]} />} flush>
      <Answered asked={asked} what="the parts">
        {({ items }) => <DataTable caption={`Result by ${by}`} columns={columns} rows={items} rowKey={({ name }) => name} empty={<EmptyState>No round trip is finished yet.</EmptyState>} />}
      </Answered>
    </Panel>
  );
}
