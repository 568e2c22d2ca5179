'use client';

import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import type { MarketFact, OrderFact, OrderTicket } from 'trader/contract';
import { Answered, Problem } from '../answered.tsx';
import { useCommand, useQuery } from '../../data/query.ts';
import type { ModeFact } from '../../data/run.ts';
import { usePart } from '../../data/stream.ts';
import { Button } from '../button.tsx';
import { Num } from '../numbers.tsx';
import { StatusChip } from '../status-chip.tsx';
import { NEW_DRAFT, readDraft } from './draft.ts';
import type { Draft, DraftField } from './draft.ts';
import { TicketForm } from './ticket-form.tsx';
import { TicketReview } from './ticket-review.tsx';
import css from './ticket.module.css';

/** An order by hand, from the form over the review to what became of it. */
export function Ticket({ market, mode, currency, equity, blocked, side, onPlaced }: {
  readonly market: MarketFact;
  readonly mode: ModeFact;
  /** Of the account. */
  readonly currency: string;
  readonly equity: string | undefined;
  /** Why nothing can be sent now. */
  readonly blocked: string | undefined;
  /** The side that it opens with. */
  readonly side?: Draft['side'] | undefined;
  readonly onPlaced?: () => void;
}): ReactNode {
  const [draft, setDraft] = useState<Draft>({ ...NEW_DRAFT, side: side ?? 'buy' });
  const [errors, setErrors] = useState<Readonly<Partial<Record<DraftField, string>>>>({});
  const [ticket, setTicket] = useState<OrderTicket>();
  const preview = useCommand('previewOrder');
  const place = useCommand('placeOrder');
  const orders = usePart('orders', ({ orders }) => orders);
  const before = useRef<ReadonlySet<string>>(new Set());
  const review = useCallback((next: OrderTicket) => { setTicket(next); void preview.send({ body: next }); }, [preview]);
  const leave = (): void => { setTicket(undefined); preview.reset(); place.reset(); };
  useEffect(() => { setTicket(undefined); setErrors({}); setDraft((was) => ({ ...NEW_DRAFT, side: was.side })); }, [market.instrument]);
  useEffect(() => { if (side !== undefined) setDraft((was) => ({ ...was, side })); }, [side]);

  const change = (next: Partial<Draft>): void => {
    setDraft((was) => ({ ...was, ...next }));
    setErrors((was) => Object.fromEntries(Object.entries(was).filter(([field]) => !(field in next))));
  };
  const submit = (): void => {
    const outcome = readDraft(draft, market);
    setErrors(outcome.ok ? {} : outcome.errors);
    if (outcome.ok) review(outcome.ticket);
  };
  const send = useCallback(() => {
    if (ticket === undefined || preview.answer === undefined) return;
    if (place.state !== 'unknown') before.current = new Set(orders?.keys());
    // What was reviewed is sent: a size in money or risk would come to another quantity as the price moves.
    const body: OrderTicket = { ...ticket, size: { kind: 'quantity', quantity: preview.answer.quantity } };
    void place.send({ body }).then((answer) => { if (answer !== undefined) onPlaced?.(); });
  }, [ticket, preview.answer, place, orders, onPlaced]);

  if (place.state === 'done') return <Receipt orders={place.answer?.orders ?? []} notes={place.answer?.notes ?? []} onNew={() => { leave(); setDraft((was) => ({ ...NEW_DRAFT, side: was.side })); }} />;
  if (place.state === 'unknown' && ticket !== undefined) return <Unknown ticket={ticket} before={before.current} onAgain={send} onLeave={leave} />;
  if (ticket !== undefined && preview.answer !== undefined) {
    return (
      <>
        {place.problem === undefined ? null : <Problem what="the order" verb="was not taken" problem={place.problem} />}
        <TicketReview {...{ market, ticket, blocked }} preview={preview.answer} mode={mode} busy={place.state === 'sending'} onBack={leave} onAgain={() => review(ticket)} onSend={send} />
      </>
    );
  }
  return (
    <>
      {preview.problem === undefined ? null : <Problem what="the review" verb="could not be made" problem={preview.problem} />}
      <TicketForm {...{ market, draft, errors, equity, blocked }} currency={currency} busy={preview.state === 'sending'} onChange={change} onReview={submit} />
    </>
  );
}

/** What became of an order that was sent, as the stream goes on telling it. */
function Receipt({ orders, notes, onNew }: { readonly orders: readonly OrderFact[]; readonly notes: readonly string[]; readonly onNew: () => void }): ReactNode {
  const live = usePart('orders', ({ orders }) => orders);
  return (
    <div className={css.review} role="status">
      <h3 className={css.headline}>Accepted</h3>
      <ul className={css.guards}>{orders.map((order) => <li key={order.clientOrderId}><Placed order={live?.get(order.clientOrderId) ?? order} /></li>)}</ul>
      {notes.map((note) => <p key={note} className={css.quiet}>{note}</p>)}
      <Button look="primary" className={css.wide} onClick={onNew}>New order</Button>
    </div>
  );
}

function Placed({ order }: { readonly order: OrderFact }): ReactNode {
  const { state } = order;
  const tone = state === 'rejected' ? 'critical' : state === 'unknown' ? 'warn' : state === 'sent' || state === 'canceling' ? 'busy' : state === 'canceled' || state === 'expired' ? 'neutral' : 'ok';
  return (
    <>
      <span className={css.rule}>{order.side === 'buy' ? 'Buy' : 'Sell'} <Num value={order.quantity} /> {order.type.replace('-', ' ')}</span>
      <StatusChip tone={tone}>{state === 'unknown' ? 'no reply, checking' : state}</StatusChip>
      <p className={css.quiet}>Order <code>#{order.clientOrderId.slice(0, 8)}</code>{order.averagePrice === null ? null : <> · <Num value={order.filled} /> at <Num value={order.averagePrice} /></>}{order.reason === null ? '' : `: ${order.reason}`}</p>
    </>
  );
}

/** No reply came: whether the order was taken is looked up, and nothing is sent again by itself. */
function Unknown({ ticket, before, onAgain, onLeave }: { readonly ticket: OrderTicket; /** Orders that were there before it was sent. */ readonly before: ReadonlySet<string>; readonly onAgain: () => void; readonly onLeave: () => void }): ReactNode {
  const asked = useQuery('listOrders', { query: { state: 'all', limit: 100 } }, { every: 3000 });
  return (
    <div className={css.review} role="alert">
      <h3 className={css.headline}>No reply. Checking…</h3>
      <p>The order may have been taken. It is not sent again by itself.</p>
      <Answered asked={asked} what="the orders" lines={1}>
        {({ items }) => {
          const found = items.find((order) => order.by !== null && !before.has(order.clientOrderId) && order.instrument === ticket.instrument && order.side === ticket.side && order.type === ticket.type);
          return found === undefined
            ? <p className={css.quiet}>No order of this ticket is listed so far. “Ask again” repeats the same request, which cannot make a second order.</p>
            : <p><StatusChip tone="ok">found</StatusChip> Order <code>#{found.clientOrderId.slice(0, 8)}</code> is {found.state}.</p>;
        }}
      </Answered>
      <div className={css.pair}><Button onClick={onAgain}>Ask again</Button><Button look="quiet" onClick={onLeave}>Leave it</Button></div>
    </div>
  );
}
