import type { ReactNode } from 'react';
import css from './page-head.module.css';

/** The title of a page, with what belongs beside it. */
export function PageHead({ title, note, aside }: { readonly title: string; readonly note?: ReactNode; readonly aside?: ReactNode }): ReactNode {
  return (
    <div className={css.head}>
      <h1>{title}</h1>
      {note === undefined ? null : <p className={css.note}>{note}</p>}
      {aside === undefined ? null : <div className={css.aside}>{aside}</div>}
    </div>
  );
}
