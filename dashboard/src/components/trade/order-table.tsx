'use client';

import { useState, type ReactNode } from 'react';
import type { OrderFact } from 'trader/contract';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { DataTable, type Column } from '../data-table.tsx';
import { NumberField } from '../field.tsx';
import { HoldButton } from '../hold-button.tsx';
import { ModeBand } from '../mode-band.tsx';
import { Num, Time } from '../numbers.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { Sheet } from '../sheet.tsx';
import { StatusChip, type Tone } from '../status-chip.tsx';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { toast } from '../toast.tsx';
import { useCommand } from '../../data/query.ts';
import { usePart } from '../../data/stream.ts';
import { InstrumentName } from './instrument-name.tsx';
import css from './trade.module.css';

const TONES: Readonly<Record<OrderFact['state'], Tone>> = {
  sent: 'busy', unknown: 'warn', open: 'ok', canceling: 'busy', filled: 'ok', canceled: 'neutral', expired: 'neutral', rejected: 'critical',
};

/** Orders that work at the venue, to be changed or canceled. */
export function OrderTable({ orders }: { readonly orders: readonly OrderFact[] | undefined }): ReactNode {
  const blocked = useTradeBlock({ reducing: true });
  const markets = usePart('state', ({ markets }) => markets);
  const cancel = useCommand('cancelOrder');
  const [changing, setChanging] = useState<OrderFact>();
  if (orders === undefined) return <Skeleton lines={3} size="row" label="Loading the orders" />;
  const decimals = (instrument: string): number | undefined => markets?.get(instrument)?.priceDecimals;
  const columns: readonly Column<OrderFact>[] = [
    { key: 'instrument', head: 'Instrument', cell: ({ instrument }) => <InstrumentName instrument={instrument} />, sortBy: ({ instrument }) => instrument },
    { key: 'what', head: 'Order', cell: ({ side, type, book, leg }) => <>{side === 'buy' ? 'Buy' : 'Sell'} {type.replace('-', ' ')}<span className={css.under}><span className="spoken"> of </span>{book.split('@')[0]}{leg === 'stop' ? ' · stop-loss' : leg === 'take-profit' ? ' · take-profit' : ''}</span></> },
    { key: 'quantity', head: 'Filled', unit: 'of', figures: true, cell: ({ quantity, filled }) => <><Num value={filled} /> / <Num value={quantity} /></> },
    { key: 'price', head: 'Price', figures: true, cell: ({ price, trigger, instrument }) => <><Num value={price} places={decimals(instrument)} why="at market" />{trigger === null ? null : <span className={css.under}> from <Num value={trigger} places={decimals(instrument)} /></span>}</> },
    { key: 'state', head: 'State', cell: ({ state }) => <StatusChip tone={TONES[state]}>{state === 'unknown' ? 'no reply, checking' : state}</StatusChip> },
    { key: 'since', head: 'Since', priority: 3, cell: ({ tsInit }) => <Time at={tsInit} detail="minute" /> },
    {
      key: 'act', head: 'Change', cell: (order) => (
        <span className={css.rowActions}>
          {order.by === null ? null : <Button small blocked={blocked} onClick={() => setChanging(order)}>Amend…<span className="spoken"> the order {order.clientOrderId.slice(0, 8)}</span></Button>}
          <Button
            small blocked={blocked ?? (order.state === 'canceling' ? 'is being canceled' : undefined)} busy={cancel.state === 'sending'}
            onClick={() => void cancel.send({ params: { id: order.clientOrderId } }).then((answer) => { if (answer !== undefined) toast(`${order.instrument}: canceling`); })}
          >
            Cancel<span className="spoken"> the order {order.clientOrderId.slice(0, 8)}</span>
          </Button>
        </span>
      ),
    },
  ];
  return (
    <>
      {cancel.problem === undefined ? null : <Problem what="the order" verb="was not canceled" problem={cancel.problem} />}
      <DataTable caption="Working orders" columns={columns} rows={orders} rowKey={({ clientOrderId }) => clientOrderId} empty={<EmptyState>No order works at a venue now.</EmptyState>} />
      {changing === undefined ? null : <AmendSheet key={changing.clientOrderId} order={changing} quote={markets?.get(changing.instrument)?.quoteCurrency} blocked={blocked} onClose={() => setChanging(undefined)} />}
    </>
  );
}

/** Another price or quantity for an order by hand: it is replaced, and what of it was filled by then stays. */
function AmendSheet({ order, quote, blocked, onClose }: { readonly order: OrderFact; /** The currency of its prices. */ readonly quote: string | undefined; readonly blocked: string | undefined; readonly onClose: () => void }): ReactNode {
  const [price, setPrice] = useState(order.price ?? '');
  const [trigger, setTrigger] = useState(order.trigger ?? '');
  const [quantity, setQuantity] = useState(order.quantity);
  const amend = useCommand('amendOrder');
  const changed = {
    ...(price !== (order.price ?? '') && { price }), ...(trigger !== (order.trigger ?? '') && { trigger }), ...(quantity !== order.quantity && { quantity }),
  };
  const nothing = Object.keys(changed).length === 0 ? 'nothing is changed' : undefined;
  const send = (): void => { void amend.send({ params: { id: order.clientOrderId }, body: changed }).then((answer) => { if (answer !== undefined) { toast(`${order.instrument}: order replaced`); onClose(); } }); };
  return (
    <Sheet
      open onClose={onClose} title={`Amend ${order.side} ${order.type.replace('-', ' ')}`} band={<ModeBand />} place="middle"
      description={<>It is canceled, and what of it was not filled by then is sent anew, behind all that waits at its price: {order.instrument}, <Num value={order.filled} /> of <Num value={order.quantity} /> filled.</>}
      actions={<HoldButton ms={800} look={order.side} busy={amend.state === 'sending'} blocked={blocked ?? nothing} onConfirm={send}>Replace the order</HoldButton>}
    >
      {order.price === null ? null : <NumberField label="Price" unit={quote} value={price} onChange={setPrice} help={`was ${order.price}`} />}
      {order.trigger === null ? null : <NumberField label="Trigger price" unit={quote} value={trigger} onChange={setTrigger} help={`was ${order.trigger}`} />}
      <NumberField label="Quantity" unit={order.instrument.split(/[-.]/)[0]} value={quantity} onChange={setQuantity} help={`was ${order.quantity}`} />
      {amend.problem === undefined ? null : <Problem what="the order" verb={amend.state === 'unknown' ? 'may or may not be replaced: no reply came' : 'was not replaced'} problem={amend.problem} />}
    </Sheet>
  );
}
