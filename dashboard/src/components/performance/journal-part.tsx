'use client';

import { useState, type ReactNode } from 'react';
import { personName, type Answer } from 'trader/contract';
import { useCommand, useQuery } from '../../data/query.ts';
import { useMe, useMissingRole } from '../../data/session.ts';
import { useTopic } from '../../data/stream.ts';
import { formatSpan } from '../../format/time.ts';
import { Answered, Problem } from '../answered.tsx';
import { Button } from '../button.tsx';
import { DataTable, type Column } from '../data-table.tsx';
import { Fields, TextField } from '../field.tsx';
import { Delta, Money, Num, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { Sheet } from '../sheet.tsx';
import { InstrumentName } from '../trade/instrument-name.tsx';
import { ExportLinks } from './export-links.tsx';
import css from './performance.module.css';

type Trip = Answer<'listTrips'>['items'][number];
type Note = Answer<'listNotes'>['items'][number];

/** Finished round trips with what people wrote about them. */
export function JournalPart(): ReactNode {
  const [cursor, setCursor] = useState<string>();
  const [open, setOpen] = useState<Trip>();
  const asked = useQuery('listTrips', { query: { limit: 50, ...(cursor !== undefined && { cursor }) } });
  const missing = useMissingRole('trader');
  const state = useTopic('state');
  const currency = state?.run?.currency;
  const places = (instrument: string): number | undefined => state?.markets.get(instrument)?.priceDecimals;
  const columns: readonly Column<Trip>[] = [
    { key: 'instrument', head: 'Instrument', cell: ({ instrument }) => <InstrumentName instrument={instrument} />, sortBy: ({ instrument }) => instrument },
    { key: 'exit', head: 'Closed', cell: ({ exitTime }) => <Time at={exitTime} detail="day-minute" />, sortBy: ({ exitTime }) => exitTime },
    { key: 'strategy', head: 'Strategy', cell: ({ strategy }) => strategy, sortBy: ({ strategy }) => strategy },
    { key: 'side', head: 'Side', cell: ({ side }) => side },
    { key: 'quantity', head: 'Quantity', figures: true, priority: 2, cell: ({ quantity }) => <Num value={quantity} /> },
    { key: 'in', head: 'Entry', figures: true, priority: 2, cell: ({ entryPrice, instrument }) => <Num value={entryPrice} places={places(instrument)} /> },
    { key: 'out', head: 'Exit', figures: true, priority: 2, cell: ({ exitPrice, instrument }) => <Num value={exitPrice} places={places(instrument)} /> },
    { key: 'held', head: 'Held', figures: true, priority: 3, cell: ({ entryTime, exitTime }) => formatSpan(exitTime - entryTime) },
    { key: 'pnl', head: 'Result', unit: currency, figures: true, cell: ({ pnl }) => <Delta value={pnl} />, sortBy: ({ pnl }) => Number(pnl) },
    { key: 'notes', head: 'Notes', cell: (trip) => <Button small look="quiet" blocked={trip.notes === 0 ? missing : undefined} onClick={() => setOpen(trip)}>{trip.notes === 0 ? 'Write' : `${trip.notes} note${trip.notes === 1 ? '' : 's'}`}<span className="spoken"> on {trip.instrument}</span></Button> },
  ];
  return (
    <div className={css.stack}>
      <Panel title="Round trips" note="From flat to flat; result after fees" aside={<ExportLinks what={['trips', 'notes']} />} flush>
        <Answered asked={asked} what="the round trips">
          {({ items, next }) => (
            <>
              <DataTable caption="Finished round trips" columns={columns} rows={items} rowKey={({ id }) => id} empty={<EmptyState>No round trip is finished yet: one ends when a book that held something is flat again.</EmptyState>} />
              {next === null && cursor === undefined ? null : <div className={css.pager}>{cursor === undefined ? null : <Button small onClick={() => setCursor(undefined)}>Newest</Button>}{next === null ? null : <Button small onClick={() => setCursor(next)}>Older</Button>}</div>}
            </>
          )}
        </Answered>
      </Panel>
      {open === undefined ? null : <NotesSheet trip={open} currency={currency} onClose={() => { setOpen(undefined); asked.reload(); }} />}
    </div>
  );
}

function NotesSheet({ trip, currency, onClose }: { readonly trip: Trip; readonly currency: string | undefined; readonly onClose: () => void }): ReactNode {
  const asked = useQuery('listNotes', { query: { trade: trip.id, limit: 100 } });
  const [text, setText] = useState('');
  const [tags, setTags] = useState('');
  const add = useCommand('addNote');
  const missing = useMissingRole('trader');
  const write = (): void => {
    const words = tags.split(',').map((word) => word.trim()).filter((word) => word !== '').slice(0, 10);
    void add.send({ body: { trade: trip.id, text: text.trim(), tags: words } }).then((note) => { if (note !== undefined) { setText(''); setTags(''); asked.reload(); } });
  };
  return (
    <Sheet open onClose={onClose} title={`${trip.instrument} ${trip.side}`} description={<>{trip.strategy} · <Time at={trip.entryTime} detail="day-minute" /> to <Time at={trip.exitTime} detail="day-minute" /> · <Delta value={trip.pnl} unit={currency} /> after <Money value={trip.fees} currency={currency} /> of fees</>}>
      <Answered asked={asked} what="the notes" lines={2}>
        {({ items }) => (items.length === 0 ? <EmptyState>Nobody has written about this trade yet.</EmptyState> : <ul className={css.notes}>{items.map((note) => <NoteRow key={note.id} note={note} onChanged={asked.reload} />)}</ul>)}
      </Answered>
      <form className={css.write} onSubmit={(event) => { event.preventDefault(); if (text.trim() !== '' && missing === undefined) write(); }}>
        <Fields missing={missing}>
          <label className={css.area}>New note<textarea rows={4} maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} /></label>
          <TextField label="Tags" help="A few words, apart by commas: mistake, news, good entry" value={tags} onChange={setTags} />
        </Fields>
        {add.problem === undefined ? null : <Problem what="the note" verb="was not kept" problem={add.problem} />}
        <Button submit look="primary" busy={add.state === 'sending'} blocked={missing ?? (text.trim() === '' ? 'write something first' : undefined)}>Keep the note</Button>
      </form>
    </Sheet>
  );
}

function NoteRow({ note, onChanged }: { readonly note: Note; readonly onChanged: () => void }): ReactNode {
  const [text, setText] = useState<string>();
  const change = useCommand('changeNote');
  const remove = useCommand('removeNote');
  // It bears its author's name: nobody else's but an administrator's words are put there.
  const missing = useMissingRole(useMe()?.name === note.by ? 'trader' : 'admin');
  const problem = change.problem ?? remove.problem;
  const keep = (): void => { void change.send({ params: { id: note.id }, body: { text: text?.trim() ?? note.text } }).then((done) => { if (done !== undefined) { setText(undefined); onChanged(); } }); };
  return (
    <li className={css.note}>
      <p className={css.quiet}>{personName(note.by)} · <Time at={note.at} detail="day-minute" />{note.tags.length === 0 ? '' : ` · ${note.tags.map((tag) => `#${tag}`).join(' ')}`}</p>
      {text === undefined ? <p className={css.text}>{note.text}</p> : <label className={css.area}><span className="spoken">Text of the note</span><textarea rows={4} maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} /></label>}
      {problem === undefined ? null : <Problem what="the note" verb="was not changed" problem={problem} />}
      <div className={css.pages}>
        {text === undefined ? <Button small look="quiet" blocked={missing} onClick={() => setText(note.text)}>Edit</Button> : <><Button small busy={change.state === 'sending'} blocked={text.trim() === '' ? 'write something first' : undefined} onClick={keep}>Keep</Button><Button small look="quiet" onClick={() => setText(undefined)}>Leave as it was</Button></>}
        <Button small look="quiet" blocked={missing} busy={remove.state === 'sending'} onClick={() => void remove.send({ params: { id: note.id } }).then((done) => { if (done !== undefined) onChanged(); })}>Remove</Button>
      </div>
    </li>
  );
}
