'use client';
import type { Answer } from 'trader/contract';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useCommand, useQuery } from '../../data/query.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { ConfirmSheet } from '../confirm-sheet.tsx';
import { DataTable } from '../data-table.tsx';
import { SelectField, TextField } from '../field.tsx';
import { Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { Sheet } from '../sheet.tsx';
import { toast } from '../toast.tsx';
import css from './admin.module.css';

type Keys = Answer<'listVenueKeys'>;
type Key = Keys['items'][number];

/** Keys of venues: they go in and are never read back. */
export function VenueKeysPanel(): ReactNode {
  const keys = useQuery('listVenueKeys', undefined);
  const [adding, setAdding] = useState(false);
  const [forgetting, setForgetting] = useState<Key>();
  return (
    <Panel title="Venue keys" note="Write-only: after saving, nobody reads them here, not even you. Give keys no right to withdraw." flush aside={<Button small onClick={() => setAdding(true)}>Add or replace…</Button>}>
      <Answered asked={keys} what="the venue keys">
        {({ items }) => (
          <DataTable
            caption="Venue keys"
            rows={items}
            rowKey={({ venue, purpose }) => `${venue} ${purpose}`}
            empty={<EmptyState>No key is kept. Paper trading on shipped or public data needs none.</EmptyState>}
            columns={[
              { key: 'venue', head: 'Venue', cell: ({ venue }) => venue },
              { key: 'purpose', head: 'Account', cell: ({ purpose }) => (purpose === 'live' ? 'real money' : 'demo or testnet') },
              { key: 'last', head: 'Ends in', cell: ({ lastFour }) => <code>…{lastFour}</code> },
              { key: 'from', head: 'Kept in', priority: 2, cell: ({ from }) => from },
              { key: 'changed', head: 'Changed', cell: ({ changedAt, changedBy }) => <><Time at={changedAt} detail="day-minute" why="by the command line" />{changedBy === null ? null : ` by ${changedBy}`}</> },
              { key: 'act', head: 'Forget', cell: (key) => <Button small look="danger" aria-label={`Forget the key of ${key.venue}`} blocked={key.from === 'environment' ? 'it comes from the environment' : undefined} onClick={() => setForgetting(key)}>Forget…</Button> },
            ]}
          />
        )}
      </Answered>
      {adding && keys.data !== undefined ? <AddKey venues={keys.data.venues} onClose={() => { setAdding(false); keys.reload(); }} /> : null}
      {forgetting === undefined ? null : <ForgetKey held={forgetting} onClose={() => { setForgetting(undefined); keys.reload(); }} />}
    </Panel>
  );
}

function AddKey({ venues, onClose }: { readonly venues: Keys['venues']; readonly onClose: () => void }): ReactNode {
  const [venue, setVenue] = useState(venues[0]?.venue ?? '');
  const known = venues.find((each) => each.venue === venue);
  const [purpose, setPurpose] = useState<Key['purpose']>(known?.purposes.at(-1) ?? 'demo');
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({});
  const put = useCommand('putVenueKey');
  const choose = (next: string): void => {
    setVenue(next);
    // A venue may lack the account that was chosen for the one before, as one without a sandbox does.
    setPurpose(venues.find((each) => each.venue === next)?.purposes.at(-1) ?? 'demo');
    setFields({});
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void put.send({ params: { venue, purpose }, body: { fields } }).then((answer) => {
      if (answer === undefined) return;
      toast(`Kept. ${answer.hints.join(' ')}`);
      onClose();
    });
  };
  return (
    <Sheet open onClose={onClose} title="Add or replace a key">
      <form className={css.form} onSubmit={submit} autoComplete="off">
        <SelectField label="Venue" value={venue} onChange={choose} options={venues.map((each) => ({ value: each.venue, label: each.venue }))} />
        <SelectField label="Account" value={purpose} onChange={setPurpose} options={(known?.purposes ?? []).map((each) => ({ value: each, label: each === 'live' ? 'Real money' : 'Demo or testnet' }))} />
        {(known?.fields ?? []).map((field) => (
          <TextField key={field} label={field} type="password" autoComplete="off" spellCheck={false} required value={fields[field] ?? ''} onChange={(text) => setFields({ ...fields, [field]: text })} />
        ))}
        <Button look="primary" submit busy={put.state === 'sending'}>Keep it</Button>
        {put.problem === undefined ? null : <Problem what="the key" verb="was not kept" problem={put.problem} />}
      </form>
    </Sheet>
  );
}

function ForgetKey({ held, onClose }: { readonly held: Key; readonly onClose: () => void }): ReactNode {
  const remove = useCommand('removeVenueKey');
  return (
    <ConfirmSheet
      open
      onClose={onClose}
      title={`Forget the key of ${held.venue}`}
      consequence="A run that uses it goes on until it ends, and cannot be started again without a key."
      action="Forget the key"
      busy={remove.state === 'sending'}
      onConfirm={() => void remove.send({ params: { venue: held.venue, purpose: held.purpose } }).then((answer) => (answer === undefined ? undefined : onClose()))}
      error={remove.problem === undefined ? undefined : <Problem what="the key" verb="was not forgotten" problem={remove.problem} />}
    />
  );
}
