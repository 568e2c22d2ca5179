'use client';
import type { Answer } from 'trader/contract';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCommand, useQuery } from '../../data/query.ts';
import { useMissingRole } from '../../data/session.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { CheckField, Fields, NumberField, TextField } from '../field.tsx';
import { Panel } from '../panel.tsx';
import { toast } from '../toast.tsx';
import css from './admin.module.css';

const MINUTE_MS = 60_000;

/** Settings of this installation; those of this browser stand under your name. */
export function SettingsPanel(): ReactNode {
  const settings = useQuery('readSettings', undefined);
  return <Panel title="Settings" note="Of this installation, for everybody."><Answered asked={settings} what="the settings">{(data) => <Form key={settings.at} settings={data} onSaved={settings.reload} />}</Answered></Panel>;
}

function Form({ settings, onSaved }: { readonly settings: Answer<'readSettings'>; readonly onSaved: () => void }): ReactNode {
  const [displayName, setDisplayName] = useState(settings.displayName);
  const [idle, setIdle] = useState(String(settings.sessionIdleMs / MINUTE_MS));
  const [demand, setDemand] = useState(settings.requireSecondFactor);
  const change = useCommand('changeSettings');
  const blocked = useMissingRole('admin');
  const wrong = /^\d{1,5}$/.test(idle) && Number(idle) >= 5 && Number(idle) <= 43_200 ? undefined : 'Between 5 minutes and 30 days (43200)';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (blocked !== undefined || wrong !== undefined) return;
    void change.send({ body: { displayName: displayName.trim(), sessionIdleMs: Number(idle) * MINUTE_MS, requireSecondFactor: demand } }).then((answer) => {
      if (answer === undefined) return;
      toast('Settings are kept');
      onSaved();
    });
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <Fields missing={blocked}>
        <TextField label="Name of this installation" help="To tell several apart." maxLength={64} value={displayName} onChange={setDisplayName} />
        <NumberField label="Sign out after" unit="minutes without use" value={idle} onChange={setIdle} error={wrong} />
        <CheckField label="Demand a second factor of everybody" help="Who has none must set it up at the next sign-in." checked={demand} onChange={setDemand} />
      </Fields>
      <Button look="primary" submit blocked={blocked} busy={change.state === 'sending'}>Keep</Button>
      {change.problem === undefined ? null : <Problem what="the settings" verb="were not kept" problem={change.problem} />}
    </form>
  );
}
