'use client';
import type { ReactNode } from 'react';
import { useCommand } from '../../data/query.ts';
import { useMode } from '../../data/run.ts';
import { useMissingRole } from '../../data/session.ts';
import { usePart } from '../../data/stream.ts';
import { Problem } from '../answered.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { gaugeFigure } from '../limits.tsx';
import { useTradeBlock } from '../ticket/trade-block.ts';
import { toast } from '../toast.tsx';
import type { LimitEdit } from './limit-draft.ts';
import css from './risk.module.css';

/** What limits are about to become, which of them let more pass, and what that takes; then a hold. */
export function LimitApply({ edits, title, onClose, onDone }: { readonly edits: readonly LimitEdit[]; readonly title: string; readonly onClose: () => void; readonly onDone: () => void }): ReactNode {
  const tighten = useCommand('tightenLimits');
  const loosen = useCommand('loosenLimits');
  const { mode, word } = useMode();
  const looser = edits.filter((edit) => edit.looser).length;
  const live = mode === 'live';
  const missing = useMissingRole(looser > 0 && live ? 'admin' : 'trader');
  const blocked = useTradeBlock({ reducing: true });
  const currency = usePart('state', ({ run }) => run?.currency) ?? '';
  const { state, problem } = looser > 0 ? loosen : tighten;
  const send = (): void => {
    const input = { body: { limits: Object.fromEntries(edits.map(({ setting, to }) => [setting.name, to])) } };
    void (looser > 0 ? loosen.send(input) : tighten.send(input)).then((answer) => {
      if (answer === undefined) return;
      toast(answer.notes.join(' '));
      onDone();
    });
  };
  return (
    <ConfirmSheet
      open onClose={onClose} title={title} look={looser > 0 ? 'danger' : 'neutral'} ms={looser > 0 ? 1200 : 800} consequence={consequenceOf(looser, edits.length, live)}
      action={`${looser > 0 ? 'Loosen' : 'Tighten'} — ${word}`} busy={state === 'sending'} blocked={missing ?? blocked ?? (edits.length === 0 ? 'nothing is changed' : undefined)} onConfirm={send}
      error={problem === undefined ? undefined : <Problem what="the limits" verb={state === 'unknown' ? 'may or may not have been changed: no reply came' : 'were not changed'} problem={problem} />}
    >
      <LimitDiff edits={edits} currency={currency} />
    </ConfirmSheet>
  );
}

function consequenceOf(looser: number, all: number, live: boolean): string {
  if (looser === 0) return 'Less passes from now on: the next order is judged by it. What is held or on its way stays.';
  const more = looser === all ? 'More passes from now on' : `${looser} of these let${looser === 1 ? 's' : ''} more pass from now on`;
  return `${more}. You confirm first who you are${live ? ', and it takes an administrator because real money is traded' : ''}; who loosened what stands in the journal and the audit log.`;
}

function LimitDiff({ edits, currency }: { readonly edits: readonly LimitEdit[]; readonly currency: string }): ReactNode {
  return (
    <table className={css.edits}>
      <caption className="spoken">Changes of limits</caption>
      <thead><tr><th scope="col">Limit</th><th scope="col">Now</th><th scope="col">After</th><th scope="col">Lets pass</th></tr></thead>
      <tbody>
        {edits.map(({ setting: { name, label, unit }, from, to, looser }) => (
          <tr key={name}>
            <th scope="row">{label}</th>
            <td><del>{gaugeFigure(from, unit, currency)}</del></td>
            <td><ins>{gaugeFigure(to, unit, currency)}</ins></td>
            <td>{looser ? <strong className={css.looser}>▲ more</strong> : 'less'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
