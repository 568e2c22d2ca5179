'use client';
import { personName, type TradingFact } from 'trader/contract';
import { useEffect, type ReactNode } from 'react';
import { useMode } from '../../data/run.ts';
import { useConnection, usePart, useServerNow } from '../../data/stream.ts';
import { formatTime } from '../../format/time.ts';
import css from './mode-strip.module.css';

const ICONS = { paper: '/icon-paper.svg', sandbox: '/icon-paper.svg', live: '/icon-live.svg', unknown: '/icon-paper.svg' } as const;

/** States that are no alarm, in words. */
const CALM: Readonly<Partial<Record<TradingFact['state'], string>>> = { 'catching-up': 'catching up', paused: 'feed paused', ended: 'data has ended' };

/** The first line of every page: which money this is, and whether trading is halted and by whom. */
export function ModeStrip(): ReactNode {
  const { mode, word, meaning } = useMode();
  const trading = usePart('state', ({ trading }) => trading);
  useMarks(mode, word);
  const halted = trading?.state === 'halted' || trading?.state === 'liquidated';
  return (
    <p className={`${css.strip} ${css[mode]} ${halted ? css.halted : ''}`}>
      <strong>{word}</strong>
      <span className={css.meaning}>· {meaning}</span>
      {halted ? <Halt trading={trading} /> : null}
      {trading === undefined || CALM[trading.state] === undefined ? null : <strong>· {CALM[trading.state]}</strong>}
    </p>
  );
}

/** A halt of today bears its time; one of another day, as the market's is in a replay, its date too. */
const TODAY_MS = 12 * 3_600_000;

function Halt({ trading: { state, since, by, reason } }: { readonly trading: TradingFact }): ReactNode {
  const now = useServerNow();
  return (
    <strong className={css.halt}>
      {state === 'halted' ? 'HALTED' : 'LIQUIDATED'}
      {since === null ? '' : ` ${formatTime(since, Math.abs(now - since) < TODAY_MS ? 'minute' : 'day-minute')}`}
      {by === null ? '' : ` by ${personName(by)}`}
      {reason === null ? '' : `: ${reason}`}
    </strong>
  );
}

/** The mode in the window's title and picture, and around the page. */
function useMarks(mode: keyof typeof ICONS, word: string): void {
  const lost = useConnection().lostAt !== null;
  useEffect(() => {
    document.documentElement.dataset['mode'] = mode;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon !== null) icon.href = ICONS[mode];
  }, [mode]);
  useEffect(() => {
    const mark = (): void => {
      const plain = document.title.replace(/^(⚠ Disconnected · )?((PAPER|DEMO|LIVE) · )?/, '');
      const wanted = `${lost ? '⚠ Disconnected · ' : ''}${mode === 'unknown' ? '' : `${word} · `}${plain}`;
      if (document.title !== wanted) document.title = wanted;
    };
    mark();
    // Each page sets its own title when it is opened.
    const observer = new MutationObserver(mark);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [mode, word, lost]);
}
