import type { ReactNode } from 'react';
import type { Figure } from '../format/decimal.ts';
import { Num } from './numbers.tsx';
import css from './yearly.module.css';

/** Fewer days than this say nothing about a year. */
export const YEARLY_DAYS = 30;

/** Whole days between two moments of ISO 8601, rounded. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** A ratio reckoned to a year, as Sharpe's: of fewer than 30 days it is chance, so it is said to be too short instead. */
export function Yearly({ value, days }: { readonly value: Figure | null | undefined; readonly days: number }): ReactNode {
  if (days >= YEARLY_DAYS) return <Num value={value} places={2} why="too little to compute it from" />;
  return <span className={css.short} title={`${days} day${days === 1 ? '' : 's'}: what is reckoned to a year from fewer than ${YEARLY_DAYS} is chance`}>too short</span>;
}
