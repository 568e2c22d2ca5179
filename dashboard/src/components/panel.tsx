import { useId, type ReactNode } from 'react';
import css from './panel.module.css';

/** A titled part of a page. */
export function Panel({ title, aside, note, flush = false, children }: {
  readonly title: string;
  /** Right of the title: a chip, a choice, a link. */
  readonly aside?: ReactNode;
  /** A line under the title: what the figures are of. */
  readonly note?: ReactNode;
  /** Without inner margin, for tables and charts that reach the edge. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section className={css.panel} aria-labelledby={id}>
      <header className={css.head}>
        <h2 id={id}>{title}</h2>
        {aside === undefined ? null : <div className={css.aside}>{aside}</div>}
      </header>
      {note === undefined ? null : <p className={css.note}>{note}</p>}
      <div className={flush ? css.flush : css.body}>{children}</div>
    </section>
  );
}
