'use client';

import { useState, type ReactNode } from 'react';
import type { PositionFact } from 'trader/contract';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { Delta, Num } from '../numbers.tsx';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { toast } from '../toast.tsx';
import { useCommand } from '../../data/query.ts';
import { useMode } from '../../data/run.ts';
import { usePart } from '../../data/stream.ts';

/** Closes what is held of an instrument, after it was said in words what that does. */
export function CloseButton({ position }: { readonly position: PositionFact }): ReactNode {
  const [open, setOpen] = useState(false);
  const blocked = useTradeBlock({ reducing: true });
  const close = useCommand('closePosition');
  const currency = usePart('state', ({ run }) => run?.currency);
  const { mode, word } = useMode();
  const verb = Number(position.quantity) > 0 ? 'Sell' : 'Buy back';
  const send = (): void => {
    void close.send({ params: { instrument: position.instrument } }).then((answer) => {
      if (answer === undefined) return;
      toast(`${position.instrument}: closing`);
      setOpen(false);
      close.reset();
    });
  };
  return (
    <>
      <Button small blocked={blocked} onClick={() => setOpen(true)}>Close…<span className="spoken"> the position in {position.instrument}</span></Button>
      <ConfirmSheet
        open={open} onClose={() => { setOpen(false); close.reset(); }} title={`Close ${position.instrument}`}
        consequence={<>{verb} all that is held, <Num value={position.quantity.replace('-', '')} />, at market: <Delta value={position.unrealised} unit={currency} /> unrealised now, less fees. Strategies that hold some of it wait for their next signal.</>}
        action={`Close — ${word}`} ms={mode === 'live' ? 1200 : 800} busy={close.state === 'sending'} blocked={blocked} onConfirm={send}
        error={close.problem === undefined ? undefined : <Problem what="the position" verb={close.state === 'unknown' ? 'may or may not be closing: no reply came' : 'was not closed'} problem={close.problem} />}
      />
    </>
  );
}
