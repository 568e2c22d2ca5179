'use client';

import type { ReactNode } from 'react';
import { Tabs } from '../tabs.tsx';
import { useTopic } from '../../data/stream.ts';
import { DenialTable, FillTable } from './history-tables.tsx';
import { OrderTable } from './order-table.tsx';
import { PositionTable } from './position-table.tsx';
import css from './trade.module.css';

/** What is held, what works, and what became of orders, of all markets of the run. */
export function Dock({ instrument }: { readonly instrument: string }): ReactNode {
  const held = useTopic('positions');
  const orders = useTopic('orders');
  const fills = useTopic('fills');
  const positions = held === undefined ? undefined : [...held.positions.values()].filter(({ quantity }) => Number(quantity) !== 0);
  const working = orders === undefined ? undefined : [...orders.orders.values()].filter(({ state }) => state === 'sent' || state === 'unknown' || state === 'open' || state === 'canceling');
  const count = (rows: readonly unknown[] | undefined): string => (rows === undefined ? '' : ` ${rows.length}`);
  return (
    <section className={css.account} aria-label="Account">
      <h2 className="spoken">Account</h2>
      <Tabs label="Positions, orders and fills" tabs={[
        { id: 'positions', label: `Positions${count(positions)}`, content: <PositionTable positions={positions} books={held === undefined ? [] : [...held.books.values()]} /> },
        { id: 'orders', label: `Working orders${count(working)}`, content: <OrderTable orders={working} /> },
        { id: 'fills', label: 'Fills', content: <FillTable fills={fills} first={instrument} /> },
        { id: 'denials', label: `Denied${count(orders?.denials)}`, content: <DenialTable denials={orders?.denials} /> },
      ]} />
    </section>
  );
}
