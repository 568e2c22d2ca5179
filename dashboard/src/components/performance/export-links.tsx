import type { ReactNode } from 'react';
import { API_BASE } from 'trader/contract';
import css from './performance.module.css';

const NAMES = { trips: 'Round trips', fills: 'Fills', orders: 'Orders', equity: 'Equity', notes: 'Notes' } as const;

/** Downloads of lists as CSV, served by the API to who is signed in. */
export function ExportLinks({ what }: { readonly what: readonly (keyof typeof NAMES)[] }): ReactNode {
  return <p className={css.links}>{what.map((name) => <a key={name} href={`${API_BASE}/export/${name}`} download={`algotrendy-${name}.csv`}>{NAMES[name]} <span aria-hidden="true">↓</span><span className="spoken"> as CSV</span></a>)}</p>;
}
