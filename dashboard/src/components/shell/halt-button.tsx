'use client';
import { useState, type ReactNode } from 'react';
import { usePart } from '../../data/stream.ts';
import { HaltPanel } from './halt-panel.tsx';
import css from './halt-button.module.css';

/** The button that stops trading, on every page and in one press; what exactly it stops is asked after. */
export function HaltButton(): ReactNode {
  const [open, setOpen] = useState(false);
  const state = usePart('state', ({ trading }) => trading?.state);
  const halted = state === 'halted' || state === 'liquidated';
  return (
    <>
      <button type="button" className={css.halt} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {halted ? 'HALTED' : 'HALT'}<span className="spoken">{halted ? ': resume or close everything' : ' trading'}</span>
      </button>
      {open ? <HaltPanel onClose={() => setOpen(false)} /> : null}
    </>
  );
}
