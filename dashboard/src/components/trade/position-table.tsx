'use client';

import type { ReactNode } from 'react';
import type { BookFact, PositionFact } from 'trader/contract';
import { DataTable, type Column } from '../data-table.tsx';
import { Delta, Money, Num } from '../numbers.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { formatDecimal } from '../../format/decimal.ts';
import { useTopic } from '../../data/stream.ts';
import { CloseButton } from './close-button.tsx';
import { InstrumentName } from './instrument-name.tsx';
import css from './trade.module.css';

/** What is held, by instrument, with who holds it. */
export function PositionTable({ positions, books }: { readonly positions: readonly PositionFact[] | undefined; readonly books: readonly BookFact[] }): ReactNode {
  const state = useTopic('state');
  const currency = state?.run?.currency;
  const decimals = (instrument: string): number | undefined => state?.markets.get(instrument)?.priceDecimals;
  if (positions === undefined) return <Skeleton lines={3} size="row" label="Loading the positions" />;
  const columns: readonly Column<PositionFact>[] = [
    { key: 'instrument', head: 'Instrument', cell: ({ instrument }) => <InstrumentName instrument={instrument} />, sortBy: ({ instrument }) => instrument },
    { key: 'quantity', head: 'Quantity', figures: true, cell: ({ quantity }) => <Num value={quantity} /> },
    { key: 'average', head: 'Average', figures: true, priority: 2, cell: ({ averagePrice, instrument }) => <Num value={opposed(books, instrument) ? null : averagePrice} places={decimals(instrument)} why={OPPOSED} /> },
    { key: 'mark', head: 'Mark', figures: true, cell: ({ mark, instrument }) => <Num value={mark} places={decimals(instrument)} why="no price yet" /> },
    { key: 'value', head: 'Value', unit: currency, figures: true, priority: 2, cell: ({ value }) => <Money value={value} />, sortBy: ({ value }) => Number(value) },
    { key: 'unrealised', head: 'Unrealised', unit: currency, figures: true, cell: ({ unrealised }) => <Delta value={unrealised} />, sortBy: ({ unrealised }) => Number(unrealised) },
    { key: 'held', head: 'Held by', priority: 3, cell: ({ instrument }) => <span className={css.holders}>{holders(books, instrument)}</span> },
    { key: 'close', head: 'Close', cell: (position) => <CloseButton position={position} /> },
  ];
  return <DataTable caption="Open positions" columns={columns} rows={positions} rowKey={({ instrument }) => instrument} empty={<EmptyState>Nothing is held: every strategy and every order by hand is flat.</EmptyState>} />;
}

/** Why a sum of opposite holdings has no entry price. */
export const OPPOSED = 'held on opposite sides by different books: the sum has no entry of its own';

/** Whether some books hold an instrument long and others short. */
export function opposed(books: readonly BookFact[], instrument: string): boolean {
  const signs = new Set(books.filter((book) => book.instrument === instrument).map(({ quantity }) => Math.sign(Number(quantity))));
  return signs.has(1) && signs.has(-1);
}

/** Which books hold how much of an instrument, in words. */
export function holders(books: readonly BookFact[], instrument: string): string {
  return books.filter((book) => book.instrument === instrument && Number(book.quantity) !== 0).map(({ strategy, quantity }) => `${strategy} ${formatDecimal(quantity) ?? quantity}`).join(' · ');
}
