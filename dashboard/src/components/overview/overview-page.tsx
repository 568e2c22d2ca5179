'use client';
import dynamic from 'next/dynamic';
import { useState, type ReactNode } from 'react';
import { usePart, useTopic } from '../../data/stream.ts';
import { AttentionList, openAlerts } from '../attention-list.tsx';
import { PartBoundary } from '../broken-part.tsx';
import { LazyPart } from '../lazy-part.tsx';
import { Limits } from '../limits.tsx';
import { Panel } from '../panel.tsx';
import { PlaceLink } from '../place-link.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { Tabs } from '../tabs.tsx';
import { BooksPanel } from './books-panel.tsx';
import { EquityPanel } from './equity-panel.tsx';
import { FeedsPanel } from './feeds-panel.tsx';
import { KeyFigures } from './key-figures.tsx';
import css from './overview.module.css';
import { PositionsPanel } from './positions-panel.tsx';

const PerformancePart = dynamic(() => import('../performance/performance-part.tsx').then((module) => module.PerformancePart), { ssr: false, loading: LazyPart });
const JournalPart = dynamic(() => import('../performance/journal-part.tsx').then((module) => module.JournalPart), { ssr: false, loading: LazyPart });

/** The first page: now, how it has gone, and the journal of trades. */
export function OverviewPage(): ReactNode {
  const [tab, setTab] = useState('now');
  return (
    <Tabs
      label="Parts of the overview"
      title="Overview"
      value={tab}
      onChange={setTab}
      tabs={[
        { id: 'now', label: 'Now', content: <Now /> },
        { id: 'performance', label: 'Performance', content: <PartBoundary what="Performance"><PerformancePart /></PartBoundary> },
        { id: 'journal', label: 'Trade journal', content: <PartBoundary what="The journal"><JournalPart /></PartBoundary> },
      ]}
    />
  );
}

function Now(): ReactNode {
  const alerts = useTopic('alerts');
  const known = usePart('state', () => true) === true;
  const count = alerts === undefined ? undefined : openAlerts(alerts).length;
  return (
    <div className={css.grid}>
      <div className={css.keys}><KeyFigures /></div>
      <div className={css.left}>
        <EquityPanel />
        <PositionsPanel />
        <BooksPanel />
      </div>
      <div className={css.right}>
        <div className={css.first}><Panel title={count === undefined || count === 0 ? 'Needs attention' : `Needs attention (${count})`}><AttentionList /></Panel></div>
        <LimitsPanel />
        {/* Below what is fetched: not in sight before it, so that it is not pushed away. */}
        {known ? <FeedsPanel /> : null}
      </div>
    </div>
  );
}

function LimitsPanel(): ReactNode {
  const state = useTopic('state');
  return (
    <Panel title="Distance to the limits" aside={<PlaceLink href="/risk">All limits</PlaceLink>}>
      {state === undefined ? <Skeleton lines={3} size="row" /> : state.limits.length === 0
        ? <EmptyState>This run has no limits that are measured.</EmptyState>
        : <Limits gauges={state.limits} currency={state.run?.currency ?? ''} most={5} />}
    </Panel>
  );
}
