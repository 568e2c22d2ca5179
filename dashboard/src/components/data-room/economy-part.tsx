'use client';

import { useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Answer } from 'trader/contract';
import { useAddress } from '../../data/address.ts';
import { useQuery } from '../../data/query.ts';
import { formatDecimal, formatPercent } from '../../format/decimal.ts';
import { formatTime } from '../../format/time.ts';
import { Answered } from '../answered.tsx';
import { LineChart } from '../chart/line-chart.tsx';
import { TextField } from '../field.tsx';
import { Num, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import css from './data-room.module.css';
import { YieldCurve } from './yield-curve.tsx';

type Found = Answer<'searchSeries'>['items'][number];

interface HeadlineFact {
  readonly id: string;
  readonly name: string;
  /** How a year's change is told: a level grows by a share, a rate by points. */
  readonly change: 'share' | 'points';
}

/** What a person looks for first, by its id at FRED. */
const HEADLINES: readonly HeadlineFact[] = [
  { id: 'GDPC1', name: 'Real GDP', change: 'share' }, { id: 'CPIAUCSL', name: 'Consumer prices', change: 'share' }, { id: 'UNRATE', name: 'Unemployment', change: 'points' },
  { id: 'FEDFUNDS', name: 'Federal funds rate', change: 'points' }, { id: 'DGS10', name: '10-year yield', change: 'points' }, { id: 'UMCSENT', name: 'Consumer sentiment', change: 'points' },
];
const YEAR_MS = 365.25 * 86_400_000;
const MONTH_MS = YEAR_MS / 12;

/** Economic series: the headlines, the yield curve, what is due, and a search over all. */
export function EconomyPart(): ReactNode {
  const stored = useQuery('searchSeries', { query: { limit: 100 } });
  const [chosen, choose] = useAddress('series');
  return (
    <div className={css.stack}>
      <Answered asked={stored} what="the series" lines={3}>
        {({ items }) => {
          const kept = items.filter((series) => series.stored);
          const open = chosen ?? kept[0]?.id;
          return (
            <>
              <Headlines kept={kept} onOpen={choose} />
              <div className={css.economy}>
                <Search onOpen={choose} chosen={open} kept={kept} />
                {open === undefined ? <Panel title="No series yet"><EmptyState>No economic series is stored. <code>./algotrendy economic fetch UNRATE</code> stores one with every figure as it was first known.</EmptyState></Panel> : <SeriesPanel key={open} id={open} />}
              </div>
              <YieldCurve kept={kept.map(({ id }) => id)} />
            </>
          );
        }}
      </Answered>
      <Releases />
    </div>
  );
}

function Headlines({ kept, onOpen }: { readonly kept: readonly Found[]; readonly onOpen: (id: string) => void }): ReactNode {
  return (
    <ul className={css.headlines} aria-label="Headline figures">
      {HEADLINES.map((fact) => (
        <li key={fact.id}>{kept.some(({ id }) => id === fact.id) ? <Headline fact={fact} onOpen={onOpen} /> : (
          <div className={css.headline}><span className={css.quiet}>{fact.name}</span><span className={css.absent}>— <span className={css.quiet}>not stored: <code>economic fetch {fact.id}</code></span></span></div>
        )}</li>
      ))}
    </ul>
  );
}

function Headline({ fact: { id, name, change }, onOpen }: { readonly fact: HeadlineFact; readonly onOpen: (id: string) => void }): ReactNode {
  const asked = useQuery('readSeries', { params: { id } });
  const last = lastKnown(asked.data, Infinity);
  const before = last === undefined ? undefined : lastKnown(asked.data, last.date - YEAR_MS + MONTH_MS / 2);
  return (
    <button type="button" className={css.headline} onClick={() => onOpen(id)}>
      <span className={css.quiet}>{name}</span>
      <strong className={css.figure}><Num value={last?.value} places={2} why={asked.loading ? 'being fetched' : 'no figure'} /></strong>
      {last === undefined ? null : (
        <>
          <span className={css.quiet}>{before === undefined || last.date - before.date > YEAR_MS + 2 * MONTH_MS ? 'nothing known of a year before' : <><strong>{changeText(last.value, before.value, change)}</strong> on a year before</>}</span>
          <span className={css.quiet}>{asked.data?.series.units}, <Time at={last.date} detail="calendar" /></span>
        </>
      )}
    </button>
  );
}

function changeText(now: number, before: number, change: HeadlineFact['change']): string {
  return change === 'share' ? formatPercent(now / before - 1, true) ?? '—' : `${formatDecimal(now - before, { places: 2, signed: true }) ?? '—'} points`;
}

/** The newest figure of a series that is known, of no later day than `until`. */
function lastKnown(answer: Answer<'readSeries'> | undefined, until: number): { readonly date: number; readonly value: number } | undefined {
  if (answer === undefined) return undefined;
  for (let i = answer.date.length - 1; i >= 0; i--) {
    const value = answer.value[i];
    if (value !== null && value !== undefined && answer.date[i] <= until) return { date: answer.date[i], value };
  }
  return undefined;
}

function Search({ onOpen, chosen, kept }: { readonly onOpen: (id: string) => void; readonly chosen: string | undefined; readonly kept: readonly Found[] }): ReactNode {
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  useEffect(() => { const timer = setTimeout(() => setAsked(text.trim()), 400); return () => clearTimeout(timer); }, [text]);
  const found = useQuery('searchSeries', { query: { text: asked, limit: 40 } }, { off: asked === '' });
  const list = (items: readonly Found[]): ReactNode => (
    <ul className={css.found}>
      {items.map((series) => (
        <li key={series.id}>
          <button type="button" className={css.hit} aria-current={series.id === chosen ? 'true' : undefined} onClick={() => onOpen(series.id)}>
            <span><code>{series.id}</code> {series.stored ? null : <StatusChip tone="neutral">not stored</StatusChip>}</span>
            <span>{series.title}</span><span className={css.quiet}>{series.units} · {series.frequency}</span>
          </button>
        </li>
      ))}
    </ul>
  );
  return (
    <Panel title="Series">
      <TextField label="Search the economic series" type="search" placeholder="unemployment, M2, UNRATE…" value={text} onChange={setText} />
      {asked === '' ? (kept.length === 0 ? null : list(kept)) : (
        <Answered asked={found} what="the search" lines={4}>
          {({ items, note }) => <>{note === null ? null : <p className={css.quiet}>{note}</p>}{items.length === 0 ? <EmptyState>Nothing was found for “{asked}”.</EmptyState> : list(items)}</>}
        </Answered>
      )}
    </Panel>
  );
}

function SeriesPanel({ id }: { readonly id: string }): ReactNode {
  const asked = useQuery('readSeries', { params: { id } });
  const data = asked.data;
  const lines = useMemo(() => (data === undefined ? [] : [{ label: data.series.id, xs: data.date, values: data.value }]), [data]);
  return (
    <Panel title={data?.series.title ?? id} note={data === undefined ? undefined : <>{data.series.units} · {data.series.frequency} · {data.series.adjustment} · {data.series.source}{data.series.vintages ? ' · with every revision' : ''}</>}>
      <Answered asked={asked} what={`the series ${id}`} size="chart">
        {({ series, availableAt }) => (
          <>
            <LineChart label={series.title} series={lines} height={300} x="day" format={(value) => `${formatDecimal(value, { places: 2 }) ?? '—'} ${series.units}`} formatTick={(value) => formatDecimal(value, { compact: true }) ?? ''} />
            {availableAt.length === 0 ? null : <p className={css.quiet}>The newest figure became known on {formatTime(availableAt[availableAt.length - 1], 'day-minute')}; strategies see none before that.</p>}
          </>
        )}
      </Answered>
    </Panel>
  );
}

function Releases(): ReactNode {
  const asked = useQuery('seriesReleases', { query: { days: 30 } });
  return (
    <Panel title="Releases" note="When new figures of stored series are expected, in the next 30 days">
      <Answered asked={asked} what="the calendar of releases" lines={4}>
        {({ items }) => {
          const due = items.filter((item) => item.dueAt !== null).sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0));
          return due.length === 0 ? <EmptyState>No stored series is due in the next 30 days.</EmptyState> : (
            <ul className={css.releases}>{due.map((item) => <li key={item.id}><Time at={item.dueAt} detail="day-minute" /><span><strong>{item.title}</strong> <code>{item.id}</code></span><span className={css.quiet}>fetched <Time at={item.lastFetchedAt} detail="day" /></span></li>)}</ul>
          );
        }}
      </Answered>
    </Panel>
  );
}
