'use client';
import type { BookFact } from 'trader/contract';
import type { ReactNode } from 'react';
import { usePart } from '../../data/stream.ts';
import { directionOf } from '../../format/decimal.ts';
import { DataTable } from '../data-table.tsx';
import { InstrumentName } from '../instrument-name.tsx';
import { Money, Num, Pct } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import css from './risk.module.css';

/** What is exposed of an instrument. Strategies that hold against each other are both exposed, as the limits count them, though the sum of what they hold is nothing. */
interface Exposed {
  readonly instrument: string;
  readonly sides: ReadonlySet<'long' | 'short'>;
  readonly value: number;
}

function exposedOf(books: Iterable<BookFact>): readonly Exposed[] {
  const found = new Map<string, Exposed>();
  for (const { instrument, quantity, mark } of books) {
    const way = directionOf(quantity);
    if (way === 'flat') continue;
    const { sides, value } = found.get(instrument) ?? { sides: new Set(), value: 0 };
    found.set(instrument, { instrument, sides: new Set([...sides, way === 'down' ? 'short' : 'long']), value: value + Math.abs(Number(quantity) * Number(mark ?? 0)) });
  }
  return [...found.values()];
}

/** What is held, by instrument, as a share of equity. */
export function ExposurePanel(): ReactNode {
  const held = usePart('positions', (slice) => slice);
  const account = usePart('equity', ({ account }) => account);
  const currency = usePart('state', ({ run }) => run?.currency);
  if (held === undefined) return <Panel title="Exposure"><Skeleton lines={3} size="row" /></Panel>;
  const equity = Number(account?.equity ?? 0);
  const rows = exposedOf(held.books.values()).map((each) => ({ ...each, quantity: held.positions.get(each.instrument)?.quantity, share: equity > 0 ? each.value / equity : 0 }));
  const most = Math.max(...rows.map(({ share }) => share), 0.01);
  return (
    <Panel title="Exposure" flush aside={<>together <Pct ratio={account?.exposure} /></>}>
      <DataTable
        caption="Exposure by instrument"
        rows={rows}
        rowKey={({ instrument }) => instrument}
        empty={<EmptyState>Nothing is held, so nothing is exposed.</EmptyState>}
        columns={[
          { key: 'instrument', head: 'Instrument', cell: ({ instrument }) => <InstrumentName id={instrument} />, sortBy: ({ instrument }) => instrument },
          { key: 'side', head: 'Side', cell: ({ sides }) => [...sides].toSorted().join(' and ') },
          { key: 'quantity', head: 'In sum', figures: true, priority: 2, cell: ({ quantity }) => <Num value={quantity} /> },
          { key: 'value', head: 'Value', unit: currency, figures: true, cell: ({ value }) => <Money value={value} />, sortBy: ({ value }) => value },
          { key: 'share', head: 'Of equity', figures: true, cell: ({ share }) => <Pct ratio={share} />, sortBy: ({ share }) => share },
          { key: 'bar', head: 'Compared', priority: 3, cell: ({ share }) => <svg className={css.heat} preserveAspectRatio="none" aria-hidden="true"><rect width="100%" height="8" rx="4" /><rect width={`${(share / most) * 100}%`} height="8" rx="4" /></svg> },
        ]}
      />
    </Panel>
  );
}
