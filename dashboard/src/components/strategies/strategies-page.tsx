'use client';

import { useState, type ReactNode } from 'react';
import type { BookFact } from 'trader/contract';
import { useAddress } from '../../data/address.ts';
import { useMissingRole } from '../../data/session.ts';
import { useTopic } from '../../data/stream.ts';
import { Button } from '../button.tsx';
import { PageHead } from '../page-head.tsx';
import { EmptyState, Skeleton } from '../placeholders.tsx';
import { useFreshness } from '../shell/freshness-clock.tsx';
import { AddSheet } from './add-sheet.tsx';
import { BookDetail } from './book-detail.tsx';
import { BookList } from './book-list.tsx';
import css from './strategies.module.css';

/** The strategies of the run: a list, and what is open of it. On a phone one of the two is shown. */
export function StrategiesPage(): ReactNode {
  const held = useTopic('positions');
  const [chosen, choose] = useAddress('book', { step: true });
  const { freshness } = useFreshness();
  const [adding, setAdding] = useState(false);
  const missing = useMissingRole('trader');
  const books: readonly BookFact[] | undefined = held === undefined ? undefined : [...held.books.values()].filter(({ kind }) => kind === 'strategy');
  const open = books?.find(({ book }) => book === chosen);
  const shown = open ?? books?.[0];
  return (
    <>
      <PageHead title="Strategies" aside={<Button blocked={missing} onClick={() => setAdding(true)}>Add a strategy…</Button>} />
      {books === undefined ? <Skeleton lines={5} size="row" label="Loading the strategies" />
        : books.length === 0 || shown === undefined
          ? <EmptyState action={<Button blocked={missing} onClick={() => setAdding(true)}>Add a strategy…</Button>}>No strategy trades in this run yet.</EmptyState>
          : (
            <div className={css.page} data-open={open !== undefined || undefined} data-old={freshness === 'stale' || freshness === 'offline' || undefined}>
              <div className={css.list}><BookList books={books} chosen={shown.book} onChoose={choose} /></div>
              <div className={css.detail}>
                <div className={css.back}><Button small onClick={() => choose(undefined)}>‹ All strategies</Button></div>
                <BookDetail key={shown.book} book={shown} />
              </div>
            </div>
          )}
      {adding ? <AddSheet onClose={() => setAdding(false)} /> : null}
    </>
  );
}
