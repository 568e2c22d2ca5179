'use client';

import { useState, type ReactNode } from 'react';
import type { BookFact, MarketFact } from 'trader/contract';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { NumberField } from '../field.tsx';
import { HoldButton } from '../hold-button.tsx';
import { ModeBand } from '../mode-band.tsx';
import { Sheet } from '../sheet.tsx';
import { stepError } from '../ticket/draft.ts';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { useCommand } from '../../data/query.ts';

/** Sets where what is held by hand is left, at a loss and at a profit. */
export function ProtectButton({ market, book }: { readonly market: MarketFact; readonly book: BookFact }): ReactNode {
  const [open, setOpen] = useState(false);
  const [stop, setStop] = useState('');
  const [takeProfit, setTakeProfit] = useState('');
  const blocked = useTradeBlock({ reducing: true });
  const protect = useCommand('protectPosition');
  const show = (): void => { setStop(book.stop ?? ''); setTakeProfit(book.takeProfit ?? ''); protect.reset(); setOpen(true); };
  const wrong = (text: string, name: string): string | undefined => (text.trim() === '' ? undefined : stepError(text.trim(), market.tick, name));
  const errors = { stop: wrong(stop, 'Stop-loss'), takeProfit: wrong(takeProfit, 'Take-profit') };
  const send = (): void => {
    const price = (text: string): string | null => (text.trim() === '' ? null : text.trim());
    void protect.send({ params: { instrument: market.instrument }, body: { stop: price(stop), takeProfit: price(takeProfit) } }).then((answer) => { if (answer !== undefined) setOpen(false); });
  };
  return (
    <>
      <Button small blocked={blocked} onClick={show}>Stop and target…<span className="spoken"> of {market.instrument}</span></Button>
      <Sheet
        open={open} onClose={() => setOpen(false)} title={`Stop and target of ${market.instrument}`} band={<ModeBand />} place="middle"
        description="Where what is held by hand is left. An empty field takes that exit away."
        actions={<HoldButton ms={800} busy={protect.state === 'sending'} blocked={blocked ?? errors.stop ?? errors.takeProfit} onConfirm={send}>Set exits</HoldButton>}
      >
        <NumberField label="Stop-loss" unit={market.quoteCurrency} error={errors.stop} value={stop} onChange={setStop} />
        <NumberField label="Take-profit" unit={market.quoteCurrency} error={errors.takeProfit} value={takeProfit} onChange={setTakeProfit} />
        {protect.problem === undefined ? null : <Problem what="the exits" verb="were not set" problem={protect.problem} />}
      </Sheet>
    </>
  );
}
