'use client';

import type { ReactNode } from 'react';
import type { ApiProblem } from 'trader/contract';
import type { Asked } from '../data/query.ts';
import { EmptyState, ErrorPanel, Skeleton } from './placeholders.tsx';

/** What a question is shown as: room while it is asked, its answer, or what went wrong with what still works. */
export function Answered<T>({ asked, what, size = 'row', lines = 4, children }: {
  readonly asked: Asked<T>;
  /** What is being fetched, as in "The runs could not be fetched". */
  readonly what: string;
  readonly size?: 'line' | 'row' | 'chart' | 'tile';
  readonly lines?: number;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { data, problem, reload } = asked;
  if (data === undefined) return problem === undefined ? <Skeleton lines={size === 'chart' ? 1 : lines} size={size} label={`Loading ${what}`} /> : <Problem what={what} problem={problem} onRetry={reload} />;
  return (
    <>
      {problem === undefined ? null : <Problem what={what} problem={problem} onRetry={reload} kept />}
      {children(data)}
    </>
  );
}

/** A problem in place: it stays until it is dealt with, and says what of it is only a matter of rights. */
export function Problem({ what, problem, onRetry, kept = false, verb = 'could not be fetched' }: {
  readonly what: string;
  readonly problem: ApiProblem;
  readonly onRetry?: (() => void) | undefined;
  /** Whether figures from before are still shown. */
  readonly kept?: boolean;
  readonly verb?: string;
}): ReactNode {
  if (problem.code === 'role-too-low') return <EmptyState>No permission: {problem.message}</EmptyState>;
  if (problem.code === 'second-admin-needed') return <EmptyState>Another administrator has to approve this, under Admin, People, within a quarter of an hour. Then do the same here once more.</EmptyState>;
  if (problem.code === 'not-offered') return <EmptyState>{problem.message}</EmptyState>;
  return (
    <ErrorPanel
      title={`${what.slice(0, 1).toUpperCase()}${what.slice(1)} ${verb}`}
      cause={[sentence(problem.message), ...(problem.retryAfter === undefined ? [] : [onRetry === undefined ? `Try again in ${problem.retryAfter} s.` : `It is tried again in ${problem.retryAfter} s.`]), ...problem.fields.filter(({ message }) => !problem.message.includes(message)).map(({ field, message }) => `${field}: ${message}`)].join(' · ')}
      stillWorks={kept ? 'What is shown below is from before.' : undefined}
      onRetry={onRetry}
      id={problem.requestId}
    />
  );
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
