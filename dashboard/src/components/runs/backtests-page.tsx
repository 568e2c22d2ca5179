'use client';

import { useMemo, useState, type ReactNode } from 'react';
import { useAddress } from '../../data/address.ts';
import { useQuery } from '../../data/query.ts';
import { useTopic } from '../../data/stream.ts';
import { Answered } from '../answered.tsx';
import { Button } from '../button.tsx';
import { PageHead } from '../page-head.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { JobList } from './job-list.tsx';
import { JobResultView } from './job-result.tsx';
import { NewRunCard } from './new-run-card.tsx';
import type { Job } from './run-draft.ts';
import { RunCompare } from './run-compare.tsx';
import { RunResult } from './run-result.tsx';
import { RunTable } from './run-table.tsx';
import css from './runs.module.css';

/** Ended jobs that still stand in the list. */
const ENDED_SHOWN = 4;

/** Runs under way, runs that were kept, and the card of a new one. */
export function BacktestsPage(): ReactNode {
  const [run, openRun] = useAddress('run', { step: true });
  const [job, openJob] = useAddress('job', { step: true });
  const [compared, compare] = useAddress('compare', { step: true });
  const [card, showCard] = useState(false);
  const back = (): void => { openRun(undefined); openJob(undefined); compare(undefined); };
  // A sweep and a verdict have a page of their own, also where runs were kept on their way.
  const open = (next: Job): void => (next.request.kind !== 'backtest' || next.runId === null ? openJob(next.id) : openRun(next.runId));
  const pair = compared?.split(',') ?? [];
  const detail = run !== undefined ? <RunResult id={run} /> : job !== undefined ? <JobResultView id={job} onRun={openRun} /> : pair.length === 2 ? <RunCompare a={pair[0]} b={pair[1]} /> : undefined;
  return (
    <>
      <PageHead title="Backtests" aside={detail === undefined ? <span className={css.phoneOnly}><Button look="primary" onClick={() => showCard(!card)}>{card ? 'Hide the card' : 'New run'}</Button></span> : <Button onClick={back}>‹ All runs</Button>} />
      {detail ?? (
        <div className={css.page} data-card={card || undefined}>
          <div className={css.lists}><Lists onOpen={open} onRun={openRun} onCompare={(a, b) => compare(`${a},${b}`)} /></div>
          <div className={css.card}><NewRunCard onStarted={() => showCard(false)} /></div>
        </div>
      )}
    </>
  );
}

function Lists({ onOpen, onRun, onCompare }: { readonly onOpen: (job: Job) => void; readonly onRun: (id: string) => void; readonly onCompare: (a: string, b: string) => void }): ReactNode {
  const live = useTopic('jobs');
  const sources = useQuery('jobSources', undefined).data?.items;
  const titles = useMemo(() => new Map(sources?.map(({ bars, title }) => [bars, title])), [sources]);
  const asked = useQuery('listJobs', { query: { limit: 30 } });
  const jobs = useMemo(() => shownJobs(live === undefined ? undefined : [...live.values()], asked.data?.items), [live, asked.data]);
  // A run is kept when its job ends: then the list has one more.
  const done = jobs?.filter(({ state }) => state === 'done').length ?? 0;
  return (
    <>
      <Panel title="Under way">
        {jobs === undefined ? (asked.problem === undefined ? <Skeleton lines={2} size="row" label="Loading the jobs" /> : <Answered asked={asked} what="the jobs">{() => null}</Answered>)
          : jobs.length === 0 ? <EmptyState>Nothing is running. A new run appears here with its progress.</EmptyState> : <JobList jobs={jobs} titles={titles} onOpen={onOpen} />}
      </Panel>
      <div hidden={jobs === undefined && asked.problem === undefined}><RunTable turn={done} onOpen={onRun} onCompare={onCompare} /></div>
    </>
  );
}

/** What runs and waits, then the newest that have ended. */
function shownJobs(live: readonly Job[] | undefined, asked: readonly Job[] | undefined): readonly Job[] | undefined {
  if (live === undefined && asked === undefined) return undefined;
  const byId = new Map((asked ?? []).map((job) => [job.id, job]));
  for (const job of live ?? []) byId.set(job.id, job);
  const all = [...byId.values()].sort((a, b) => b.createdAt - a.createdAt);
  const active = all.filter(({ state }) => state === 'running' || state === 'waiting');
  return [...active, ...all.filter((job) => !active.includes(job)).slice(0, ENDED_SHOWN)];
}
