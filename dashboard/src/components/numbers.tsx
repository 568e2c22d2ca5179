'use client';
import type { ReactNode } from 'react';
import { useServerNow } from '../data/stream.ts';
import { directionOf, formatDecimal, formatPercent, type Figure } from '../format/decimal.ts';
import { formatSpan, formatTime, formatUtc, type TimeDetail } from '../format/time.ts';
import css from './numbers.module.css';

/** What every number that may be absent takes. */
interface Absence {
  /** Why there is none, said and shown on hover; absent is never zero. */
  readonly why?: string | undefined;
}

/** The dash of a number that there is not, with its reason. */
function Absent({ why = 'not known' }: Absence): ReactNode {
  return (
    <span className={css.absent} title={why}>
      <span aria-hidden="true">—</span>
      <span className="spoken">{why}</span>
    </span>
  );
}

/** A plain number: a price, a quantity, a count. Exact text is never turned into a float. */
export function Num({ value, places, unit, why }: Absence & { readonly value: Figure | null | undefined; readonly places?: number | undefined; readonly unit?: string | undefined }): ReactNode {
  const text = formatDecimal(value, { places });
  if (text === undefined) return <Absent why={why} />;
  return (
    <span className={css.number}>
      {text}
      {unit === undefined ? null : <span className={css.unit}> {unit}</span>}
    </span>
  );
}

/** Money with its currency; `compact` shortens millions and keeps the exact value for hover and speech. */
export function Money({ value, currency, places = 2, compact = false, why }: Absence & {
  readonly value: Figure | null | undefined;
  readonly currency?: string | undefined;
  readonly places?: number;
  readonly compact?: boolean;
}): ReactNode {
  const exact = formatDecimal(value, { places });
  if (exact === undefined) return <Absent why={why} />;
  const shown = compact ? formatDecimal(value, { places, compact }) : exact;
  const unit = currency === undefined ? null : <span className={css.unit}> {currency}</span>;
  return (
    <span className={css.number} title={shown === exact ? undefined : `${exact} ${currency ?? ''}`}>
      {shown === exact ? exact : <><span aria-hidden="true">{shown}</span><span className="spoken">{exact}</span></>}
      {unit}
    </span>
  );
}

const ARROWS = { up: '▲', down: '▼', flat: '' } as const;
const WORDS = { up: 'up', down: 'down', flat: 'unchanged' } as const;

/** A change of money or price: arrow, sign and colour together, zero neutral. */
export function Delta({ value, places = 2, compact = false, unit, percent, why }: Absence & {
  readonly value: Figure | null | undefined;
  readonly places?: number;
  /** Shortens millions, as `Money` does. */
  readonly compact?: boolean;
  readonly unit?: string | undefined;
  /** The same change as a fraction, written behind in brackets. */
  readonly percent?: Figure | null | undefined;
}): ReactNode {
  const text = formatDecimal(value, { places, signed: true });
  if (text === undefined) return <Absent why={why} />;
  const shown = compact ? formatDecimal(value, { places, signed: true, compact }) : text;
  const way = directionOf(value, places);
  const share = formatPercent(percent, true);
  return (
    <span className={`${css.delta} ${css[way]}`} title={shown === text ? undefined : text}>
      {way === 'flat' ? null : <span aria-hidden="true" className={css.arrow}>{ARROWS[way]}</span>}
      <span className="spoken">{WORDS[way]} </span>
      {shown === text ? text : <><span aria-hidden="true">{shown}</span><span className="spoken">{text}</span></>}
      {unit === undefined ? null : <span className={css.unit}> {unit}</span>}
      {share === undefined ? null : <span className={css.share}> ({share})</span>}
    </span>
  );
}

/** A fraction as percent; `change` gives it sign, arrow and colour. */
export function Pct({ ratio, change = false, why }: Absence & { readonly ratio: Figure | null | undefined; readonly change?: boolean }): ReactNode {
  const text = formatPercent(ratio, change);
  if (text === undefined) return <Absent why={why} />;
  if (!change) return <span className={css.number}>{text}</span>;
  const way = directionOf(ratio, 6);
  return (
    <span className={`${css.delta} ${css[way]}`}>
      {way === 'flat' ? null : <span aria-hidden="true" className={css.arrow}>{ARROWS[way]}</span>}
      <span className="spoken">{WORDS[way]} </span>
      {text}
    </span>
  );
}

/** A time in the person's zone, with UTC on hover; milliseconds since 1970. */
export function Time({ at, detail = 'minute', why }: Absence & { readonly at: number | null | undefined; readonly detail?: TimeDetail }): ReactNode {
  if (at === undefined || at === null) return <Absent why={why} />;
  return <time className={css.time} dateTime={new Date(at).toISOString()} title={formatUtc(at)}>{formatTime(at, detail)}</time>;
}

/** How old something is, ticking; `cadenceMs` is how often news are expected, and decides when it looks stale. */
export function Age({ at, cadenceMs, why }: Absence & { readonly at: number | null | undefined; readonly cadenceMs?: number }): ReactNode {
  const now = useServerNow();
  if (at === undefined || at === null || now === 0) return <Absent why={why} />;
  const age = Math.max(0, now - at);
  const stale = cadenceMs !== undefined && age > 2 * cadenceMs;
  return (
    <span className={`${css.number} ${stale ? css.stale : ''}`} title={formatUtc(at)}>
      {stale ? <span aria-hidden="true">◷ </span> : null}
      {formatSpan(age)}{stale ? ' old' : ' ago'}
    </span>
  );
}
