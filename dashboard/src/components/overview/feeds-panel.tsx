'use client';
import type { FeedFact } from 'trader/contract';
import type { ReactNode } from 'react';
import { useTopic } from '../../data/stream.ts';
import { formatDecimal } from '../../format/decimal.ts';
import { formatSpan } from '../../format/time.ts';
import { Num } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { StatusChip, type Tone } from '../status-chip.tsx';
import css from './overview.module.css';

const TONES: Readonly<Record<FeedFact['state'], Tone>> = { up: 'ok', down: 'critical', 'catching-up': 'warn', ended: 'neutral' };

function duration(ms: number): string {
  return ms < 1000 ? `${formatDecimal(ms, { places: ms < 10 ? 1 : 0 }) ?? '—'} ms` : formatSpan(ms);
}

/** Feeds of prices and ways to venues: whether they live, how old, how slow. */
export function FeedsPanel(): ReactNode {
  const state = useTopic('state');
  return (
    <Panel title="Feeds and venues">
      {state === undefined ? <Skeleton lines={2} size="row" /> : state.feeds.length === 0
        ? <EmptyState>No feed has reported yet.</EmptyState>
        : <ul>{state.feeds.map((feed) => <Feed key={feed.name} feed={feed} />)}</ul>}
      {state?.health === undefined ? null : (
        <p className={css.quiet}>
          Engine: <Num value={state.health.barsPerSecond} places={1} /> bars/s
          {state.health.decisionMicros === null ? '' : <>, bar to decision <Num value={state.health.decisionMicros.p50} places={0} unit="µs" /> (99 %: <Num value={state.health.decisionMicros.p99} places={0} unit="µs" />)</>}
          , memory <Num value={state.health.memoryMb} places={0} unit="MB" />
        </p>
      )}
    </Panel>
  );
}

function Feed({ feed }: { readonly feed: FeedFact }): ReactNode {
  const { name, kind, state, ageMs, heard, late, reconnections, trouble, progress } = feed;
  return (
    <li className={css.feed}>
      <p className={css.line}><strong>{name}</strong><span className={css.quiet}>{kind}</span><StatusChip tone={TONES[state]}>{state}</StatusChip></p>
      <p className={css.quiet}>
        {ageMs === null ? '' : <>heard {duration(ageMs)} ago · </>}
        <Latency feed={feed} />
        {' · '}<Num value={heard} /> {kind === 'venue' ? 'reports' : <>bars heard, <Num value={late} /> late</>}{reconnections === 0 ? '' : <>, <Num value={reconnections} /> reconnections</>}
        {progress === null ? '' : <> · bar <Num value={progress.done} /> of <Num value={progress.total} /></>}
      </p>
      {trouble === null ? null : <p className={css.trouble}><span aria-hidden="true">▲ </span>{trouble}</p>}
    </li>
  );
}

const MEASURED: Readonly<Record<NonNullable<FeedFact['latencyOf']>, string>> = { trade: 'trade to here', bar: 'end of a bar to here', order: 'order to its answer', question: 'question to its answer' };

/** How long things take, on what that was measured, and how far the venue's clock is off, by which what it dates was corrected. */
function Latency({ feed: { kind, latencyMs, latencyOf, aheadMs } }: { readonly feed: FeedFact }): ReactNode {
  if (latencyMs === null || latencyOf === null) return kind === 'replay' ? 'recorded: no latency' : 'latency not measured yet';
  return (
    <>
      {MEASURED[latencyOf]} ≤ <strong>{duration(latencyMs.p50)}</strong> (99 %: ≤ {duration(latencyMs.p99)})
      {aheadMs === null ? '' : <>, its clock <Num value={Math.abs(aheadMs)} places={0} unit="ms" /> {aheadMs < 0 ? 'behind' : 'ahead'}</>}
    </>
  );
}
