'use client';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { ApiProblem } from 'trader/contract';
import { useCommand } from '../../data/query.ts';
import { Button } from '../button.tsx';
import { TextField } from '../field.tsx';
import { ErrorPanel } from '../placeholders.tsx';
import { EntryPage } from './entry-page.tsx';
import css from './entry-page.module.css';

/** Where to go after signing in: only a path of our own, never another site. */
function nextPath(): string {
  const next = new URLSearchParams(location.search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

/** The whole page is loaded anew, so that nothing of who was here before is left in it. */
export function enter(): void {
  location.assign(location.pathname === '/sign-in' ? nextPath() : '/');
}

/** What a failed try is told with; the same words whoever failed. */
export function Refusal({ problem }: { readonly problem: ApiProblem | undefined }): ReactNode {
  if (problem === undefined) return null;
  const wait = problem.retryAfter === undefined ? '' : ` Try again in ${problem.retryAfter < 120 ? `${problem.retryAfter} s` : `${Math.ceil(problem.retryAfter / 60)} minutes`}.`;
  const title = problem.code === 'unreachable' ? 'The server cannot be reached' : 'That did not work';
  const cause = problem.code === 'unreachable' ? 'Check that algotrendy is running on the machine; trading does not depend on this page.' : problem.message;
  return <ErrorPanel title={title} cause={`${[cause, ...problem.fields.map(({ message }) => message)].join(' ')}${wait}`} />;
}

/** Name and password, then the second factor where one is set up. */
export function SignInForm(): ReactNode {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [second, setSecond] = useState(false);
  const signIn = useCommand('authSignIn');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void signIn.send({ body: { name: name.trim(), password } }).then((answer) => {
      if (answer?.state === 'signed-in') enter();
      else if (answer?.state === 'second-factor') setSecond(true);
    });
  };
  if (second) return <SecondFactor onBack={() => { setSecond(false); setPassword(''); signIn.reset(); }} />;
  return (
    <EntryPage title="Sign in">
      <form className={css.form} onSubmit={submit}>
        <TextField label="Name" autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus value={name} onChange={setName} />
        <TextField label="Password" type="password" autoComplete="current-password" required value={password} onChange={setPassword} />
        <Button look="primary" submit busy={signIn.state === 'sending'}>{signIn.state === 'sending' ? 'Signing in…' : 'Sign in'}</Button>
        <Refusal problem={signIn.problem} />
      </form>
    </EntryPage>
  );
}

function SecondFactor({ onBack }: { readonly onBack: () => void }): ReactNode {
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState(false);
  const factor = useCommand('authSecondFactor');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void factor.send({ body: { code: code.replaceAll(/\s/g, '') } }).then((answer) => (answer?.state === 'signed-in' ? enter() : undefined));
  };
  return (
    <EntryPage title="Second factor" intro={recovery ? 'Each recovery code works once.' : 'The six digits that your authenticator shows now.'}>
      <form className={css.form} onSubmit={submit}>
        <TextField
          key={String(recovery)}
          label={recovery ? 'Recovery code' : 'Code'}
          inputMode={recovery ? 'text' : 'numeric'}
          autoComplete={recovery ? 'off' : 'one-time-code'}
          required
          autoFocus
          value={code}
          onChange={setCode}
        />
        <Button look="primary" submit busy={factor.state === 'sending'}>Continue</Button>
        <Refusal problem={factor.problem} />
        <div className={css.row}>
          <Button look="quiet" onClick={() => { setRecovery(!recovery); setCode(''); }}>{recovery ? 'Use the authenticator' : 'Use a recovery code'}</Button>
          <Button look="quiet" onClick={onBack}>Start over</Button>
        </div>
      </form>
    </EntryPage>
  );
}
