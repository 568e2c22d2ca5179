'use client';
import type { ReactNode } from 'react';
import { usePart } from '../../data/stream.ts';
import { directionOf } from '../../format/decimal.ts';
import { DataTable } from '../data-table.tsx';
import { InstrumentName } from '../instrument-name.tsx';
import { Money, Num, Pct } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import css from './risk.module.css';

/** What is held, by instrument, as a share of equity. */
export function ExposurePanel(): ReactNode {
  const positions = usePart('positions', ({ positions }) => positions);
  const account = usePart('equity', ({ account }) => account);
  const currency = usePart('state', ({ run }) => run?.currency);
  if (positions === undefined) return <Panel title="Exposure"><Skeleton lines={3} size="row" /></Panel>;
  const equity = Number(account?.equity ?? 0);
  const rows = [...positions.values()].filter(({ quantity }) => directionOf(quantity) !== 'flat').map((position) => ({ ...position, share: equity > 0 ? Number(position.value) / equity : 0 }));
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
          { key: 'side', head: 'Side', cell: ({ quantity }) => (directionOf(quantity) === 'down' ? 'short' : 'long') },
          { key: 'quantity', head: 'Quantity', figures: true, priority: 2, cell: ({ quantity }) => <Num value={quantity} /> },
          { key: 'value', head: 'Value', unit: currency, figures: true, cell: ({ value }) => <Money value={value} />, sortBy: ({ value }) => Number(value) },
          { key: 'share', head: 'Of equity', figures: true, cell: ({ share }) => <Pct ratio={share} />, sortBy: ({ share }) => share },
          { key: 'bar', head: 'Compared', priority: 3, cell: ({ share }) => <svg className={css.heat} preserveAspectRatio="none" aria-hidden="true"><rect width="100%" height="8" rx="4" /><rect width={`${(share / most) * 100}%`} height="8" rx="4" /></svg> },
        ]}
      />
    </Panel>
  );
}
