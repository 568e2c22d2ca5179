'use client';
import type { Answer, Role } from 'trader/contract';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCommand, useQuery } from '../../data/query.ts';
import { useMe } from '../../data/session.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { DataTable } from '../data-table.tsx';
import { SelectField, TextField } from '../field.tsx';
import { Age, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { Sheet } from '../sheet.tsx';
import { StatusChip } from '../status-chip.tsx';
import css from './admin.module.css';
import { OneTimeSecret } from './one-time-secret.tsx';

type User = Answer<'listUsers'>['items'][number];

/** What each role may do, in words. */
export const ROLES: readonly { readonly value: Role; readonly label: string }[] = [
  { value: 'viewer', label: 'Viewer: looks at everything, touches nothing' },
  { value: 'trader', label: 'Trader: orders, halts, strategies' },
  { value: 'admin', label: 'Admin: people, keys and settings besides' },
];

/** People and their roles. */
export function PeoplePanel(): ReactNode {
  const users = useQuery('listUsers', {});
  const [inviting, setInviting] = useState(false);
  const [chosen, setChosen] = useState<User>();
  const [link, setLink] = useState<string>();
  return (
    <Panel title="People" flush aside={<Button small onClick={() => setInviting(true)}>Invite…</Button>}>
      <Answered asked={users} what="the people">
        {({ items }) => (
          <DataTable
            caption="People and their roles"
            rows={items}
            rowKey={({ id }) => id}
            onOpen={setChosen}
            openLabel={({ name }) => `Change ${name}`}
            empty={<EmptyState>Nobody is here.</EmptyState>}
            columns={[
              { key: 'name', head: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name },
              { key: 'role', head: 'Role', cell: ({ role }) => role, sortBy: ({ role }) => role },
              { key: 'state', head: 'State', cell: ({ disabled, lockedUntil }) => (disabled ? <StatusChip tone="warn">locked out</StatusChip> : lockedUntil !== null ? <StatusChip tone="warn">too many tries</StatusChip> : <StatusChip tone="ok">active</StatusChip>) },
              { key: 'factor', head: 'Second factor', cell: ({ secondFactor }) => (secondFactor ? <StatusChip tone="ok">on</StatusChip> : <StatusChip tone="warn">off</StatusChip>) },
              { key: 'seen', head: 'Last seen', cell: ({ lastSeenAt }) => <Age at={lastSeenAt} why="never" /> },
              { key: 'made', head: 'Since', priority: 3, cell: ({ createdAt }) => <Time at={createdAt} detail="day" /> },
            ]}
          />
        )}
      </Answered>
      {inviting ? <Invite onClose={() => setInviting(false)} onLink={(path) => { setInviting(false); setLink(path); users.reload(); }} /> : null}
      {chosen === undefined ? null : <ChangePerson user={chosen} onClose={() => { setChosen(undefined); users.reload(); }} onLink={(path) => { setChosen(undefined); setLink(path); users.reload(); }} />}
      {link === undefined ? null : <OneTimeSecret title="One-time link" text="Give it to the person by a way that only they read. It is good once, and is not shown again." secret={link} onClose={() => setLink(undefined)} />}
    </Panel>
  );
}

function Invite({ onClose, onLink }: { readonly onClose: () => void; readonly onLink: (link: string) => void }): ReactNode {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const create = useCommand('createUser');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void create.send({ body: { name: name.trim(), role } }).then((answer) => (answer === undefined ? undefined : onLink(location.origin + answer.invitation.path)));
  };
  return (
    <Sheet open onClose={onClose} title="Invite a person" description="You get a link, good once, with which they choose their own password.">
      <form className={css.form} onSubmit={submit}>
        <TextField label="Name" required autoComplete="off" value={name} onChange={setName} />
        <SelectField label="Role" value={role} onChange={setRole} options={ROLES} />
        <Button look="primary" submit busy={create.state === 'sending'}>Make the link</Button>
        {create.problem === undefined ? null : <Problem what="the person" verb="was not invited" problem={create.problem} />}
      </form>
    </Sheet>
  );
}

function ChangePerson({ user, onClose, onLink }: { readonly user: User; readonly onClose: () => void; readonly onLink: (link: string) => void }): ReactNode {
  const [role, setRole] = useState(user.role);
  const [removing, setRemoving] = useState(false);
  const change = useCommand('changeUser');
  const reset = useCommand('resetUser');
  const remove = useCommand('removeUser');
  const self = useMe()?.id === user.id ? 'not on yourself' : undefined;
  const closeWhenDone = (answer: unknown): void => (answer === undefined ? undefined : onClose());
  const problem = change.problem ?? reset.problem;
  return (
    <Sheet open onClose={onClose} title={user.name} description={`${user.role}${user.disabled ? ', locked out' : ''}. Changes take effect at once, also in open windows; a new password by link, and locking out, end their sessions and revoke their tokens.`}>
      <SelectField label="Role" value={role} onChange={setRole} options={ROLES} />
      <div className={css.row}>
        <Button look="primary" blocked={role === user.role ? 'the role is unchanged' : self} busy={change.state === 'sending'} onClick={() => void change.send({ params: { id: user.id }, body: { role } }).then(closeWhenDone)}>Set the role</Button>
        <Button blocked={self} onClick={() => void change.send({ params: { id: user.id }, body: { disabled: !user.disabled } }).then(closeWhenDone)}>{user.disabled ? 'Let in again' : 'Lock out'}</Button>
        <Button busy={reset.state === 'sending'} onClick={() => void reset.send({ params: { id: user.id } }).then((answer) => (answer === undefined ? undefined : onLink(location.origin + answer.invitation.path)))}>New password by link</Button>
        {user.secondFactor ? <Button blocked={self} onClick={() => void change.send({ params: { id: user.id }, body: { secondFactor: false } }).then(closeWhenDone)}>Take the second factor away</Button> : null}
        <Button look="danger" blocked={self} onClick={() => setRemoving(true)}>Remove…</Button>
      </div>
      {problem === undefined ? null : <Problem what={user.name} verb="was not changed" problem={problem} />}
      <ConfirmSheet
        open={removing}
        onClose={() => setRemoving(false)}
        title={`Remove ${user.name}`}
        consequence="Their sessions and tokens end at once. What they did stays in the audit log."
        action="Remove"
        busy={remove.state === 'sending'}
        onConfirm={() => void remove.send({ params: { id: user.id } }).then(closeWhenDone)}
        error={remove.problem === undefined ? undefined : <Problem what={user.name} verb="was not removed" problem={remove.problem} />}
      />
    </Sheet>
  );
}
