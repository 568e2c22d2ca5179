'use client';
import type { ReactNode } from 'react';
import { ruleMeaning, ruleName } from 'trader/contract';
import { useTopic } from '../../data/stream.ts';
import { formatDecimal } from '../../format/decimal.ts';
import { DataTable } from '../data-table.tsx';
import { InstrumentName } from '../instrument-name.tsx';
import { Num, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';

/** Orders that risk refused, with the rule and its figures. */
export function DenialsPanel(): ReactNode {
  const orders = useTopic('orders');
  if (orders === undefined) return <Panel title="Denied orders"><Skeleton lines={3} size="row" /></Panel>;
  const rows = [...orders.denials].reverse().slice(0, 50);
  return (
    <Panel title="Denied orders" flush note="Refused here, before any venue heard of them. Market time.">
      <DataTable
        caption="Denied orders, newest first"
        rows={rows}
        rowKey={({ id }) => id}
        tall
        empty={<EmptyState>No order was denied: every one was within the limits.</EmptyState>}
        columns={[
          { key: 'rule', head: 'Rule', cell: ({ rule }) => <span title={ruleMeaning(rule)}>{ruleName(rule)}</span>, sortBy: ({ rule }) => rule },
          { key: 'time', head: 'When', cell: ({ tsEvent }) => <Time at={tsEvent} detail="day-minute" />, sortBy: ({ tsEvent }) => tsEvent },
          { key: 'order', head: 'Order', cell: ({ side, instrument, quantity }) => <>{side} <Num value={quantity} /> <InstrumentName id={instrument} /></> },
          { key: 'book', head: 'Strategy', priority: 3, cell: ({ book }) => book.split('@')[0] },
          { key: 'value', head: 'Would be', figures: true, cell: ({ value }) => formatDecimal(value) ?? value },
          { key: 'limit', head: 'Limit', figures: true, cell: ({ limit }) => formatDecimal(limit) ?? limit },
        ]}
      />
    </Panel>
  );
}
