'use client';
import { personName, type LimitChange, type LimitSettings } from 'trader/contract';
import { useState, type ReactNode } from 'react';
import { useMissingRole } from '../../data/session.ts';
import { usePart } from '../../data/stream.ts';
import { Button } from '../button.tsx';
import { gaugeFigure } from '../limits.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { Timeline } from '../timeline.tsx';
import { LimitApply } from './limit-apply.tsx';
import { limitEdits } from './limit-draft.ts';

/** Who changed which limit, newest first; the last change can be taken back. */
export function LimitHistory({ settings: { items, changes } }: { readonly settings: LimitSettings }): ReactNode {
  const [undoing, setUndoing] = useState(false);
  const missing = useMissingRole('trader');
  const currency = usePart('state', ({ run }) => run?.currency) ?? '';
  const newest = [...changes].reverse();
  const [last] = newest;
  const edits = last === undefined ? [] : limitEdits(items, last.from);
  return (
    <Panel title="Changes of limits" aside={last === undefined ? undefined : <Button small blocked={missing ?? (edits.length === 0 ? 'they are as before already' : undefined)} onClick={() => setUndoing(true)}>Undo the last…</Button>}>
      {newest.length === 0 ? <EmptyState>Nobody has changed a limit since this run began.</EmptyState> : (
        <Timeline
          label="Changes of limits, newest first"
          entries={newest.map((change) => ({ id: change.command, at: change.tsWall ?? change.tsEvent, tone: 'neutral' as const, title: `${personName(change.by)} changed limits`, detail: changeText(change, items, currency) }))}
        />
      )}
      {undoing ? <LimitApply edits={edits} title="Take the last change back" onClose={() => setUndoing(false)} onDone={() => setUndoing(false)} /> : null}
    </Panel>
  );
}

function changeText({ from, to }: LimitChange, items: LimitSettings['items'], currency: string): string {
  return Object.entries(to).map(([name, after]) => {
    const setting = items.find((each) => each.name === name);
    if (setting === undefined) return `${name} ${from[name]} → ${after}`;
    return `${setting.label} ${gaugeFigure(from[name] ?? NaN, setting.unit, currency)} → ${gaugeFigure(after, setting.unit, currency)}`;
  }).join(' · ');
}
