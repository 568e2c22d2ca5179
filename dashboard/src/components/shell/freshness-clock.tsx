'use client';
import { useSyncExternalStore, type ReactNode } from 'react';
import { readConnection, useConnection, usePart, watchConnection, type Connection } from '../../data/stream.ts';
import { readNow, useNow, watchNow } from '../../data/ticker.ts';
import { formatSpan, formatUtc } from '../../format/time.ts';
import css from './freshness-clock.module.css';

/** Something is heard every few seconds even of a quiet market; longer than this is late, and then stale. */
const LATE_MS = 7_500;
const STALE_MS = 15_000;

/** How fresh what the page shows is. */
export type Freshness = 'connecting' | 'fresh' | 'late' | 'stale' | 'offline';

/** How fresh figures are; `reason` says in words why orders should wait. */
interface Judged {
  readonly freshness: Freshness;
  readonly reason: string | undefined;
}

function judged({ state, engine, heardAt, lostAt }: Connection, now: number): Judged {
  if (lostAt !== null || state === 'signed-out') return { freshness: 'offline', reason: 'disconnected' };
  if (state === 'connecting' || heardAt === null) return { freshness: 'connecting', reason: 'not connected yet' };
  if (engine === 'gone') return { freshness: 'stale', reason: 'the trading loop is not heard of' };
  const age = now - heardAt;
  if (age > STALE_MS) return { freshness: 'stale', reason: `figures are ${formatSpan(age)} old` };
  return { freshness: age > LATE_MS ? 'late' : 'fresh', reason: undefined };
}

let last: Judged = { freshness: 'connecting', reason: 'not connected yet' };
const FIRST = last;

/** The same object as long as nothing of it changes: every word that is heard could change it, and few do. */
function judge(): Judged {
  const next = judged(readConnection(), readNow());
  if (next.freshness !== last.freshness || next.reason !== last.reason) last = next;
  return last;
}

function watch(listener: () => void): () => void {
  const ends = [watchConnection(listener), watchNow(listener)];
  return () => { for (const end of ends) end(); };
}

/** How fresh the figures are, and again when that changes. */
export function useFreshness(): Judged {
  return useSyncExternalStore(watch, judge, () => FIRST);
}

/** When the newest figures were heard of; null before the first. */
export function useFiguresAt(): number | null {
  const { lostAt, engine, engineAt, heardAt } = useConnection();
  return lostAt === null && engine === 'gone' ? engineAt : heardAt;
}

/** The feed of prices that is down, by its name; undefined where prices arrive. The run itself may be heard of all the same. */
export function useSilentFeed(): string | undefined {
  return usePart('state', ({ feeds }) => feeds.find(({ kind, state }) => kind === 'market' && state === 'down')?.name);
}

const WORDS: Readonly<Record<Freshness, string>> = { connecting: 'Connecting', fresh: 'Live', late: 'Late', stale: 'Stale', offline: 'Disconnected' };

/** How old the figures are: a mark, a word and the age, on every page. */
export function FreshnessClock(): ReactNode {
  const { freshness } = useFreshness();
  const at = useFiguresAt();
  const now = useNow();
  const { aheadMs } = useConnection();
  const silent = useSilentFeed();
  if (silent !== undefined && (freshness === 'fresh' || freshness === 'late')) {
    return <span className={`${css.clock} ${css.stale}`} title={`${silent} is down: prices stand still`}><span aria-hidden="true" className={css.mark}>◷</span><span className={css.word}>Feed down</span></span>;
  }
  const age = at === null || now === 0 ? undefined : formatSpan(now - at);
  return (
    <span className={`${css.clock} ${css[freshness]}`} title={at === null ? undefined : `Figures of ${formatUtc(at + aheadMs)}`}>
      <span aria-hidden="true" className={css.mark}>{freshness === 'fresh' ? '●' : freshness === 'offline' ? '✕' : '◷'}</span>
      <span className={css.word}>{WORDS[freshness]}</span>
      {age === undefined ? null : <span>{age}</span>}
    </span>
  );
}
