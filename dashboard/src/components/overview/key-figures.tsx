'use client';
import type { AccountFact } from 'trader/contract';
import type { ReactNode } from 'react';
import { usePart } from '../../data/stream.ts';
import { directionOf } from '../../format/decimal.ts';
import { KpiRow, KpiTile } from '../kpi-tile.tsx';
import { Delta, Money, Num, Pct, Time } from '../numbers.tsx';
import { useFreshness } from '../shell/freshness-clock.tsx';

const UNHEARD = 'not heard yet';
const NOTHING: Partial<AccountFact> = {};

/** A sum as a share of what the account was worth before it. */
function shareOf(change: string | undefined, equity: string | undefined): number | undefined {
  const before = Number(equity) - Number(change);
  return change === undefined || !(before > 0) ? undefined : Number(change) / before;
}

/** What is lost if every position that has a stop is left at it, and how many have none. */
function useOpenRisk(): { readonly loss: number | undefined; readonly unprotected: number } {
  const books = usePart('positions', ({ books }) => books);
  if (books === undefined) return { loss: undefined, unprotected: 0 };
  const held = [...books.values()].filter(({ quantity }) => directionOf(quantity) !== 'flat');
  return {
    loss: held.reduce((sum, { lossAtStop }) => sum + Math.abs(Number(lossAtStop ?? 0)), 0),
    unprotected: held.filter(({ stop }) => stop === null).length,
  };
}

/** The figures at the top of the first page. */
export function KeyFigures(): ReactNode {
  const { tsEvent, equity, dayPnl, weekPnl, totalPnl, drawdown, maxDrawdown, exposure, grossValue } = usePart('equity', ({ account }) => account) ?? NOTHING;
  const currency = usePart('state', ({ run }) => run?.currency);
  const { loss, unprotected } = useOpenRisk();
  const { freshness } = useFreshness();
  const stale = freshness === 'stale' || freshness === 'offline';
  return (
    <KpiRow>
      <KpiTile wide stale={stale} label="Equity" value={<Money value={equity} currency={currency} why={UNHEARD} compact />} note={<>market time <Time at={tsEvent} detail="day-minute" why={UNHEARD} /></>} />
      <Gain stale={stale} label="Today (UTC)" value={dayPnl} {...{ equity, currency }} />
      <Gain stale={stale} label="This week" value={weekPnl} {...{ equity, currency }} />
      <Gain stale={stale} label="Since the start" value={totalPnl} {...{ equity, currency }} />
      <KpiTile stale={stale} label="Open risk" value={<Money value={loss} currency={currency} compact why={UNHEARD} />} note={unprotected === 0 ? 'lost if every stop is hit' : <><Num value={unprotected} /> without a stop</>} />
      <KpiTile stale={stale} label="Drawdown" value={<Pct ratio={drawdown} why={UNHEARD} />} note={<>at worst <Pct ratio={maxDrawdown} why={UNHEARD} /></>} />
      <KpiTile stale={stale} label="Exposure" value={<Pct ratio={exposure} why={UNHEARD} />} note={<><Money value={grossValue} currency={currency} compact why={UNHEARD} /> held</>} />
    </KpiRow>
  );
}

/** Its currency stands below: beside a large sum there is no room for it. */
function Gain({ stale, label, value, equity, currency }: { readonly stale: boolean; readonly label: string; readonly value: string | undefined; readonly equity: string | undefined; readonly currency: string | undefined }): ReactNode {
  return <KpiTile stale={stale} label={label} value={<Delta value={value} compact why={UNHEARD} />} note={<><Pct ratio={shareOf(value, equity)} change why={UNHEARD} />{currency === undefined ? null : ` · in ${currency}`}</>} />;
}
