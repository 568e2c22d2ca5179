'use client';

import { useMemo, useState, type ReactNode } from 'react';
import type { BookFact, FillFact, MarketFact, OrderFact } from 'trader/contract';
import { intervalsOf, useChartBars } from '../chart/chart-bars.ts';
import { distanceText } from '../chart/chart-marks.ts';
import type { ChartFill, ChartLevel } from '../chart/chart-marks.ts';
import { PriceChart } from '../chart/price-chart.tsx';
import { ChoiceField, SelectField } from '../field.tsx';
import { Num, Pct } from '../numbers.tsx';
import { Skeleton } from '../placeholders.tsx';
import { StatusChip } from '../status-chip.tsx';
import { useAddress } from '../../data/address.ts';
import { useLastPrice } from '../../data/last-price.ts';
import { useMissingRole } from '../../data/session.ts';
import { usePart, useTopic } from '../../data/stream.ts';
import { splitInstrument } from './instrument-name.tsx';
import { ProtectSheet } from './protect-button.tsx';
import { dayChange } from './watchlist.tsx';
import css from './trade.module.css';

/** The chart of a market with what the run does in it. */
export function MarketChart({ market, markets, books, onChoose }: {
  readonly market: MarketFact; readonly markets: readonly MarketFact[]; readonly books: readonly BookFact[]; readonly onChoose: (instrument: string) => void;
}): ReactNode {
  const intervals = intervalsOf(market);
  const [wanted, setWanted] = useAddress('interval');
  const [shown, setShown] = useAddress('lines');
  const interval = intervals.find(({ name }) => name === wanted) ?? intervals[0];
  const { bars, fault, loading, onOldest } = useChartBars(market, interval);
  const fills = useTopic('fills');
  const orders = usePart('orders', ({ orders }) => orders);
  const mayMove = useMissingRole('trader') === undefined;
  const marks = useMemo(() => (fills ?? []).filter(({ instrument }) => instrument === market.instrument).map(markOf), [fills, market.instrument]);
  const levels = useMemo(() => levelsOf(books, mayMove, orders === undefined ? [] : [...orders.values()].filter(({ instrument }) => instrument === market.instrument)), [books, mayMove, orders, market.instrument]);
  const strategies = books.filter(({ kind, strategy }) => kind === 'strategy' && ['macd', 'bollinger', 'moving-average-cross'].includes(strategy));
  const book = strategies.find(({ book: name }) => name === shown) ?? (shown === 'none' ? undefined : strategies[0]);
  const strategy = useMemo(() => (book === undefined ? undefined : { strategy: book.strategy, parameters: book.parameters }), [book?.strategy, book?.parameters]);
  const [base] = intervals;
  const exits = useDraggedExit(market, books);
  return (
    <section className={css.chartPanel} aria-label={`Chart of ${market.instrument}`}>
      <ChartHead market={market} markets={markets} onChoose={onChoose} />
      {loading ? <div className={css.room}><Skeleton lines={1} size="chart" label="Loading the chart" /></div> : (
        <PriceChart
          instrument={market.instrument} quoteCurrency={market.quoteCurrency} priceDecimals={market.priceDecimals} intervalMs={interval.ms} assetClass={market.assetClass}
          bars={bars} fills={marks} levels={levels} strategy={strategy} onOldest={onOldest} onMove={exits.onMove}
        >
          <span className={css.wide}><ChoiceField label="Length of a bar" value={interval.name} onChange={setWanted} options={intervals.map(({ name }) => ({ value: name, label: name }))} /></span>
          <span className={`${css.compact} ${css.narrowOnly}`}><SelectField label="Length of a bar" value={interval.name} onChange={setWanted} options={intervals.map(({ name }) => ({ value: name, label: name }))} /></span>
          {strategies.length === 0 ? null : (
            <span className={css.compact}><SelectField label="Lines of" value={book?.book ?? 'none'} onChange={setShown} options={[...strategies.map((each) => ({ value: each.book, label: `${each.strategy} lines` })), { value: 'none', label: 'No lines' }]} /></span>
          )}
        </PriceChart>
      )}
      {exits.sheet}
      {fault === undefined ? null : <p className={css.fault}><StatusChip tone="warn">older bars missing</StatusChip> {fault}</p>}
      {book === undefined || interval === base ? null : <p className={css.fault}>Lines are drawn on {interval.name} bars; {book.strategy} decides on {base.name}.</p>}
    </section>
  );
}

/** Where a stop or target of what is held by hand was dragged to, and the sheet that asks about it: nothing is set by dragging alone. */
function useDraggedExit(market: MarketFact, books: readonly BookFact[]): { readonly onMove: (level: ChartLevel, price: number) => void; readonly sheet: ReactNode } {
  const [moved, setMoved] = useState<{ readonly stop?: string; readonly takeProfit?: string } | undefined>(undefined);
  const manual = books.find(({ kind }) => kind === 'manual');
  return {
    onMove: ({ kind }, price) => setMoved({ [kind === 'stop' ? 'stop' : 'takeProfit']: steppedPrice(price, market) }),
    sheet: moved === undefined || manual === undefined ? null : <ProtectSheet market={market} book={manual} moved={moved} onClose={() => setMoved(undefined)} />,
  };
}

/** A price of the chart in the steps of its market. */
function steppedPrice(price: number, { tick, priceDecimals }: MarketFact): string {
  return (Math.round(price / Number(tick)) * Number(tick)).toFixed(priceDecimals);
}

function ChartHead({ market, markets, onChoose }: { readonly market: MarketFact; readonly markets: readonly MarketFact[]; readonly onChoose: (instrument: string) => void }): ReactNode {
  const { last } = useLastPrice(market);
  const [symbol, venue] = splitInstrument(market.instrument);
  return (
    <header className={css.chartHead}>
      <h2 className={css.title}>{symbol} <span className={css.venue}>{venue}</span></h2>
      <div className={css.pick}><SelectField label="Market" value={market.instrument} onChange={onChoose} options={markets.map(({ instrument }) => ({ value: instrument, label: splitInstrument(instrument)[0] }))} /></div>
      <p className={css.price}><Num value={last} places={market.priceDecimals} unit={market.quoteCurrency} why="no price yet" /> <Pct ratio={dayChange(last, market.dayAgo)} change why="no price of a day before" /></p>
    </header>
  );
}

function markOf(fill: FillFact): ChartFill {
  // What realised something took off; a stop or take-profit does so by what it is.
  const exit = fill.realised !== null || fill.leg === 'stop' || fill.leg === 'take-profit' || fill.leg === 'flatten' || fill.leg === 'liquidation';
  return { id: fill.id, time: fill.tsEvent, side: fill.side, price: Number(fill.price), effect: exit ? 'exit' : 'entry' };
}

/** The prices to watch: of each book that holds something its entry, stop and target, and every working order that is not one of these. */
function levelsOf(books: readonly BookFact[], mayMove: boolean, orders: readonly OrderFact[]): ChartLevel[] {
  const held = books.filter(({ quantity }) => Number(quantity) !== 0);
  const levels = held.flatMap((book) => {
    const entry = Number(book.averagePrice ?? NaN);
    const name = held.length > 1 ? `${book.strategy} ` : '';
    const level = (kind: ChartLevel['kind'], word: string, text: string | null): ChartLevel[] =>
      text === null ? [] : [{ id: `${book.book}|${kind}`, kind, price: Number(text), label: kind === 'entry' ? `${name}${word}` : `${name}${word} ${distanceText(entry, Number(text))}`, movable: mayMove && book.kind === 'manual' && kind !== 'entry' }];
    return [...level('entry', Number(book.quantity) > 0 ? 'Long from' : 'Short from', book.averagePrice), ...level('stop', 'Stop', book.stop), ...level('target', 'Target', book.takeProfit)];
  });
  const working = orders.filter(({ state, leg, price }) => (state === 'open' || state === 'sent' || state === 'unknown') && leg !== 'stop' && leg !== 'take-profit' && price !== null);
  return [...levels, ...working.map((order): ChartLevel => ({ id: order.clientOrderId, kind: 'order', price: Number(order.price), label: `${order.side === 'buy' ? 'Buy' : 'Sell'} ${order.type.replace('-', ' ')} ${order.quantity}` }))];
}
