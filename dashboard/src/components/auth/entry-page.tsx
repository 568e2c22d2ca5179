import type { ReactNode } from 'react';
import css from './entry-page.module.css';

/** A page before the dashboard: one thing to do, in the middle. */
export function EntryPage({ title, intro, children }: { readonly title: string; readonly intro?: ReactNode; readonly children: ReactNode }): ReactNode {
  return (
    <main className={css.page}>
      <div className={css.card}>
        <p className={css.brand}>AlgoTrendy</p>
        <h1 className={css.title}>{title}</h1>
        {intro === undefined ? null : <p className={css.intro}>{intro}</p>}
        {children}
      </div>
    </main>
  );
}
