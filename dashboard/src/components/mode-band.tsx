'use client';
import type { ReactNode } from 'react';
import { useMode } from '../data/run.ts';
import css from './mode-band.module.css';

/** The mode in a strip, for windows in which money is about to move. */
export function ModeBand(): ReactNode {
  const { mode, word, meaning } = useMode();
  return <p className={`${css.band} ${css[mode]}`}><strong>{word}</strong> · {meaning}</p>;
}
