'use client';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useGo } from '../../data/places.ts';
import { choose, usePreferences } from '../../data/preferences.ts';
import { usePart } from '../../data/stream.ts';
import { Sheet } from '../sheet.tsx';
import css from './command-palette.module.css';
import { DESTINATIONS } from './destinations.ts';

interface Entry {
  readonly name: string;
  readonly hint: string;
  readonly run: () => void;
}

/** Everything that can be gone to or switched, found by typing; nothing in it trades. */
function useEntries(): readonly Entry[] {
  const go = useGo();
  const { theme, confirm, shortcuts } = usePreferences();
  const markets = [...(usePart('state', ({ markets }) => markets)?.keys() ?? [])];
  return [
    ...DESTINATIONS.map(({ name, path, key }) => ({ name, hint: key === undefined ? 'page' : `g ${key}`, run: () => go(path) })),
    ...markets.map((instrument) => ({ name: instrument, hint: 'market', run: () => go(`/trade?instrument=${encodeURIComponent(instrument)}`) })),
    { name: theme === 'light' ? 'Dark theme' : 'Light theme', hint: 'appearance', run: () => choose({ theme: theme === 'light' ? 'dark' : 'light' }) },
    { name: confirm === 'hold' ? 'Confirm by two presses' : 'Confirm by holding', hint: 'safety', run: () => choose({ confirm: confirm === 'hold' ? 'two-taps' : 'hold' }) },
    { name: shortcuts ? 'Switch keyboard shortcuts off' : 'Switch keyboard shortcuts on', hint: 'keyboard', run: () => choose({ shortcuts: !shortcuts }) },
    { name: 'Documentation of the API', hint: 'opens the reference', run: () => location.assign('/api/v1/docs') },
  ];
}

/** The palette behind ⌘K. */
export function CommandPalette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [index, setIndex] = useState(0);
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  // What Enter would choose is in sight, however far down the arrows have come.
  useEffect(() => { list.current?.children[index]?.scrollIntoView({ block: 'nearest' }); }, [index, text]);
  const words = text.toLowerCase().split(/\s+/);
  const found = useEntries().filter(({ name, hint }) => words.every((word) => `${name} ${hint}`.toLowerCase().includes(word)));
  const run = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') run(found[index]);
    else if (event.key === 'ArrowDown') setIndex(Math.min(found.length - 1, index + 1));
    else if (event.key === 'ArrowUp') setIndex(Math.max(0, index - 1));
    else return;
    event.preventDefault();
  };
  return (
    <Sheet open onClose={onClose} place="middle" title="Go to or switch">
      <input
        className={css.input}
        role="combobox"
        aria-label="Type a page, a market or a setting"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[index] === undefined ? undefined : `${id}-${index}`}
        value={text}
        onChange={(event) => { setText(event.target.value); setIndex(0); }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={id} role="listbox" aria-label="Places and settings" className={css.list}>
        {found.map((entry, at) => (
          // The keys are those of the field above, which keeps the focus.
          <li key={entry.name} id={`${id}-${at}`} role="option" aria-selected={at === index} className={css.entry} onClick={() => run(entry)}>
            {entry.name}<span className={css.hint}>{entry.hint}</span>
          </li>
        ))}
      </ul>
      <p role="status" className={found.length === 0 ? css.none : 'spoken'}>{found.length === 0 ? 'Nothing of that name.' : `${found.length} found`}</p>
    </Sheet>
  );
}
