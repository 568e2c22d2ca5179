'use client';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCommand } from '../../data/query.ts';
import { Button } from '../button.tsx';
import { TextField } from '../field.tsx';
import { toast } from '../toast.tsx';
import css from './entry-page.module.css';
import { QrPicture } from './qr-picture.tsx';
import { Refusal } from './sign-in-form.tsx';

/** Sets up an authenticator: its secret, a first code, and the recovery codes that are told once. */
export function SecondFactorSetup({ onDone, onSkip }: { readonly onDone: () => void; readonly onSkip?: (() => void) | undefined }): ReactNode {
  const begin = useCommand('authTotpBegin');
  const confirm = useCommand('authTotpConfirm');
  const [code, setCode] = useState('');
  if (confirm.answer !== undefined) return <RecoveryCodes codes={confirm.answer.recoveryCodes} onDone={onDone} />;
  if (begin.answer === undefined) {
    return (
      <div className={css.form}>
        <p>You need an authenticator app on your phone, or a password manager that makes one-time codes.</p>
        <div className={css.row}>
          <Button look="primary" busy={begin.state === 'sending'} onClick={() => void begin.send({})}>Set it up</Button>
          {onSkip === undefined ? null : <Button look="quiet" onClick={onSkip}>Later</Button>}
        </div>
        <Refusal problem={begin.problem} />
      </div>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void confirm.send({ body: { code: code.replaceAll(/\s/g, '') } });
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <p>1. Scan this with the app, enter the key by hand, or <a href={begin.answer.uri}>open the app with it</a>:</p>
      <QrPicture text={begin.answer.uri} label="The key as a picture for the app; it stands below as text" />
      <p className={css.secret} data-secret={begin.answer.secret}>{begin.answer.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</p>
      <TextField label="2. The six digits that it shows" inputMode="numeric" autoComplete="one-time-code" required autoFocus value={code} onChange={setCode} />
      <Button look="primary" submit busy={confirm.state === 'sending'}>Turn it on</Button>
      <Refusal problem={confirm.problem} />
    </form>
  );
}

/** The codes that let a person in without the authenticator; shown once. */
export function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }): ReactNode {
  const copy = (): void => void navigator.clipboard.writeText(codes.join('\n')).then(() => toast('Copied'), () => toast('Could not copy: write them down', 'warn'));
  return (
    <div className={css.form}>
      <p>The second factor is on. Keep these recovery codes where nobody else looks: each lets you in once without the authenticator, and they are <strong>not shown again</strong>.</p>
      <ul className={css.codes} aria-label="Recovery codes">{codes.map((code) => <li key={code}>{code}</li>)}</ul>
      <div className={css.row}>
        <Button look="primary" onClick={onDone}>I have kept them</Button>
        <Button onClick={copy}>Copy</Button>
      </div>
    </div>
  );
}
