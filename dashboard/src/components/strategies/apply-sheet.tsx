'use client';

import type { ReactNode } from 'react';
import type { BookFact } from 'trader/contract';
import { useCommand } from '../../data/query.ts';
import { useMode } from '../../data/run.ts';
import { Problem } from '../answered.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { ParamDiff } from '../params/param-form.tsx';
import type { ParameterChange } from '../params/param-draft.ts';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { toast } from '../toast.tsx';

/** What is about to change, value by value, and what that does, before it is held to be applied. */
export function ApplySheet({ book, changes, onClose, onDone }: { readonly book: BookFact; readonly changes: readonly ParameterChange[]; readonly onClose: () => void; readonly onDone: () => void }): ReactNode {
  const apply = useCommand('changeParameters');
  const blocked = useTradeBlock({ reducing: true });
  const { mode, word } = useMode();
  const holds = Number(book.quantity) !== 0;
  const send = (): void => {
    void apply.send({ params: { book: book.book }, body: { parameters: Object.fromEntries(changes.map(({ name, to }) => [name, to])) } }).then((answer) => {
      if (answer === undefined) return;
      toast(`${book.strategy}: ${answer.notes[0] ?? 'the new values count from the next bar on'}`);
      onDone();
    });
  };
  return (
    <ConfirmSheet
      open onClose={onClose} title={`Change ${book.strategy} on ${book.instrument}`} look="neutral" ms={mode === 'live' ? 1200 : 800}
      consequence={<>From the next bar on it decides with these values, warmed up on the bars that the run has seen. {holds ? `It holds ${book.quantity} now: the position stays, with its exits, until the new values say otherwise.` : 'It holds nothing now.'}</>}
      action={`Apply at the next bar — ${word}`} busy={apply.state === 'sending'} blocked={blocked ?? (changes.length === 0 ? 'nothing is changed' : undefined)} onConfirm={send}
      error={apply.problem === undefined ? undefined : <Problem what="the change" verb={apply.state === 'unknown' ? 'may or may not have been applied: no reply came' : 'was not applied'} problem={apply.problem} />}
    >
      <ParamDiff changes={changes} />
    </ConfirmSheet>
  );
}
