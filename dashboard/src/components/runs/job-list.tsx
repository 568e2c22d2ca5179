'use client';

import { useEffect, type ReactNode } from 'react';
import { useCommand } from '../../data/query.ts';
import { useMissingRole } from '../../data/session.ts';
import { useServerNow } from '../../data/stream.ts';
import { formatStopwatch } from '../../format/time.ts';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { Age } from '../numbers.tsx';
import { StatusChip, type Tone } from '../status-chip.tsx';
import { requestTitle } from './run-draft.ts';
import type { Job } from './run-draft.ts';
import css from './runs.module.css';

const TONES: Readonly<Record<Job['state'], Tone>> = { waiting: 'neutral', running: 'busy', done: 'ok', failed: 'critical', canceled: 'neutral', lost: 'warn' };
const WORDS: Readonly<Record<Job['state'], string>> = { waiting: 'in line', running: 'running', done: 'done', failed: 'failed', canceled: 'canceled', lost: 'lost at a restart' };

/** Work under way and lately ended, each with how far it is or why it failed. It survives a reload: the server has it. */
export function JobList({ jobs, titles, onOpen }: { readonly jobs: readonly Job[]; /** Of bars, by their name. */ readonly titles: ReadonlyMap<string, string>; readonly onOpen: (job: Job) => void }): ReactNode {
  const running = jobs.find(({ state }) => state === 'running');
  useTitle(running === undefined ? undefined : shareOf(running));
  return <ul className={css.jobs}>{jobs.map((job) => <JobRow key={job.id} job={job} bars={titles.get(job.request.bars) ?? job.request.bars} onOpen={onOpen} />)}</ul>;
}

function JobRow({ job, bars, onOpen }: { readonly job: Job; readonly bars: string; readonly onOpen: (job: Job) => void }): ReactNode {
  const cancel = useCommand('cancelJob');
  const missing = useMissingRole('trader');
  const active = job.state === 'waiting' || job.state === 'running';
  return (
    <li className={css.job}>
      <div className={css.jobHead}>
        <span className={css.jobTitle}><strong>{job.request.kind}</strong> {requestTitle(job.request)}<span className={css.quiet}> on {bars}</span></span>
        <StatusChip tone={TONES[job.state]}>{WORDS[job.state]}</StatusChip>
        {active ? <Button small busy={cancel.state === 'sending'} blocked={missing} onClick={() => void cancel.send({ params: { id: job.id } })}>Cancel<span className="spoken"> the {job.request.kind} of {job.request.strategy}</span></Button> : null}
        {job.state === 'done' ? <Button small onClick={() => onOpen(job)}>Open result</Button> : null}
      </div>
      {active ? <Progress job={job} /> : null}
      {job.state === 'failed' ? <p className={css.wrong}>✕ {job.error?.message ?? 'It failed without a word.'}{job.error?.hint === null || job.error === null ? '' : ` ${job.error.hint}`}</p> : null}
      {job.state === 'lost' ? <p className={css.quiet}>It was running when the product ended. Run it again.</p> : null}
      {active ? null : <p className={css.quiet}>ended <Age at={job.endedAt} why="not known" /></p>}
      {cancel.problem === undefined ? null : <Problem what="the run" verb="was not canceled" problem={cancel.problem} />}
    </li>
  );
}

/** How far a job is: its phase in words, share, time so far and time left. */
function Progress({ job }: { readonly job: Job }): ReactNode {
  const now = useServerNow();
  const share = shareOf(job);
  const elapsed = job.startedAt === null || now === 0 ? undefined : formatStopwatch(now - job.startedAt);
  const left = job.etaMs === null || now === 0 ? undefined : formatStopwatch(Math.max(0, job.etaMs > 1e12 ? job.etaMs - now : job.etaMs));
  return (
    <div className={css.progress}>
      <progress max={1} value={share ?? undefined} aria-label={`Progress of the ${job.request.kind}`} />
      <span className={css.quiet}>{job.state === 'waiting' ? 'waits for its turn' : job.phase}{share === undefined ? '' : ` · ${Math.floor(share * 100)}%`}{elapsed === undefined ? '' : ` · ${elapsed} so far`}{left === undefined ? '' : ` · ${left} left`}</span>
    </div>
  );
}

function shareOf({ done, total }: Job): number | undefined {
  return done === null || total === null || total === 0 ? undefined : Math.min(1, done / total);
}

/** The share in the window's title, so that another tab shows it. */
function useTitle(share: number | undefined): void {
  const percent = share === undefined ? undefined : Math.floor(share * 100);
  useEffect(() => {
    const name = 'Backtests · AlgoTrendy';
    if (percent === undefined) return;
    document.title = `${percent}% · ${name}`;
    return () => { document.title = name; };
  }, [percent]);
}
