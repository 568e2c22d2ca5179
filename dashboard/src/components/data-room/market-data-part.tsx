'use client';

import { useState, type ReactNode } from 'react';
import type { Answer } from 'trader/contract';
import { useQuery } from '../../data/query.ts';
import { useTopic } from '../../data/stream.ts';
import { formatDecimal } from '../../format/decimal.ts';
import { formatSpan } from '../../format/time.ts';
import { Answered } from '../answered.tsx';
import { DataTable, type Column } from '../data-table.tsx';
import { KpiRow, KpiTile } from '../kpi-tile.tsx';
import { LimitBar } from '../limit-bar.tsx';
import { Money, Num, Pct, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import { CoverageCalendar } from './coverage-calendar.tsx';
import css from './data-room.module.css';

type Status = Answer<'dataStatus'>;
type Series = Status['series'][number];

const EVERY_MS = 60_000;

/** Stored bars with their holes, the providers with their quotas, and the live markets of the run. */
export function MarketDataPart(): ReactNode {
  const asked = useQuery('dataStatus', undefined, { every: EVERY_MS });
  return (
    <div className={css.stack}>
      <Answered asked={asked} what="the state of the data" lines={6}>{(status) => <Known status={status} />}</Answered>
      {/* Below what is fetched: not in sight before it, so that it is not pushed away. */}
      {asked.data === undefined && asked.problem === undefined ? null : <LiveMarkets />}
    </div>
  );
}

function Known({ status }: { readonly status: Status }): ReactNode {
  const { today, cost } = status;
  const asked = today.hits + today.misses;
  const sum = (of: (series: Series) => number): number => status.series.reduce((all, series) => all + of(series), 0);
  const failures = Object.entries(today.failures).filter(([, count]) => count > 0);
  return (
    <>
      <KpiRow>
        <KpiTile label="Answered from the store today" value={<Pct ratio={today.hitRate} why="nothing was asked for today" />} note={asked === 0 ? 'nothing was asked for today' : `${today.hits} of ${asked} requests`} />
        <KpiTile label="Calls to providers today" value={<Num value={today.misses} />} note="UTC day" />
        <KpiTile label="Failed calls today" value={<Num value={failures.reduce((all, [, count]) => all + count, 0)} />} note={failures.length === 0 ? 'every provider answered' : failures.map(([name, count]) => `${name} ${count}`).join(', ')} />
        <KpiTile label="Paid for data" value={<Money value={cost.paid} currency="USD" places={0} />} note={<>paid feeds cost <Num value={cost.paidFeeds[0]} /> to <Num value={cost.paidFeeds[1]} /> USD a year</>} />
        <KpiTile label="Stored bars" value={<Num value={sum(({ bars }) => bars)} />} note={`in ${status.series.length} series`} />
        <KpiTile label="Gaps" value={<Num value={sum(({ gaps }) => gaps)} />} note="between first and last bar" />
        <KpiTile label="In quarantine" value={<Num value={sum(({ quarantined }) => quarantined)} />} note="not traded on" />
        <KpiTile label="Revised bars" value={<Num value={sum(({ revisions }) => revisions)} />} note="the earlier figure is kept" />
      </KpiRow>
      <SeriesPanel series={status.series} />
      <ProvidersPanel providers={status.providers} />
    </>
  );
}

function SeriesPanel({ series }: { readonly series: readonly Series[] }): ReactNode {
  const [chosen, choose] = useState<string>();
  const keyOf = ({ instrument, interval }: Series): string => `${instrument} ${interval}`;
  const shown = series.find((each) => keyOf(each) === chosen) ?? series[0];
  const columns: readonly Column<Series>[] = [
    { key: 'series', head: 'Series', cell: (each) => <strong>{keyOf(each)}</strong>, sortBy: keyOf },
    { key: 'bars', head: 'Bars', figures: true, cell: ({ bars }) => <Num value={bars} />, sortBy: ({ bars }) => bars },
    { key: 'first', head: 'From', priority: 2, cell: ({ first }) => <Time at={first} detail="calendar" /> },
    { key: 'last', head: 'Newest', cell: ({ last }) => <Time at={last} detail="day-minute" />, sortBy: ({ last }) => last },
    { key: 'gaps', head: 'Gaps', figures: true, cell: ({ gaps, longestGapMs }) => (gaps === 0 ? 'none' : <span title={`the longest ${formatSpan(longestGapMs)}`}>{gaps}</span>), sortBy: ({ gaps }) => gaps },
    { key: 'trust', head: 'Agreement', figures: true, priority: 2, cell: ({ trust, compared }) => <span title={`${compared} bars compared between sources`}><Pct ratio={trust} why="only one source so far" /></span> },
    { key: 'quarantined', head: 'In quarantine', figures: true, cell: ({ quarantined }) => (quarantined === 0 ? 'none' : <StatusChip tone="warn">{quarantined}</StatusChip>) },
    { key: 'revisions', head: 'Revised', figures: true, priority: 3, cell: ({ revisions }) => <Num value={revisions} /> },
    { key: 'sources', head: 'Sources', priority: 3, cell: ({ sources }) => <span className={css.long} title={sources.join(', ')}>{sources.join(', ')}</span> },
  ];
  return (
    <>
      <Panel title="Stored bars" flush>
        <DataTable caption="Stored series of bars" columns={columns} rows={series} rowKey={keyOf} onOpen={(each) => choose(keyOf(each))} empty={<EmptyState>No bars are stored yet. <code>./algotrendy data fetch</code> fetches some; the run itself trades on its feed.</EmptyState>} />
      </Panel>
      {shown === undefined ? null : <Panel title={`Coverage of ${keyOf(shown)}`} note="UTC days; expected by the clock, so a market that closes has fewer"><CoverageCalendar key={keyOf(shown)} series={shown} /></Panel>}
    </>
  );
}

function ProvidersPanel({ providers }: { readonly providers: Status['providers'] }): ReactNode {
  return (
    <Panel title="Providers and their free quotas" note="Calls so far. At a quota’s end a call waits, or goes to the next provider.">
      {providers.length === 0 ? <EmptyState>No provider is set up.</EmptyState> : (
        <div className={css.providers}>
          {providers.map(({ name, documented, limits }) => (
            <section key={name} className={css.provider} aria-label={name}>
              <h3>{name} {documented ? null : <StatusChip tone="neutral" title="The provider states no limit; ours is careful">our own limit</StatusChip>}</h3>
              {limits.map(({ calls, windowMs, used }) => (
                <LimitBar key={windowMs} label={windowText(windowMs)} share={used / calls} used={count(used)} limit={`${count(calls)} calls`} headroom={count(calls - used)} />
              ))}
            </section>
          ))}
        </div>
      )}
    </Panel>
  );
}

function count(calls: number): string {
  return formatDecimal(calls) ?? '—';
}

/** The time that a quota is counted over, in words. */
function windowText(ms: number): string {
  return { 1000: 'a second', 60_000: 'a minute', 3_600_000: 'an hour', 86_400_000: 'a day' }[ms] ?? `in ${formatSpan(ms)}`;
}

/** The markets of the run as they arrive: their state is the feed's, not the store's. */
function LiveMarkets(): ReactNode {
  const state = useTopic('state');
  const markets = state === undefined ? [] : [...state.markets.values()];
  const columns: readonly Column<(typeof markets)[number]>[] = [
    { key: 'instrument', head: 'Market', cell: ({ instrument }) => <strong>{instrument}</strong>, sortBy: ({ instrument }) => instrument },
    { key: 'last', head: 'Last price', figures: true, cell: ({ last, priceDecimals, quoteCurrency }) => <Num value={last} places={priceDecimals} unit={quoteCurrency} why="no price yet" /> },
    { key: 'time', head: 'Market time', cell: ({ tsLast }) => <Time at={tsLast} detail="day-second" why="no price yet" /> },
    { key: 'bars', head: 'Bars', figures: true, cell: ({ bars }) => <Num value={bars} /> },
    { key: 'gaps', head: 'Gaps', figures: true, cell: ({ gaps }) => (gaps === 0 ? 'none' : <StatusChip tone="warn">{gaps}</StatusChip>) },
    { key: 'rejected', head: 'Refused', figures: true, priority: 2, cell: ({ rejected }) => <span title="repeated, out of order or not possible"><Num value={rejected} /></span> },
  ];
  return (
    <Panel title="Live in this run" note={state?.feeds.map(({ name, state: up, ageMs }) => `${name}: ${up}${ageMs === null ? '' : `, heard ${formatSpan(ageMs)} ago`}`).join(' · ')} flush>
      <DataTable caption="Markets of the run" columns={columns} rows={markets} rowKey={({ instrument }) => instrument} empty={<EmptyState>Nothing has been heard of a market yet.</EmptyState>} />
    </Panel>
  );
}
