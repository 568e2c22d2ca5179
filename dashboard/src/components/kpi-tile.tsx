import type { ReactNode } from 'react';
import css from './kpi-tile.module.css';

/** One figure that matters, with what it is and what it means below; a stale one is hatched and says so. */
export function KpiTile({ label, value, note, stale, wide }: { readonly label: string; readonly value: ReactNode; readonly note?: ReactNode; readonly stale?: boolean; /** Twice as wide, and larger: the one figure that comes first. */ readonly wide?: boolean }): ReactNode {
  return (
    <div className={`${css.tile} ${stale === true ? css.stale : ''} ${wide === true ? css.wide : ''}`}>
      <dt className={css.label} title={stale === true ? 'stale: the figure stands still' : undefined}>{stale === true ? <><span aria-hidden="true" className={css.mark}>◷ </span><span className="spoken">stale: </span></> : null}{label}</dt>
      <dd className={css.value}>{value}</dd>
      {note === undefined ? null : <dd className={css.note}>{note}</dd>}
    </div>
  );
}

/** The row of figures at the top of a page. */
export function KpiRow({ children }: { readonly children: ReactNode }): ReactNode {
  return <dl className={css.row}>{children}</dl>;
}
