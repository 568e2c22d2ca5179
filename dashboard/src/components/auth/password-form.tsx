'use client';
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { useCommand } from '../../data/query.ts';
import { Button } from '../button.tsx';
import { TextField } from '../field.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { EntryPage } from './entry-page.tsx';
import css from './entry-page.module.css';
import { Refusal, enter } from './sign-in-form.tsx';
import { SecondFactorSetup } from './second-factor-setup.tsx';

/** The token behind # in the address, which never reaches a server by itself; taken out of sight at once. */
function useFragmentToken(): string | undefined {
  const [token, setToken] = useState<string>();
  useEffect(() => {
    setToken(location.hash.slice(1));
    // Kept in memory only: neither history nor a copied address carries it on.
    history.replaceState(null, '', location.pathname);
  }, []);
  return token;
}

/** The page behind a one-time link: the first administrator, or who was invited, chooses a password. */
export function PasswordForm({ kind }: { readonly kind: 'first-run' | 'set-password' }): ReactNode {
  const token = useFragmentToken();
  const [done, setDone] = useState(false);
  const title = kind === 'first-run' ? 'Welcome' : 'Choose a password';
  if (done) return <EntryPage title="Second factor" intro="With it, a stolen password is not enough. It takes a minute."><SecondFactorSetup onDone={enter} onSkip={enter} /></EntryPage>;
  if (token === undefined) return <EntryPage title={title}><Skeleton lines={3} size="row" /></EntryPage>;
  if (token === '') {
    return (
      <EntryPage title={title}>
        <EmptyState action={<a href="/sign-in">To the sign-in</a>}>
          {kind === 'first-run' ? 'This page needs the one-time link that the first start prints in the terminal. If you have used it, sign in.' : 'This page needs the one-time link that an administrator gave you.'}
        </EmptyState>
      </EntryPage>
    );
  }
  return kind === 'first-run' ? <FirstRun token={token} onDone={() => setDone(true)} /> : <SetPassword token={token} onDone={() => setDone(true)} />;
}

function FirstRun({ token, onDone }: { readonly token: string; readonly onDone: () => void }): ReactNode {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const make = useCommand('authFirstRun');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void make.send({ body: { token, name: name.trim(), password } }).then((answer) => (answer === undefined ? undefined : onDone()));
  };
  return (
    <EntryPage title="Welcome" intro="You are the first here, so you become the administrator: you can trade, and decide who else may.">
      <form className={css.form} onSubmit={submit}>
        <TextField label="Your name" help="For signing in, and beside what you do in the audit log." autoComplete="username" autoCapitalize="none" spellCheck={false} required autoFocus value={name} onChange={setName} />
        <NewPassword value={password} onChange={setPassword} />
        <Button look="primary" submit busy={make.state === 'sending'}>Create the administrator</Button>
        <Refusal problem={make.problem} />
      </form>
    </EntryPage>
  );
}

function SetPassword({ token, onDone }: { readonly token: string; readonly onDone: () => void }): ReactNode {
  const [password, setPassword] = useState('');
  const set = useCommand('authSetPassword');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void set.send({ body: { token, password } }).then((answer) => (answer === undefined ? undefined : answer.state === 'second-factor' ? location.assign('/sign-in') : onDone()));
  };
  return (
    <EntryPage title="Choose a password">
      <form className={css.form} onSubmit={submit}>
        <NewPassword value={password} onChange={setPassword} />
        <Button look="primary" submit busy={set.state === 'sending'}>Set the password</Button>
        <Refusal problem={set.problem} />
      </form>
    </EntryPage>
  );
}

function NewPassword({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }): ReactNode {
  const [shown, setShown] = useState(false);
  return (
    <TextField
      label="Password"
      help="Twelve characters or more; several words are easy to keep and hard to guess."
      type={shown ? 'text' : 'password'}
      autoComplete="new-password"
      minLength={12}
      required
      value={value}
      onChange={onChange}
      unit={<Button small look="quiet" aria-pressed={shown} onClick={() => setShown(!shown)}>{shown ? 'Hide' : 'Show'}</Button>}
    />
  );
}
