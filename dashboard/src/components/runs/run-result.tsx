'use client';

import { useMemo, useState, type ReactNode } from 'react';
import { API_BASE, type Answer } from 'trader/contract';
import { useCommand, useQuery } from '../../data/query.ts';
import { useMissingRole } from '../../data/session.ts';
import { formatDecimal, formatPercent, placesOf } from '../../format/decimal.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { LineChart } from '../chart/line-chart.tsx';
import { DataTable, type Column } from '../data-table.tsx';
import { KpiRow, KpiTile } from '../kpi-tile.tsx';
import { Delta, Money, Num, Pct, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import { toast } from '../toast.tsx';
import { daysBetween, Yearly, YEARLY_DAYS } from '../yearly.tsx';
import css from './runs.module.css';

type Run = Answer<'readRun'>;
type Trade = Answer<'runTrades'>['items'][number];

/** A kept run: the judgement and what speaks against it first, then the figures. */
export function RunResult({ id }: { readonly id: string }): ReactNode {
  const asked = useQuery('readRun', { params: { id } });
  return <Answered asked={asked} what="the run" lines={6}>{(run) => <Result run={run} />}</Answered>;
}

function Result({ run }: { readonly run: Run }): ReactNode {
  const { report, curve } = run;
  const series = useMemo(() => [
    { label: 'Equity', xs: curve.time, values: curve.equity },
    ...(curve.benchmark === null ? [] : [{ label: 'Buy and hold', xs: curve.time, values: curve.benchmark, look: 'benchmark' as const }]),
  ], [curve]);
  const money = (value: number): string => formatDecimal(value, { places: 2 }) ?? '—';
  return (
    <div className={css.stack}>
      <Panel title={`${report.strategy} on ${report.instrument}`} note={`${report.interval} bars · ${report.from.slice(0, 10)} to ${report.to.slice(0, 10)} UTC · fee ${report.fee} · ${sizedText(report.sizing)} · filled at ${report.fill.replace('-', ' ')}`} aside={<RunActions id={run.id} />}>
        <p className={css.verdict}>{run.verdict}</p>
        <Cautions cautions={[...new Set([...run.cautions, ...report.warnings])]} />
      </Panel>
      <Metrics run={run} />
      <Panel title="Equity and drawdown" note={curve.benchmark === null ? 'Money of the account, at bar closes' : 'Money of the account, at bar closes; dotted what the same money had become, bought at the first close and held, without fees'}>
        <LineChart label="Equity of the run" series={series} format={money} formatTick={(value) => formatDecimal(value, { places: 0, compact: true }) ?? ''} drawdown height={320} />
      </Panel>
      <Trades id={run.id} />
      <Panel title="Parameters"><p className={css.values}>{Object.entries(report.parameters).map(([name, value]) => <span key={name}>{name} <strong>{value}</strong></span>)}</p></Panel>
    </div>
  );
}

/** How positions were sized, as a sentence has it: `fraction:0.9975` is a share of equity. */
function sizedText(sizing: string): string {
  const [rule = '', value] = sizing.split(':');
  return rule === 'fraction' && value !== undefined ? `positions of ${formatPercent(Number(value)) ?? value} of equity` : `sized by ${sizing.replace(':', ' ')}`;
}

/** What speaks against trusting a run. */
export function Cautions({ cautions }: { readonly cautions: readonly string[] }): ReactNode {
  if (cautions.length === 0) return <p className={css.quiet}>Nothing was found that speaks against these figures.</p>;
  return <ul className={css.cautions} aria-label="Warnings">{cautions.map((caution) => <li key={caution}><StatusChip tone="warn">caution</StatusChip> {caution}</li>)}</ul>;
}

function Metrics({ run }: { readonly run: Run }): ReactNode {
  const { report } = run;
  const few = 'too little to compute it from';
  const days = daysBetween(report.from, report.to);
  return (
    <KpiRow>
      <KpiTile label="Net return" value={<Pct ratio={report.netReturn} change />} note={run.benchmarkReturn === null ? <>to <Money value={report.finalEquity} compact /></> : <>held <Pct ratio={run.benchmarkReturn} change /></>} />
      <KpiTile label="Max drawdown" value={<Pct ratio={-Math.abs(report.maxDrawdown)} />} note="of the highest equity before" />
      <KpiTile label="Sharpe" value={<Yearly value={report.sharpe} days={days} />} note={days < YEARLY_DAYS ? `of ${days} days; from ${YEARLY_DAYS} on` : <>Sortino <Yearly value={report.sortino} days={days} /></>} />
      <KpiTile label="Trades" value={<Num value={report.trades} />} note={`${report.fills} fills, ${report.denials} denied`} />
      <KpiTile label="Win rate" value={<Pct ratio={report.winRate} why={few} />} note={<>payoff <Num value={report.payoff} places={2} why={few} /></>} />
      <KpiTile label="Profit factor" value={<Num value={report.profitFactor} places={2} why={few} />} note={<>a trade <Delta value={report.expectancy} why={few} /></>} />
      <KpiTile label="Exposure" value={<Pct ratio={report.exposure} />} note="of the time in the market" />
      <KpiTile label="Fees" value={<Money value={report.fees} compact />} note={<><Pct ratio={Number(report.fees) / Number(report.cash)} /> of the cash</>} />
    </KpiRow>
  );
}

function RunActions({ id }: { readonly id: string }): ReactNode {
  const remove = useCommand('removeRun');
  const missing = useMissingRole('trader');
  const [sure, setSure] = useState(false);
  if (remove.state === 'done') return <StatusChip tone="neutral">forgotten</StatusChip>;
  return (
    <>
      <a className={css.link} href={`${API_BASE}/runs/${id}/tear-sheet`} target="_blank" rel="noopener">Tear sheet<span className="spoken"> (opens a new tab)</span> ↗</a>
      <Button small look="quiet" blocked={missing} onClick={() => (sure ? void remove.send({ params: { id } }).then((answer) => { if (answer !== undefined) toast(`Run ${id} is forgotten`); }) : setSure(true))}>{sure ? 'Press again to forget' : 'Forget'}</Button>
      {remove.problem === undefined ? null : <Problem what="the run" verb="was not forgotten" problem={remove.problem} />}
    </>
  );
}

function Trades({ id }: { readonly id: string }): ReactNode {
  const [cursor, setCursor] = useState<string>();
  const asked = useQuery('runTrades', { params: { id }, query: { limit: 100, ...(cursor !== undefined && { cursor }) } });
  const columnsOf = (items: readonly Trade[]): readonly Column<Trade>[] => {
    const [lots, prices] = [placesOf(items.map(({ quantity }) => quantity), 4), placesOf(items.map(({ entryPrice }) => entryPrice))];
    return [
      { key: 'entry', head: 'Entered', cell: ({ entryTime }) => <Time at={entryTime} detail="day-minute" />, sortBy: ({ entryTime }) => entryTime },
      { key: 'exit', head: 'Left', priority: 2, cell: ({ exitTime }) => <Time at={exitTime} detail="day-minute" /> },
      { key: 'side', head: 'Side', cell: ({ side }) => side },
      { key: 'quantity', head: 'Quantity', figures: true, cell: ({ quantity }) => <Num value={quantity} places={lots} /> },
      { key: 'in', head: 'In at', figures: true, priority: 2, cell: ({ entryPrice }) => <Num value={entryPrice} places={prices} /> },
      { key: 'out', head: 'Out at', figures: true, priority: 2, cell: ({ exitPrice }) => <Num value={exitPrice} places={prices} /> },
      { key: 'fees', head: 'Fees', figures: true, priority: 3, cell: ({ fees }) => <Money value={fees} /> },
      { key: 'pnl', head: 'Result', figures: true, cell: ({ pnl }) => <Delta value={pnl} />, sortBy: ({ pnl }) => pnl },
    ];
  };
  return (
    <Panel title="Trades" note="Round trips; result after fees, money of the account" flush>
      <Answered asked={asked} what="the trades">
        {({ items, next }) => (
          <>
            <DataTable caption="Trades of the run" tall columns={columnsOf(items)} rows={items} rowKey={({ entryTime, exitTime, instrument }) => `${instrument}|${entryTime}|${exitTime}`} empty={<EmptyState>It never finished a trade.</EmptyState>} />
            {next === null && cursor === undefined ? null : <div className={css.pages}>{cursor === undefined ? null : <Button small onClick={() => setCursor(undefined)}>First</Button>}{next === null ? null : <Button small onClick={() => setCursor(next)}>Next 100</Button>}</div>}
          </>
        )}
      </Answered>
    </Panel>
  );
}
