'use client';

import { useState, type ReactNode } from 'react';
import { personName, type BookChange, type BookFact } from 'trader/contract';
import { useCommand } from '../../data/query.ts';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { Panel } from '../panel.tsx';
import { ParamDiff } from '../params/param-form.tsx';
import { valueChanges } from '../params/param-draft.ts';
import { EmptyState } from '../placeholders.tsx';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { Timeline } from '../timeline.tsx';
import { toast } from '../toast.tsx';

/** What people changed of a strategy, newest first; the last change of parameters can be taken back. */
export function BookHistory({ book }: { readonly book: BookFact }): ReactNode {
  const [undoing, setUndoing] = useState(false);
  const undo = useCommand('undoParameters');
  const blocked = useTradeBlock({ reducing: true });
  const newest = [...book.history].reverse();
  const last = newest.find(({ change }) => change === 'parameters');
  const send = (): void => { void undo.send({ params: { book: book.book } }).then((answer) => { if (answer !== undefined) { toast(`${book.strategy}: the last change is taken back`); setUndoing(false); undo.reset(); } }); };
  return (
    <Panel title="Changes by people" aside={last === undefined ? undefined : <Button small blocked={blocked} onClick={() => setUndoing(true)}>Undo the last…</Button>}>
      {newest.length === 0 ? <EmptyState>Nobody has changed this strategy since the run began.</EmptyState>
        : <Timeline label="Changes" entries={newest.map((entry) => ({ id: `${entry.command}|${entry.change}|${entry.tsEvent}`, at: entry.tsWall ?? entry.tsEvent, tone: entry.change === 'stopped' ? 'warn' as const : 'neutral' as const, title: titleOf(entry), detail: detailOf(book, entry) }))} />}
      {last === undefined ? null : (
        <ConfirmSheet
          open={undoing} onClose={() => setUndoing(false)} title="Take the last change back" look="neutral" ms={800}
          consequence="From the next bar on it decides with the values from before." action="Take it back" busy={undo.state === 'sending'} blocked={blocked} onConfirm={send}
          error={undo.problem === undefined ? undefined : <Problem what="the change" verb="was not taken back" problem={undo.problem} />}
        >
          <ParamDiff changes={valueChanges(book.schema, last.to, last.from)} />
        </ConfirmSheet>
      )}
    </Panel>
  );
}

function titleOf({ change, by }: BookChange): string {
  const who = personName(by);
  return change === 'parameters' ? `${who} changed parameters` : change === 'started' ? `${who} started it` : `${who} stopped it`;
}

function detailOf(book: BookFact, { change, from, to }: BookChange): string | undefined {
  if (change !== 'parameters') return undefined;
  return valueChanges(book.schema, from, to).map(({ name, from: before, to: after }) => `${name} ${before ?? '—'} → ${after}`).join(' · ');
}
