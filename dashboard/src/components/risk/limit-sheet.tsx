'use client';
import type { LimitSetting, LimitSettings } from 'trader/contract';
import { useState, type ReactNode } from 'react';
import { useMissingRole } from '../../data/session.ts';
import { useTopic } from '../../data/stream.ts';
import { Button } from '../button.tsx';
import { NumberField } from '../field.tsx';
import { ModeBand } from '../mode-band.tsx';
import { Sheet } from '../sheet.tsx';
import { LimitApply } from './limit-apply.tsx';
import { draftValues, limitEdits, limitErrors, limitRange, limitText, limitUnit, type LimitDraft } from './limit-draft.ts';
import css from './risk.module.css';

/** The guards' limits as a form of their own schema; what is changed is looked at again before it counts. */
export function LimitSheet({ settings, onClose }: { readonly settings: LimitSettings; readonly onClose: () => void }): ReactNode {
  const [draft, setDraft] = useState<LimitDraft>({});
  const [applying, setApplying] = useState(false);
  const state = useTopic('state');
  const missing = useMissingRole('trader');
  const { items } = settings;
  const currency = state?.run?.currency ?? '';
  const errors = limitErrors(items, draft);
  const wrong = Object.keys(errors).length;
  const edits = wrong > 0 ? [] : limitEdits(items, draftValues(items, draft));
  if (applying) return <LimitApply edits={edits} title="Change limits" onClose={() => setApplying(false)} onDone={onClose} />;
  const blocked = missing ?? (wrong > 0 ? 'mend what is wrong first' : edits.length === 0 ? 'nothing is changed' : undefined);
  return (
    <Sheet
      open onClose={onClose} title="Change limits" band={<ModeBand />}
      description={`They count for every order from the moment they are applied; what is held or on its way stays.${(state?.propFirm ?? null) === null ? '' : ' The rules of the prop firm are not among them: they stand for as long as the run goes on.'}`}
      actions={<><span role="status" className={css.count}>{countText(wrong, edits.length)}</span><Button look="quiet" onClick={onClose}>Leave</Button><Button look="primary" blocked={blocked} onClick={() => setApplying(true)}>Review…</Button></>}
    >
      <div className={css.form}>
        {items.map((setting) => (
          <LimitField
            key={setting.name} setting={setting} currency={currency} text={draft[setting.name]} error={errors[setting.name]} missing={missing}
            onChange={(text) => setDraft((was) => ({ ...was, [setting.name]: text }))}
          />
        ))}
      </div>
    </Sheet>
  );
}

function countText(wrong: number, changes: number): string {
  if (wrong > 0) return `${wrong} not possible`;
  return changes === 0 ? '' : `${changes} change${changes === 1 ? '' : 's'}`;
}

function LimitField({ setting, currency, text, error, missing, onChange }: {
  readonly setting: LimitSetting;
  readonly currency: string;
  /** What was typed; undefined where it was not touched. */
  readonly text: string | undefined;
  readonly error: string | undefined;
  /** Why it cannot be changed. */
  readonly missing: string | undefined;
  readonly onChange: (text: string) => void;
}): ReactNode {
  const now = limitText(setting, setting.value);
  const changed = text !== undefined && text !== now;
  return (
    <NumberField
      label={changed ? <strong>{setting.label} •</strong> : setting.label} unit={limitUnit(setting, currency)} error={error} disabled={missing !== undefined} title={missing}
      help={<>{setting.help}<br />{limitRange(setting)}{changed ? <strong> · is {now} now</strong> : null}</>} value={text ?? now} onChange={onChange}
    />
  );
}
