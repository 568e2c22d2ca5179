import type { ReactNode } from 'react';
import { Time } from './numbers.tsx';
import type { Tone } from './status-chip.tsx';
import css from './timeline.module.css';

/** Something that happened. */
export interface TimelineEntry {
  readonly id: string;
  readonly at: number | null;
  readonly tone: Tone;
  readonly title: ReactNode;
  readonly detail?: ReactNode;
}

const MARKS: Readonly<Record<Tone, string>> = { ok: '●', neutral: '○', warn: '▲', critical: '✕', busy: '◔' };

/** What happened, newest first as the caller gives it. */
export function Timeline({ entries, label }: { readonly entries: readonly TimelineEntry[]; readonly label: string }): ReactNode {
  return (
    <ol className={css.timeline} aria-label={label}>
      {entries.map(({ id, at, tone, title, detail }) => (
        <li key={id} className={css.entry}>
          <span aria-hidden="true" className={`${css.mark} ${css[tone]}`}>{MARKS[tone]}</span>
          <div className={css.text}>
            <div>{title}</div>
            {detail === undefined ? null : <div className={css.detail}>{detail}</div>}
          </div>
          <div className={css.time}><Time at={at} detail="day-minute" why="time not recorded" /></div>
        </li>
      ))}
    </ol>
  );
}
