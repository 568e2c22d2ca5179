'use client';
import type { BookFact, MarketFact, PositionFact } from 'trader/contract';
import { useState, type ReactNode } from 'react';
import { useCommand } from '../../data/query.ts';
import { useMissingRole } from '../../data/session.ts';
import { useTopic } from '../../data/stream.ts';
import { directionOf } from '../../format/decimal.ts';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { DataTable, type Column } from '../data-table.tsx';
import { InstrumentName } from '../instrument-name.tsx';
import { Delta, Money, Num } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { useFreshness } from '../shell/freshness-clock.tsx';
import { toast } from '../toast.tsx';
import css from './overview.module.css';

interface Held extends PositionFact {
  readonly market: MarketFact | undefined;
  /** The nearest stop of the books that hold it. */
  readonly stop: string | null;
}

function useHeld(): readonly Held[] | undefined {
  const slice = useTopic('positions');
  const markets = useTopic('state')?.markets;
  if (slice === undefined) return undefined;
  const books: readonly BookFact[] = [...slice.books.values()];
  return [...slice.positions.values()]
    .filter(({ quantity }) => directionOf(quantity) !== 'flat')
    .map((position) => ({
      ...position,
      market: markets?.get(position.instrument),
      stop: books.find((book) => book.instrument === position.instrument && book.stop !== null)?.stop ?? null,
    }));
}

/** What is held, by instrument, with prices and profit that move. */
export function PositionsPanel(): ReactNode {
  const held = useHeld();
  const [closing, setClosing] = useState<Held>();
  const blocked = useMissingRole('trader');
  const currency = useTopic('state')?.run?.currency;
  if (held === undefined) return <Panel title="Positions"><Skeleton lines={3} size="row" /></Panel>;
  return (
    <Panel title={`Positions (${held.length})`} flush aside={<a href="/trade">Trade</a>}>
      <DataTable caption="Open positions" rows={held} rowKey={({ instrument }) => instrument} empty={<EmptyState>Nothing is held. A strategy opens a position when its signal says so.</EmptyState>} columns={columnsOf(currency, blocked, setClosing)} />
      {closing === undefined ? null : <ClosePosition position={closing} onClose={() => setClosing(undefined)} />}
    </Panel>
  );
}

function columnsOf(currency: string | undefined, blocked: string | undefined, close: (held: Held) => void): readonly Column<Held>[] {
  return [
    { key: 'instrument', head: 'Instrument', cell: ({ instrument }) => <InstrumentName id={instrument} />, sortBy: ({ instrument }) => instrument },
    { key: 'quantity', head: 'Quantity', figures: true, cell: ({ quantity, market }) => <><span className={css.quiet}>{directionOf(quantity) === 'down' ? 'short ' : 'long '}</span><Num value={quantity} places={market?.quantityDecimals} /></>, sortBy: ({ value }) => Number(value) },
    { key: 'entry', head: 'Entry', figures: true, priority: 2, cell: ({ averagePrice, market }) => <Num value={averagePrice} places={market?.priceDecimals} /> },
    { key: 'mark', head: 'Mark', figures: true, cell: ({ mark, market }) => <Num value={mark} places={market?.priceDecimals} why="no price yet" /> },
    { key: 'stop', head: 'Stop', figures: true, priority: 2, cell: ({ stop, market }) => <Num value={stop} places={market?.priceDecimals} why="no stop" /> },
    { key: 'value', head: 'Value', unit: currency, figures: true, priority: 3, cell: ({ value }) => <Money value={value} />, sortBy: ({ value }) => Number(value) },
    { key: 'open', head: 'Open P&L', unit: currency, figures: true, cell: ({ unrealised }) => <Delta value={unrealised} />, sortBy: ({ unrealised }) => Number(unrealised) },
    { key: 'act', head: 'Action', cell: (held) => <Button small blocked={blocked} aria-label={`Close ${held.instrument}`} onClick={() => close(held)}>Close…</Button> },
  ];
}

function ClosePosition({ position, onClose }: { readonly position: Held; readonly onClose: () => void }): ReactNode {
  const close = useCommand('closePosition');
  const { reason } = useFreshness();
  const word = useTopic('state')?.run?.mode === 'live' ? ' — LIVE' : '';
  const confirm = (): void => void close.send({ params: { instrument: position.instrument } }).then((answer) => {
    if (answer === undefined) return;
    toast(`Closing ${position.instrument}: ${answer.orders.length} orders. ${answer.notes.join(' ')}`);
    onClose();
  });
  return (
    <ConfirmSheet
      open
      onClose={onClose}
      title={`Close ${position.instrument}`}
      consequence={<>Sells or buys back <Num value={position.quantity} /> at the market, by all strategies that hold it and by hand. Open profit is now <Delta value={position.unrealised} />. The strategies wait for their next signal.</>}
      action={`Close the position${word}`}
      blocked={reason}
      busy={close.state === 'sending'}
      onConfirm={confirm}
      error={close.problem === undefined ? undefined : <Problem what="the position" verb={close.state === 'unknown' ? 'may or may not be closing: no answer came' : 'was not closed'} problem={close.problem} />}
    />
  );
}
