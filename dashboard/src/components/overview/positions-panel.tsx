'use client';
import type { BookFact, MarketFact, PositionFact } from 'trader/contract';
import type { ReactNode } from 'react';
import { usePart, useTopic } from '../../data/stream.ts';
import { directionOf } from '../../format/decimal.ts';
import { DataTable, type Column } from '../data-table.tsx';
import { InstrumentName } from '../instrument-name.tsx';
import { Delta, Money, Num } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { PlaceLink } from '../place-link.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { CloseButton } from '../trade/close-button.tsx';
import { OPPOSED, opposed } from '../trade/position-table.tsx';
import css from './overview.module.css';

interface Held extends PositionFact {
  readonly market: MarketFact | undefined;
  /** The nearest stop of the books that hold it. */
  readonly stop: string | null;
  /** Whether books hold opposite sides of it, so that the sum has no entry and no stop of its own. */
  readonly opposed: boolean;
}

function useHeld(): readonly Held[] | undefined {
  const slice = useTopic('positions');
  const markets = usePart('state', ({ markets }) => markets);
  if (slice === undefined) return undefined;
  const books: readonly BookFact[] = [...slice.books.values()];
  return [...slice.positions.values()]
    .filter(({ quantity }) => directionOf(quantity) !== 'flat')
    .map((position) => ({
      ...position,
      market: markets?.get(position.instrument),
      stop: nearestStop(books.filter(({ instrument, quantity }) => instrument === position.instrument && directionOf(quantity) !== 'flat'), position.mark),
      opposed: opposed(books, position.instrument),
    }));
}

/** The first stop that the price would come to; null where no book that holds something has one. */
function nearestStop(holders: readonly BookFact[], mark: string | null): string | null {
  const stops = holders.flatMap(({ stop }) => (stop === null ? [] : [stop]));
  const distance = (stop: string): number => Math.abs(Number(stop) - Number(mark ?? stop));
  return stops.toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
}

/** What is held, by instrument, with prices and profit that move. */
export function PositionsPanel(): ReactNode {
  const held = useHeld();
  const currency = usePart('state', ({ run }) => run?.currency);
  return (
    <div className={css.held}><Panel title={held === undefined ? 'Positions' : `Positions (${held.length})`} flush aside={<PlaceLink href="/trade">Trade</PlaceLink>}>
      {held === undefined ? <div className={css.waiting}><Skeleton lines={2} size="row" /></div> : <DataTable caption="Open positions" rows={held} rowKey={({ instrument }) => instrument} empty={<EmptyState>Nothing is held. A strategy opens a position when its signal says so.</EmptyState>} columns={columnsOf(currency)} />}
    </Panel></div>
  );
}

function columnsOf(currency: string | undefined): readonly Column<Held>[] {
  return [
    { key: 'instrument', head: 'Instrument', cell: ({ instrument }) => <InstrumentName id={instrument} />, sortBy: ({ instrument }) => instrument },
    { key: 'quantity', head: 'Quantity', figures: true, cell: ({ quantity, market }) => <><span className={css.quiet}>{directionOf(quantity) === 'down' ? 'short ' : 'long '}</span><Num value={quantity} places={market?.quantityDecimals} /></>, sortBy: ({ value }) => Number(value) },
    { key: 'entry', head: 'Entry', figures: true, priority: 2, cell: ({ averagePrice, market, opposed: sides }) => <Num value={sides ? null : averagePrice} places={market?.priceDecimals} why={OPPOSED} /> },
    { key: 'mark', head: 'Mark', figures: true, cell: ({ mark, market }) => <Num value={mark} places={market?.priceDecimals} why="no price yet" /> },
    { key: 'stop', head: 'Stop', figures: true, priority: 2, cell: ({ stop, market, opposed: sides }) => <Num value={sides ? null : stop} places={market?.priceDecimals} why={sides ? OPPOSED : 'no stop'} /> },
    { key: 'value', head: 'Value', unit: currency, figures: true, priority: 3, cell: ({ value }) => <Money value={value} />, sortBy: ({ value }) => Number(value) },
    { key: 'open', head: 'Open P&L', unit: currency, figures: true, cell: ({ unrealised }) => <Delta value={unrealised} />, sortBy: ({ unrealised }) => Number(unrealised) },
    { key: 'act', head: 'Action', cell: (held) => <CloseButton position={held} /> },
  ];
}
