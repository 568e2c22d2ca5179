'use client';
import type { ReactNode } from 'react';
import { usePart } from '../../data/stream.ts';
import { DataTable } from '../data-table.tsx';
import { InstrumentName } from '../instrument-name.tsx';
import { Delta, Num } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { PlaceLink } from '../place-link.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { BookState, bookPnl, opinionText } from '../strategies/book-list.tsx';

/** Every strategy on its market: state, what it wants, what it made. */
export function BooksPanel(): ReactNode {
  const books = usePart('positions', ({ books }) => books);
  const currency = usePart('state', ({ run }) => run?.currency);
  if (books === undefined) return <Panel title="Strategies"><Skeleton lines={3} size="row" /></Panel>;
  const rows = [...books.values()];
  return (
    <Panel title={`Strategies (${rows.filter(({ kind }) => kind === 'strategy').length})`} flush aside={<PlaceLink href="/strategies">All strategies</PlaceLink>}>
      <DataTable
        caption="Strategies and what they made"
        rows={rows}
        rowKey={({ book }) => book}
        empty={<EmptyState>No strategy trades in this run.</EmptyState>}
        columns={[
          { key: 'book', head: 'Strategy', cell: ({ strategy, instrument }) => <>{strategy} · <InstrumentName id={instrument} /></>, sortBy: ({ book }) => book },
          { key: 'state', head: 'State', cell: ({ state }) => <BookState state={state} />, sortBy: ({ state }) => state },
          { key: 'target', head: 'Signal', cell: (book) => (book.kind === 'manual' ? 'by hand' : opinionText(book)) },
          { key: 'quantity', head: 'Holds', figures: true, priority: 2, cell: ({ quantity }) => <Num value={quantity} /> },
          { key: 'open', head: 'Open', unit: currency, figures: true, cell: ({ unrealised }) => <Delta value={unrealised} />, sortBy: ({ unrealised }) => Number(unrealised) },
          { key: 'result', head: 'After fees', unit: currency, figures: true, cell: (book) => <Delta value={bookPnl(book)} />, sortBy: (book) => Number(bookPnl(book)) },
        ]}
      />
    </Panel>
  );
}
