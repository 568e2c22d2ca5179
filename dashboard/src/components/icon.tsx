import type { ReactNode } from 'react';
import css from './icon.module.css';

/** The pictures, as paths on a field of 20 × 20; drawn, never fetched. */
const PATHS = {
  overview: 'M3 11.5h5.5V3H3zM11.5 17H17V8.5h-5.5zM3 17h5.5v-2.5H3zM11.5 5.5H17V3h-5.5z',
  trade: 'M5.5 2.5v3m0 7v5M3.5 5.5h4v7h-4zM14.5 2.5v5m0 6v4M12.5 7.5h4v6h-4z',
  strategies: 'M3 6h8m4 0h2M3 14h2m4 0h8M13 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7 12a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  backtests: 'M3.5 10a6.5 6.5 0 1 0 2-4.7L3.5 7M3.5 3v4h4M10 6.5V10l2.5 2',
  risk: 'M10 2.5 3.5 5v5c0 4 2.8 6.4 6.5 7.5 3.7-1.100 6.500-3.500 6.500-7.500V5zM10 6.500v4m0 2.500v.1',
  models: 'M10 3 3 6.500l7 3.500 7-3.500zM3 10l7 3.500 7-3.500M3 13.500 10 17l7-3.500',
  data: 'M10 3c3.600 0 6.500 1.100 6.500 2.500S13.600 8 10 8 3.500 6.900 3.500 5.500 6.400 3 10 3zM3.500 5.500v9C3.500 15.900 6.400 17 10 17s6.500-1.100 6.500-2.500v-9M3.500 10c0 1.400 2.900 2.500 6.500 2.500s6.500-1.100 6.500-2.500',
  admin: 'M10 10a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3.500 17c.5-3.500 3-5 6.500-5s6 1.500 6.500 5',
  more: 'M4 10h.1M10 10h.1M16 10h.1',
  close: 'M5 5l10 10M15 5 5 15',
  search: 'M9 3.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM13 13l4 4',
  chevron: 'M7.500 4.500 13 10l-5.500 5.500',
  down: 'M4.500 7.500 10 13l5.500-5.500',
  up: 'M4.500 12.500 10 7l5.500 5.500',
  sun: 'M10 6.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1.100 1.100M14.600 14.600l1.100 1.100M15.700 4.300l-1.100 1.100M5.400 14.600l-1.100 1.100',
  copy: 'M7 7h9.500v9.500H7zM4.500 13H3.500V3.500H13v1',
  docs: 'M5 2.500h7l3.500 3.500v11.500H5zM12 2.500V6h3.500M7.500 10h5M7.500 13h5',
  plus: 'M10 4v12M4 10h12',
  check: 'M4 10.500 8 14.500l8-9',
  stop: 'M7 3h6l4 4v6l-4 4H7l-4-4V7z',
  exit: 'M12 4H4v12h8M9 10h8m-3-3 3 3-3 3',
} as const;

/** Name of a picture. */
export type IconName = keyof typeof PATHS;

/** A picture beside a word; it says nothing by itself, so whoever uses it alone adds a label. */
export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return <svg className={css.icon} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false"><path d={PATHS[name]} /></svg>;
}
