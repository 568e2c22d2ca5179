'use client';

import { useState, type ReactNode } from 'react';
import type { BookFact } from 'trader/contract';
import { useCommand } from '../../data/query.ts';
import { useMode } from '../../data/run.ts';
import { formatDecimal } from '../../format/decimal.ts';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { ChoiceField } from '../field.tsx';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { toast } from '../toast.tsx';

/** Stops a strategy, or lets it trade again. */
export function SwitchButton({ book }: { readonly book: BookFact }): ReactNode {
  const [open, setOpen] = useState(false);
  const stopped = book.state === 'stopped';
  const blocked = useTradeBlock({ reducing: !stopped });
  return (
    <>
      <Button small blocked={blocked ?? (book.state === 'liquidated' ? 'its position was taken away' : undefined)} onClick={() => setOpen(true)}>{stopped ? 'Start…' : 'Stop…'}</Button>
      {!open ? null : stopped ? <StartSheet book={book} blocked={blocked} onClose={() => setOpen(false)} /> : <StopSheet book={book} blocked={blocked} onClose={() => setOpen(false)} />}
    </>
  );
}

interface SheetProps { readonly book: BookFact; readonly blocked: string | undefined; readonly onClose: () => void }

function StopSheet({ book, blocked, onClose }: SheetProps): ReactNode {
  const [positions, setPositions] = useState<'keep' | 'flat'>('keep');
  const stop = useCommand('stopStrategy');
  const { mode, word } = useMode();
  const holds = Number(book.quantity) !== 0;
  const consequence = !holds ? 'It holds nothing, and gives no more signals until it is started again.'
    : positions === 'flat' ? `It gives no more signals, and the ${formatDecimal(book.quantity) ?? book.quantity} that it holds is closed at market.`
      : `It gives no more signals. The ${formatDecimal(book.quantity) ?? book.quantity} that it holds stays${book.stop === null ? ', without a stop' : `, with its stop at ${formatDecimal(book.stop) ?? book.stop}`}.`;
  const send = (): void => { void stop.send({ params: { book: book.book }, body: { positions } }).then((answer) => { if (answer !== undefined) { toast(`${book.strategy} is stopped`); onClose(); } }); };
  return (
    <ConfirmSheet
      open onClose={onClose} title={`Stop ${book.strategy} on ${book.instrument}`} consequence={consequence} action={`Stop it — ${word}`} ms={mode === 'live' ? 1200 : 800}
      busy={stop.state === 'sending'} blocked={blocked} onConfirm={send}
      error={stop.problem === undefined ? undefined : <Problem what="the strategy" verb={stop.state === 'unknown' ? 'may or may not be stopped: no reply came' : 'was not stopped'} problem={stop.problem} />}
    >
      {holds ? <ChoiceField label="What it holds" value={positions} onChange={setPositions} options={[{ value: 'keep', label: 'Keep what it holds' }, { value: 'flat', label: 'Close what it holds' }]} /> : null}
    </ConfirmSheet>
  );
}

function StartSheet({ book, blocked, onClose }: SheetProps): ReactNode {
  const start = useCommand('startStrategy');
  const { mode, word } = useMode();
  const held = Number(book.quantity) === 0 ? 'It holds nothing now.' : `The ${book.quantity} that it holds stays until its signal says otherwise${book.stop === null ? '; it has no stop' : `, with its stop at ${book.stop}`}.`;
  const send = (): void => { void start.send({ params: { book: book.book }, body: {} }).then((answer) => { if (answer !== undefined) { toast(`${book.strategy} is started`); onClose(); } }); };
  return (
    <ConfirmSheet
      open onClose={onClose} title={`Start ${book.strategy} on ${book.instrument}`} consequence={`It gives signals again from the next bar on, and trades them within the limits. ${held}`} look="neutral"
      action={`Start it — ${word}`} ms={mode === 'live' ? 1200 : 800} busy={start.state === 'sending'} blocked={blocked} onConfirm={send}
      error={start.problem === undefined ? undefined : <Problem what="the strategy" verb={start.state === 'unknown' ? 'may or may not be started: no reply came' : 'was not started'} problem={start.problem} />}
    />
  );
}
