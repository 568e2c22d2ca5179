'use client';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCommand } from '../../data/query.ts';
import { loadSession, useMe } from '../../data/session.ts';
import { Problem } from '../answered.tsx';
import { RecoveryCodes, SecondFactorSetup } from '../auth/second-factor-setup.tsx';
import { Button } from '../button.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { TextField } from '../field.tsx';
import { Panel } from '../panel.tsx';
import { Skeleton } from '../placeholders.tsx';
import { Sheet } from '../sheet.tsx';
import { StatusChip } from '../status-chip.tsx';
import { toast } from '../toast.tsx';
import css from './admin.module.css';

/** What belongs to the person who is signed in. */
export function YouPanel(): ReactNode {
  const me = useMe();
  if (me === undefined) return <Panel title="You"><Skeleton lines={3} /></Panel>;
  return (
    <>
      <Panel title={me.name} aside={<StatusChip tone="neutral">{me.role}</StatusChip>}><p className={css.quiet}>Appearance and keys of this browser stand behind the person sign in the top bar, on a phone under More.</p></Panel>
      <SecondFactorPanel on={me.secondFactor} codesLeft={me.recoveryCodes} />
      <PasswordPanel />
    </>
  );
}

function SecondFactorPanel({ on, codesLeft }: { readonly on: boolean; readonly codesLeft: number }): ReactNode {
  const [setting, setSetting] = useState(false);
  const [removing, setRemoving] = useState(false);
  const remove = useCommand('authTotpRemove');
  const codes = useCommand('authRecoveryCodes');
  const close = (): void => {
    setSetting(false);
    setRemoving(false);
    codes.reset();
    void loadSession();
  };
  return (
    <Panel title="Second factor" aside={on ? <StatusChip tone="ok">on</StatusChip> : <StatusChip tone="warn">off</StatusChip>}>
      <div className={css.form}>
        <p>{on ? `Signing in takes your authenticator. ${codesLeft} recovery codes are left.` : 'A stolen password alone lets somebody trade here. An authenticator app prevents that.'}</p>
        <div className={css.row}>
          {on ? <><Button busy={codes.state === 'sending'} onClick={() => void codes.send({})}>New recovery codes</Button><Button look="danger" onClick={() => setRemoving(true)}>Turn off…</Button></> : <Button look="primary" onClick={() => setSetting(true)}>Set it up</Button>}
        </div>
        {codes.problem === undefined ? null : <Problem what="recovery codes" verb="were not made" problem={codes.problem} />}
      </div>
      {setting ? <Sheet open onClose={close} title="Set up the second factor"><SecondFactorSetup onDone={close} /></Sheet> : null}
      {codes.answer === undefined ? null : <Sheet open onClose={close} title="Recovery codes"><RecoveryCodes codes={codes.answer.recoveryCodes} onDone={close} /></Sheet>}
      <ConfirmSheet
        open={removing}
        onClose={() => setRemoving(false)}
        title="Turn the second factor off"
        consequence="From then on your password alone is enough to sign in and trade."
        action="Turn it off"
        busy={remove.state === 'sending'}
        onConfirm={() => void remove.send({}).then((answer) => (answer === undefined ? undefined : close()))}
        error={remove.problem === undefined ? undefined : <Problem what="the second factor" verb="was not turned off" problem={remove.problem} />}
      />
    </Panel>
  );
}

function PasswordPanel(): ReactNode {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useCommand('authPassword');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void change.send({ body: { current, next } }).then((answer) => {
      if (answer === undefined) return;
      setCurrent('');
      setNext('');
      toast('Your password is changed');
    });
  };
  return (
    <Panel title="Password">
      <form className={css.form} onSubmit={submit}>
        <TextField label="Present password" type="password" autoComplete="current-password" required value={current} onChange={setCurrent} />
        <TextField label="New password" help="Twelve characters or more." type="password" autoComplete="new-password" minLength={12} required value={next} onChange={setNext} />
        <Button submit busy={change.state === 'sending'}>Change it</Button>
        {change.problem === undefined ? null : <Problem what="the password" verb="was not changed" problem={change.problem} />}
      </form>
    </Panel>
  );
}
