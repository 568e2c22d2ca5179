'use client';

import { useState, type ReactNode } from 'react';
import { ruleMeaning, ruleName, type DenialFact,  type FillFact } from 'trader/contract';
import { DataTable, type Column } from '../data-table.tsx';
import { ChoiceField } from '../field.tsx';
import { Delta, Money, Num, Time } from '../numbers.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { useTopic } from '../../data/stream.ts';
import { formatDecimal } from '../../format/decimal.ts';
import { InstrumentName } from './instrument-name.tsx';
import css from './trade.module.css';

const ROWS = 100;

/** That a list ends where there is more of it; nothing where there is not. */
function Rest({ of, where }: { readonly of: readonly unknown[]; readonly where: string }): ReactNode {
  return of.length > ROWS ? <p className={css.rest}>The newest {ROWS}{where}</p> : null;
}

/** Our trades, the newest first. */
export function FillTable({ fills, first }: { readonly fills: readonly FillFact[] | undefined; /** The instrument in sight, to which the list can be narrowed. */ readonly first: string }): ReactNode {
  const [which, setWhich] = useState<'all' | 'one'>('all');
  const state = useTopic('state');
  const currency = state?.run?.currency;
  if (fills === undefined) return <Skeleton lines={3} size="row" label="Loading the fills" />;
  const asked = fills.filter(({ instrument }) => which === 'all' || instrument === first);
  const rows = asked.slice(-ROWS).reverse();
  const columns: readonly Column<FillFact>[] = [
    { key: 'time', head: 'Market time', cell: ({ tsEvent }) => <Time at={tsEvent} detail="day-minute" /> },
    { key: 'instrument', head: 'Instrument', cell: ({ instrument }) => <InstrumentName instrument={instrument} />, sortBy: ({ instrument }) => instrument },
    { key: 'side', head: 'Side', cell: ({ side }) => (side === 'buy' ? 'Buy' : 'Sell') },
    { key: 'quantity', head: 'Quantity', figures: true, cell: ({ quantity }) => <Num value={quantity} /> },
    { key: 'price', head: 'Price', figures: true, cell: ({ price, instrument }) => <Num value={price} places={state?.markets.get(instrument)?.priceDecimals} /> },
    { key: 'fee', head: 'Fee', unit: currency, figures: true, priority: 2, cell: ({ fee }) => <Money value={fee} places={4} />, sortBy: ({ fee }) => Number(fee) },
    { key: 'realised', head: 'Realised', unit: currency, figures: true, cell: ({ realised }) => <Delta value={realised} why="it opened or added" />, sortBy: ({ realised }) => Number(realised ?? 0) },
    { key: 'by', head: 'Book', priority: 3, cell: ({ book, leg }) => `${book.split('@')[0]}${leg === 'target' || leg === 'manual' ? '' : ` · ${leg}`}` },
  ];
  return (
    <>
      <div className={css.narrow}><ChoiceField label="Which fills" value={which} onChange={setWhich} options={[{ value: 'all', label: 'All markets' }, { value: 'one', label: 'This market' }]} /></div>
      <DataTable caption="Fills" tall columns={columns} rows={rows} rowKey={({ id }) => id} empty={<EmptyState>{which === 'all' ? 'No order has been filled yet.' : `No order of ${first} has been filled yet; other markets are left out.`}</EmptyState>} />
      <Rest of={asked} where=". All of the run: Overview, Performance, Export." />
    </>
  );
}

/** Orders that risk denied before any venue heard of them, with the guard's words. */
export function DenialTable({ denials }: { readonly denials: readonly DenialFact[] | undefined }): ReactNode {
  if (denials === undefined) return <Skeleton lines={3} size="row" label="Loading what was denied" />;
  const columns: readonly Column<DenialFact>[] = [
    { key: 'time', head: 'Market time', cell: ({ tsEvent }) => <Time at={tsEvent} detail="day-minute" /> },
    { key: 'instrument', head: 'Instrument', cell: ({ instrument }) => <InstrumentName instrument={instrument} /> },
    { key: 'side', head: 'Side', cell: ({ side }) => (side === 'buy' ? 'Buy' : 'Sell') },
    { key: 'quantity', head: 'Quantity', figures: true, cell: ({ quantity }) => <Num value={quantity} /> },
    { key: 'rule', head: 'Guard', cell: ({ rule }) => <span title={ruleMeaning(rule)}>{ruleName(rule)}</span> },
    { key: 'value', head: 'Would be', figures: true, cell: ({ value }) => formatDecimal(value) ?? value },
    { key: 'limit', head: 'Limit', figures: true, cell: ({ limit }) => formatDecimal(limit) ?? limit },
    { key: 'book', head: 'Book', priority: 3, cell: ({ book }) => book.split('@')[0] },
  ];
  return (
    <>
      <DataTable caption="Denied orders" tall columns={columns} rows={denials.slice(-ROWS).reverse()} rowKey={({ id }) => id} empty={<EmptyState>No order has been denied.</EmptyState>} />
      <Rest of={denials} where={` of ${denials.length} that are kept.`} />
    </>
  );
}
