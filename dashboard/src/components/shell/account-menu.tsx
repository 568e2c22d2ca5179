'use client';
import { useRouter } from 'next/navigation';
import { useState, type ReactNode } from 'react';
import { choose, usePreferences } from '../../data/preferences.ts';
import { useCommand } from '../../data/query.ts';
import { setSession, useMe } from '../../data/session.ts';
import { closeStream } from '../../data/stream.ts';
import { Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { CheckField, SelectField } from '../field.tsx';
import { Icon } from '../icon.tsx';
import { Sheet } from '../sheet.tsx';
import { StatusChip } from '../status-chip.tsx';
import css from './account-menu.module.css';

/** Opens what belongs to the person: appearance, keys, sign-out. */
export function AccountMenu(): ReactNode {
  const [open, setOpen] = useState(false);
  const me = useMe();
  return (
    <>
      <button type="button" className={css.open} aria-haspopup="dialog" onClick={() => setOpen(true)} aria-label={`You: ${me === undefined ? 'not known yet' : `${me.name}, ${me.role}`}`}>
        <Icon name="admin" />
      </button>
      {open ? <Sheet open onClose={() => setOpen(false)} title="You"><AccountActions onDone={() => setOpen(false)} /></Sheet> : null}
    </>
  );
}

/** Appearance of this browser and the way out. */
export function AccountActions({ onDone }: { readonly onDone: () => void }): ReactNode {
  const me = useMe();
  const router = useRouter();
  const { theme, direction, confirm, shortcuts } = usePreferences();
  const leave = useCommand('authSignOut');
  const signOut = async (): Promise<void> => {
    if ((await leave.send({})) === undefined) return;
    closeStream();
    setSession({ state: 'signed-out', me: undefined });
    onDone();
    router.replace('/sign-in');
  };
  return (
    <div className={css.actions}>
      {me === undefined ? null : <p className={css.who}><strong>{me.name}</strong> <StatusChip tone="neutral">{me.role}</StatusChip>{me.secondFactor ? <StatusChip tone="ok">second factor on</StatusChip> : <StatusChip tone="warn">no second factor</StatusChip>}</p>}
      <SelectField label="Theme" value={theme} onChange={(next) => choose({ theme: next })} options={[{ value: 'system', label: 'As the system' }, { value: 'dark', label: 'Dark' }, { value: 'light', label: 'Light' }]} />
      <SelectField
        label="Colours of up and down"
        help="Blue and orange are told apart under every kind of colour blindness."
        value={direction}
        onChange={(next) => choose({ direction: next })}
        options={[{ value: 'blue-orange', label: 'Blue up, orange down' }, { value: 'green-red', label: 'Green up, red down' }, { value: 'red-green', label: 'Red up, green down' }]}
      />
      <CheckField label="Confirm by two presses instead of holding" checked={confirm === 'two-taps'} onChange={(on) => choose({ confirm: on ? 'two-taps' : 'hold' })} />
      <CheckField label="Keyboard shortcuts" help="g then o t s b r m d a: go to a page. / or ⌘K: search." checked={shortcuts} onChange={(on) => choose({ shortcuts: on })} />
      <Button busy={leave.state === 'sending'} onClick={() => void signOut()}><Icon name="exit" />Sign out</Button>
      {leave.problem === undefined ? null : <Problem what="you" verb="could not be signed out" problem={leave.problem} />}
    </div>
  );
}
