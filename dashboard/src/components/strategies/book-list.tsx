'use client';

import type { ReactNode } from 'react';
import type { BookFact } from 'trader/contract';
import { usePart } from '../../data/stream.ts';
import { exactSum, negated } from '../../format/exact-sum.ts';
import { Delta } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { StatusChip, type Tone } from '../status-chip.tsx';
import css from './strategies.module.css';

const STATES: Readonly<Record<BookFact['state'], { readonly tone: Tone; readonly word: string; readonly meaning: string }>> = {
  warming: { tone: 'busy', word: 'warming up', meaning: 'It sees bars and gives no signal yet' },
  running: { tone: 'ok', word: 'running', meaning: 'It trades its own signals' },
  latched: { tone: 'neutral', word: 'waiting', meaning: 'An exit or a denial ended its last signal; it waits for the next one' },
  stopped: { tone: 'warn', word: 'stopped', meaning: 'A person has stopped it' },
  liquidated: { tone: 'critical', word: 'liquidated', meaning: 'The venue took its position away' },
};

/** The state of a strategy as a chip. */
export function BookState({ state }: { readonly state: BookFact['state'] }): ReactNode {
  const { tone, word, meaning } = STATES[state];
  return <StatusChip tone={tone} title={meaning}>{word}</StatusChip>;
}

/** What a state means, in a sentence. */
export function stateMeaning(state: BookFact['state']): string {
  return STATES[state].meaning;
}

/** What a strategy wants, in words. */
export function opinionText({ state, target, warmupLeft }: Pick<BookFact, 'state' | 'target' | 'warmupLeft'>): string {
  if (state === 'warming') return `no signal for ${warmupLeft} more bar${warmupLeft === 1 ? '' : 's'}`;
  if (target === 0) return 'flat';
  return `${target > 0 ? 'long' : 'short'} ${Math.round(Math.abs(target) * 100)}%`;
}

/** What a strategy has made, money of the account as exact text: realised, unrealised, less fees. */
export function bookPnl({ realised, unrealised, fees }: Pick<BookFact, 'realised' | 'unrealised' | 'fees'>): string {
  return exactSum(realised, unrealised, negated(fees));
}

/** All strategies of the run, each with state, opinion and result. */
export function BookList({ books, chosen, onChoose }: { readonly books: readonly BookFact[]; readonly chosen: string; readonly onChoose: (book: string) => void }): ReactNode {
  const currency = usePart('state', ({ run }) => run?.currency);
  return (
    <Panel title={`${books.length} in this run`} note={`Signal · result after fees, ${currency ?? 'money of the account'}`} flush>
      <ul>
        {books.map((book) => (
          <li key={book.book}>
            <button type="button" className={css.row} aria-current={book.book === chosen ? 'true' : undefined} onClick={() => onChoose(book.book)}>
              <span className={css.name}>{book.strategy}<span className={css.quiet}>{book.instrument}</span></span>
              <BookState state={book.state} />
              <span className={css.quiet}>{opinionText(book)}</span>
              <span className={css.result}><Delta value={bookPnl(book)} /></span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
