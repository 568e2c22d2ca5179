'use client';
import type { Role } from 'trader/contract';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCommand, useQuery } from '../../data/query.ts';
import { holdsRole, useMe } from '../../data/session.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { DataTable } from '../data-table.tsx';
import { NumberField, SelectField, TextField } from '../field.tsx';
import { Age, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { Sheet } from '../sheet.tsx';
import css from './admin.module.css';
import { OneTimeSecret } from './one-time-secret.tsx';
import { ROLES } from './people-panel.tsx';

/** Tokens by which programs use the API. */
export function TokensPanel(): ReactNode {
  const tokens = useQuery('listTokens', {});
  const remove = useCommand('removeToken');
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <Panel title="API tokens" note="For programs. A token does what its role may, and nothing that asks for your presence." flush aside={<Button small onClick={() => setMaking(true)}>New token…</Button>}>
      <Answered asked={tokens} what="the tokens">
        {({ items }) => (
          <DataTable
            caption="API tokens"
            rows={items}
            rowKey={({ id }) => id}
            empty={<EmptyState>There are no tokens.</EmptyState>}
            columns={[
              { key: 'name', head: 'Name', cell: ({ name }) => name },
              { key: 'role', head: 'Role', cell: ({ role }) => role },
              { key: 'last', head: 'Ends in', cell: ({ lastFour }) => <code>…{lastFour}</code> },
              { key: 'used', head: 'Last used', cell: ({ lastUsedAt }) => <Age at={lastUsedAt} why="never" /> },
              { key: 'until', head: 'Good until', priority: 2, cell: ({ expiresAt }) => <Time at={expiresAt} detail="day" why="no end" /> },
              { key: 'act', head: 'Revoke', cell: ({ id, name }) => <Button small look="danger" aria-label={`Revoke ${name}`} onClick={() => void remove.send({ params: { id } }).then(tokens.reload)}>Revoke</Button> },
            ]}
          />
        )}
      </Answered>
      {remove.problem === undefined ? null : <div className={css.pad}><Problem what="the token" verb="was not revoked" problem={remove.problem} /></div>}
      {making ? <NewToken onClose={() => setMaking(false)} onSecret={(text) => { setMaking(false); setSecret(text); tokens.reload(); }} /> : null}
      {secret === undefined ? null : <OneTimeSecret title="The token" text="Keep it where the program reads it. It is not shown again." secret={secret} onClose={() => setSecret(undefined)} />}
    </Panel>
  );
}

function NewToken({ onClose, onSecret }: { readonly onClose: () => void; readonly onSecret: (secret: string) => void }): ReactNode {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState('90');
  const me = useMe();
  const create = useCommand('createToken');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void create.send({ body: { name: name.trim(), role, ...(days.trim() === '' ? {} : { expiresInDays: Number(days) }) } }).then((answer) => (answer === undefined ? undefined : onSecret(answer.secret)));
  };
  return (
    <Sheet open onClose={onClose} title="New token">
      <form className={css.form} onSubmit={submit}>
        <TextField label="What it is for" required autoComplete="off" value={name} onChange={setName} />
        <SelectField label="Role" value={role} onChange={setRole} options={ROLES.filter(({ value }) => me !== undefined && holdsRole(me.role, value))} help="No more than your own." />
        <NumberField label="Good for" unit="days" value={days} onChange={setDays} help="1 to 365." error={/^\d{0,3}$/.test(days) && (days === '' || (Number(days) >= 1 && Number(days) <= 365)) ? undefined : 'Between 1 and 365 days'} />
        <Button look="primary" submit busy={create.state === 'sending'}>Make it</Button>
        {create.problem === undefined ? null : <Problem what="the token" verb="was not made" problem={create.problem} />}
      </form>
    </Sheet>
  );
}
