'use client';

import { useState, type ReactNode } from 'react';
import type { BookFact, MarketFact } from 'trader/contract';
import { Problem } from '../answered.tsx';
import { distanceText } from '../chart/chart-marks.ts';
import { Button } from '../button.tsx';
import { NumberField } from '../field.tsx';
import { HoldButton } from '../hold-button.tsx';
import { ModeBand } from '../mode-band.tsx';
import { Sheet } from '../sheet.tsx';
import { stepError } from '../ticket/draft.ts';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { useCommand } from '../../data/query.ts';
import { useMode } from '../../data/run.ts';
import { formatDecimal } from '../../format/decimal.ts';

/** Sets where what is held by hand is left, at a loss and at a profit. */
export function ProtectButton({ market, book }: { readonly market: MarketFact; readonly book: BookFact }): ReactNode {
  const [open, setOpen] = useState(false);
  const blocked = useTradeBlock({ reducing: true });
  return (
    <>
      <Button small blocked={blocked} onClick={() => setOpen(true)}>Stop and target…<span className="spoken"> of {market.instrument}</span></Button>
      {open ? <ProtectSheet market={market} book={book} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

/** Asks for a stop and a target, with those that stand filled in, or those that were dragged to; then a hold. */
export function ProtectSheet({ market, book, moved = {}, onClose }: {
  readonly market: MarketFact;
  readonly book: BookFact;
  readonly moved?: { readonly stop?: string; readonly takeProfit?: string };
  readonly onClose: () => void;
}): ReactNode {
  const [stop, setStop] = useState(moved.stop ?? book.stop ?? '');
  const [takeProfit, setTakeProfit] = useState(moved.takeProfit ?? book.takeProfit ?? '');
  const blocked = useTradeBlock({ reducing: true });
  const { word } = useMode();
  const protect = useCommand('protectPosition');
  const wrong = (text: string, name: string): string | undefined => (text.trim() === '' ? undefined : stepError(text.trim(), market.tick, name));
  const errors = { stop: wrong(stop, 'Stop-loss'), takeProfit: wrong(takeProfit, 'Take-profit') };
  const send = (): void => {
    const price = (text: string): string | null => (text.trim() === '' ? null : text.trim());
    void protect.send({ params: { instrument: market.instrument }, body: { stop: price(stop), takeProfit: price(takeProfit) } }).then((answer) => { if (answer !== undefined) onClose(); });
  };
  return (
    <Sheet
      open onClose={onClose} title={`Stop and target of ${market.instrument}`} band={<ModeBand />} place="middle"
      description={`Where the ${book.quantity} held by hand is left. An empty field takes that exit away.`}
      actions={<><Button look="quiet" onClick={onClose}>Keep as it is</Button><HoldButton ms={800} busy={protect.state === 'sending'} blocked={blocked ?? errors.stop ?? errors.takeProfit} onConfirm={send}>Set exits — {word}</HoldButton></>}
    >
      <NumberField label="Stop-loss" unit={market.quoteCurrency} error={errors.stop} help={distanceHelp(book, stop, book.stop)} value={stop} onChange={setStop} />
      <NumberField label="Take-profit" unit={market.quoteCurrency} error={errors.takeProfit} help={distanceHelp(book, takeProfit, book.takeProfit)} value={takeProfit} onChange={setTakeProfit} />
      {protect.problem === undefined ? null : <Problem what="the exits" verb={protect.state === 'unknown' ? 'may or may not be set: no reply came' : 'were not set'} problem={protect.problem} />}
    </Sheet>
  );
}

/** How far a price lies from where it was entered, and what stands now. */
function distanceHelp({ averagePrice }: BookFact, text: string, now: string | null): string {
  const distance = averagePrice === null || !(Number(text) > 0) ? '' : `${distanceText(Number(averagePrice), Number(text))} from the average price · `;
  return `${distance}${now === null ? 'none stands now' : `${formatDecimal(now) ?? now} now`}`;
}
