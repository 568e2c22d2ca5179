'use client';
import type { BookFact } from 'trader/contract';
import type { ReactNode } from 'react';
import { usePart } from '../../data/stream.ts';
import { DataTable } from '../data-table.tsx';
import { InstrumentName } from '../instrument-name.tsx';
import { Delta, Num } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { PlaceLink } from '../place-link.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { StatusChip, type Tone } from '../status-chip.tsx';

const TONES: Readonly<Record<BookFact['state'], Tone>> = { warming: 'busy', running: 'ok', latched: 'neutral', stopped: 'neutral', liquidated: 'critical' };
const MEANINGS: Readonly<Record<BookFact['state'], string>> = {
  warming: 'It sees bars and gives no signal yet', running: 'It trades', latched: 'It was stopped out and waits for its next signal',
  stopped: 'Told to stop', liquidated: 'The venue closed the account',
};

/** What a strategy wants: long, short or flat, and how much of its full size. */
function wanted(target: number): string {
  if (target === 0) return 'flat';
  return `${target > 0 ? 'long' : 'short'} ${Math.round(Math.abs(target) * 100)}%`;
}

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
          { key: 'state', head: 'State', cell: ({ state, warmupLeft }) => <StatusChip tone={TONES[state]} title={MEANINGS[state]}>{state === 'warming' ? `warming, ${warmupLeft} bars` : state}</StatusChip>, sortBy: ({ state }) => state },
          { key: 'target', head: 'Signal', cell: ({ target, kind }) => (kind === 'manual' ? 'by hand' : wanted(target)) },
          { key: 'quantity', head: 'Holds', figures: true, priority: 2, cell: ({ quantity }) => <Num value={quantity} /> },
          { key: 'realised', head: 'Realised', unit: currency, figures: true, cell: ({ realised }) => <Delta value={realised} />, sortBy: ({ realised }) => Number(realised) },
          { key: 'open', head: 'Open', unit: currency, figures: true, cell: ({ unrealised }) => <Delta value={unrealised} />, sortBy: ({ unrealised }) => Number(unrealised) },
        ]}
      />
    </Panel>
  );
}
