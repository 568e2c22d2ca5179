import type { ReactNode } from 'react';
import css from './status-chip.module.css';

/** How serious a state is; each has a mark of its own, so that colour is never alone. */
export type Tone = 'ok' | 'neutral' | 'warn' | 'critical' | 'busy';

const MARKS: Readonly<Record<Tone, string>> = { ok: '●', neutral: '○', warn: '▲', critical: '✕', busy: '◔' };

/** A state in a word: mark, colour and text. */
export function StatusChip({ tone, children, title }: { readonly tone: Tone; readonly children: ReactNode; readonly title?: string | undefined }): ReactNode {
  return (
    <span className={`${css.chip} ${css[tone]}`} title={title}>
      <span aria-hidden="true" className={css.mark}>{MARKS[tone]}</span>
      {children}
    </span>
  );
}
