'use client';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import css from './placeholders.module.css';

/** Room for what is being fetched, with its final height; it shows after a moment only. */
export function Skeleton({ lines = 3, size = 'line', label = 'Loading' }: { readonly lines?: number; readonly size?: 'line' | 'row' | 'chart' | 'tile'; readonly label?: string }): ReactNode {
  return (
    <div className={css.skeleton} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, index) => <div key={index} className={`${css.bone} ${css[size]}`} />)}
    </div>
  );
}

/** Nothing there: one sentence why, and at most one thing to do. */
export function EmptyState({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }): ReactNode {
  return (
    <div className={css.empty}>
      <p>{children}</p>
      {action}
    </div>
  );
}

/** What went wrong, what still works and what to do; it stays until it is dealt with. */
export function ErrorPanel({ title, cause, stillWorks, onRetry, details, id }: {
  readonly title: string;
  /** Why, in a sentence. */
  readonly cause: string;
  readonly stillWorks?: string | undefined;
  readonly onRetry?: (() => void) | undefined;
  /** For whoever looks closer. */
  readonly details?: string | undefined;
  /** Of the request, to be found in the log. */
  readonly id?: string | undefined;
}): ReactNode {
  return (
    <div className={css.error} role="alert">
      <h3><span aria-hidden="true" className={css.cross}>✕</span> {title}</h3>
      <p>{cause}</p>
      {stillWorks === undefined ? null : <p className={css.quiet}>{stillWorks}</p>}
      <div className={css.actions}>
        {onRetry === undefined ? null : <Button small onClick={onRetry}>Try again</Button>}
        {id === undefined ? null : <Button small look="quiet" onClick={() => void navigator.clipboard.writeText(id)}>Copy id</Button>}
      </div>
      {details === undefined ? null : <details><summary>Details</summary><pre>{details}</pre></details>}
    </div>
  );
}
