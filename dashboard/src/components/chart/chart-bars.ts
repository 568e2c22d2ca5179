'use client';

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Answer, MarketFact } from 'trader/contract';
import { api } from '../../data/api.ts';
import { useLastPrice } from '../../data/last-price.ts';
import { useTopic } from '../../data/stream.ts';
import { folded, NO_BARS, overlaid, prepended, ticked } from './bar-columns.ts';
import type { BarColumns, ChartBar } from './bar-columns.ts';

const PAGE = 500;
const KEEP = 4000;

/** An interval that a chart offers. */
export interface ChartInterval {
  readonly name: string;
  readonly ms: number;
}

const MINUTE = 60_000;
const INTERVALS: readonly ChartInterval[] = [
  { name: '1m', ms: MINUTE }, { name: '5m', ms: 5 * MINUTE }, { name: '15m', ms: 15 * MINUTE }, { name: '1h', ms: 60 * MINUTE },
  { name: '4h', ms: 240 * MINUTE }, { name: '1d', ms: 1440 * MINUTE },
];

/** The intervals that bars of a market can be put together to, its own the first. */
export function intervalsOf(market: Pick<MarketFact, 'intervalMs'>): readonly ChartInterval[] {
  const possible = INTERVALS.filter(({ ms }) => ms >= market.intervalMs && ms % market.intervalMs === 0);
  return possible.length === 0 ? [{ name: `${market.intervalMs / 1000}s`, ms: market.intervalMs }] : possible;
}

/** The bars of a chart, live. */
export interface ChartBars {
  readonly bars: BarColumns;
  /** Why older bars could not be fetched; what is shown is whole without them. */
  readonly fault: string | undefined;
  readonly loading: boolean;
  readonly onOldest: () => void;
}

interface Kept {
  readonly name: string;
  readonly bars: BarColumns;
  readonly fault?: string;
  readonly asked: boolean;
}

/** Bars that were asked for before there was a chart. */
let ahead: { readonly name: string; readonly answer: Promise<Answer<'listBars'>> } | undefined;

function askBars(instrument: string, interval: string, to?: number): Promise<Answer<'listBars'>> {
  return api.call('listBars', { query: { instrument, interval, limit: PAGE, ...(to === undefined ? {} : { to }) } });
}

/** Asks for the bars of the chart that is to come, so that they are on their way while the page comes alive. */
export function askBarsAhead(market: MarketFact, wanted: string | null): void {
  const intervals = intervalsOf(market);
  const { name } = intervals.find((interval) => interval.name === wanted) ?? intervals[0];
  const answer = askBars(market.instrument, name);
  // Who takes it hears of a failure.
  answer.catch(() => undefined);
  ahead = { name: `${market.instrument}|${name}`, answer };
}

function takeAhead(name: string): Promise<Answer<'listBars'>> | undefined {
  const taken = ahead?.name === name ? ahead.answer : undefined;
  ahead = undefined;
  return taken;
}

/** Bars of a market from the server, continued by the stream's closed bars and moved by its last price. */
export function useChartBars(market: Pick<MarketFact, 'instrument' | 'intervalMs' | 'last' | 'tsLast'>, interval: ChartInterval): ChartBars {
  const { instrument } = market;
  const name = `${instrument}|${interval.name}`;
  const rows = useTopic('bars', instrument);
  const { last, at } = useLastPrice(market);
  const [kept, setKept] = useState<Kept>({ name, bars: NO_BARS, asked: false });
  const older = useRef<'idle' | 'asking' | 'end'>('idle');
  const fetchBars = useCallback(async (to: number | undefined) => {
    older.current = 'asking';
    try {
      const answer = await ((to === undefined ? takeAhead(name) : undefined) ?? askBars(instrument, interval.name, to));
      const page: BarColumns = { ...answer, volume: answer.volume.map((volume) => volume ?? 0) };
      older.current = answer.more ? 'idle' : 'end';
      setKept((was) => ({ name, asked: true, bars: was.name === name ? prepended(was.bars, page) : page }));
    } catch (cause) {
      older.current = 'end';
      setKept((was) => ({ ...(was.name === name ? was : { name, bars: NO_BARS }), asked: true, fault: cause instanceof Error ? cause.message : 'unknown' }));
    }
  }, [name, instrument, interval]);
  useEffect(() => { setKept({ name, bars: NO_BARS, asked: false }); void fetchBars(undefined); }, [name, fetchBars]);
  useEffect(() => {
    if (rows === undefined) return;
    const fresh = folded(rows.map(([time, open, high, low, close, volume]): ChartBar => ({ time, open, high, low, close, volume: volume ?? 0 })), interval.ms);
    setKept((was) => (was.name === name ? { ...was, bars: overlaid(was.bars, fresh, KEEP) } : was));
  }, [rows, interval, name]);
  const known = kept.name === name ? kept : { bars: NO_BARS, asked: false, fault: undefined };
  // A price at the very end of a bar is its close: it opens no bar of its own.
  const bars = useMemo(() => (last === null || at === null || known.bars.time.length === 0 ? known.bars : ticked(known.bars, at - 1, Number(last), interval.ms)), [known.bars, last, at, interval]);
  const first = known.bars.time[0];
  const onOldest = useCallback(() => { if (older.current === 'idle' && first !== undefined) void fetchBars(first); }, [fetchBars, first]);
  return { bars, fault: known.fault, loading: bars.time.length === 0 && !known.asked, onOldest };
}
