'use client';
import type { ReactNode } from 'react';
import { useConnection } from '../../data/stream.ts';
import { useNow } from '../../data/ticker.ts';
import { formatSpan, formatUtc } from '../../format/time.ts';
import css from './freshness-clock.module.css';

/** Something is heard every few seconds even of a quiet market; longer than this is late, and then stale. */
const LATE_MS = 7_500;
const STALE_MS = 15_000;

/** How fresh what the page shows is. */
export type Freshness = 'connecting' | 'fresh' | 'late' | 'stale' | 'offline';

/** How fresh the figures are, and since when; `reason` says in words why orders should wait. */
export function useFreshness(): { readonly freshness: Freshness; readonly at: number | null; readonly reason: string | undefined } {
  const { state, engine, engineAt, heardAt, lostAt } = useConnection();
  const now = useNow();
  if (lostAt !== null || state === 'signed-out') return { freshness: 'offline', at: heardAt, reason: 'disconnected' };
  if (state === 'connecting' || heardAt === null) return { freshness: 'connecting', at: heardAt, reason: 'not connected yet' };
  if (engine === 'gone') return { freshness: 'stale', at: engineAt, reason: 'the trading loop is not heard of' };
  const age = now - heardAt;
  if (age > STALE_MS) return { freshness: 'stale', at: heardAt, reason: `figures are ${formatSpan(age)} old` };
  return { freshness: age > LATE_MS ? 'late' : 'fresh', at: heardAt, reason: undefined };
}

const WORDS: Readonly<Record<Freshness, string>> = { connecting: 'Connecting', fresh: 'Live', late: 'Late', stale: 'Stale', offline: 'Disconnected' };

/** How old the figures are: a mark, a word and the age, on every page. */
export function FreshnessClock(): ReactNode {
  const { freshness, at } = useFreshness();
  const now = useNow();
  const age = at === null || now === 0 ? undefined : formatSpan(now - at);
  return (
    <span className={`${css.clock} ${css[freshness]}`} title={at === null ? undefined : `Figures of ${formatUtc(at)}`}>
      <span aria-hidden="true" className={css.mark}>{freshness === 'fresh' ? '●' : freshness === 'offline' ? '✕' : '◷'}</span>
      <span className={css.word}>{WORDS[freshness]}</span>
      {age === undefined ? null : <span>{age}</span>}
    </span>
  );
}
