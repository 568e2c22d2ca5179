'use client';

import { useState, type ReactNode } from 'react';
import type { BookFact } from 'trader/contract';
import { useMissingRole } from '../../data/session.ts';
import { useTopic } from '../../data/stream.ts';
import { formatDecimal } from '../../format/decimal.ts';
import { Button } from '../button.tsx';
import { Delta, Money, Num } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { PlaceLink } from '../place-link.tsx';
import { draftChanges, draftErrors } from '../params/param-draft.ts';
import type { ParameterDraft } from '../params/param-draft.ts';
import { ParamForm } from '../params/param-form.tsx';
import { ApplySheet } from './apply-sheet.tsx';
import { BookHistory } from './book-history.tsx';
import { BookState, bookPnl, opinionText, stateMeaning } from './book-list.tsx';
import { SwitchButton } from './switch-button.tsx';
import css from './strategies.module.css';

/** One strategy: what it thinks and holds, its parameters to be changed, and what was changed before. */
export function BookDetail({ book }: { readonly book: BookFact }): ReactNode {
  const [draft, setDraft] = useState<ParameterDraft>({});
  const [applying, setApplying] = useState(false);
  const missing = useMissingRole('trader');
  const errors = draftErrors(book.schema, draft);
  const changes = draftChanges(book.schema, book.parameters, draft);
  const wrong = Object.keys(errors).length;
  return (
    <div className={css.stack}>
      <Standing book={book} />
      <Panel title="Parameters" note="Made from the strategy’s own schema. A change is journalled and counts from the next bar on." aside={<BacktestLink book={book} draft={wrong === 0 ? draft : {}} />}>
        <ParamForm schema={book.schema} current={book.parameters} draft={draft} errors={errors} readOnly={missing} onChange={(name, text) => setDraft((was) => ({ ...was, [name]: text }))} />
        {changes.length === 0 && wrong === 0 ? null : (
          <div className={css.foot} role="status">
            <span>{wrong > 0 ? `${wrong} value${wrong === 1 ? ' is' : 's are'} not possible` : `${changes.length} change${changes.length === 1 ? '' : 's'}`}</span>
            <Button look="quiet" onClick={() => setDraft({})}>Discard</Button>
            <Button look="primary" blocked={missing ?? (wrong > 0 ? 'mend what is wrong first' : undefined)} onClick={() => setApplying(true)}>Review and apply…</Button>
          </div>
        )}
      </Panel>
      <BookHistory book={book} />
      {applying ? <ApplySheet book={book} changes={changes} onClose={() => setApplying(false)} onDone={() => { setApplying(false); setDraft({}); }} /> : null}
    </div>
  );
}

function Standing({ book }: { readonly book: BookFact }): ReactNode {
  const state = useTopic('state');
  const currency = state?.run?.currency;
  const places = state?.markets.get(book.instrument)?.priceDecimals;
  const held = Number(book.quantity) !== 0;
  const reasons = Object.entries(book.reasons);
  return (
    <Panel title={`${book.strategy} on ${book.instrument}`} note={stateMeaning(book.state)} aside={<><BookState state={book.state} /><SwitchButton book={book} /></>}>
      <dl className={css.facts}>
        <div><dt>Signal</dt><dd>{opinionText(book)}</dd></div>
        <div><dt>Holds</dt><dd><Num value={book.quantity} unit={book.instrument.split(/[-.]/)[0]} /></dd></div>
        <div><dt>Average price</dt><dd><Num value={book.averagePrice} places={places} why="it holds nothing" /></dd></div>
        <div><dt>Stop</dt><dd><Num value={held ? book.stop : null} places={places} why={held ? 'no stop is set' : 'it holds nothing'} /></dd></div>
        <div><dt>Take-profit</dt><dd><Num value={held ? book.takeProfit : null} places={places} why={held ? 'no take-profit is set' : 'it holds nothing'} /></dd></div>
        <div><dt>Lost at stop</dt><dd><Money value={book.lossAtStop} currency={currency} why="no stop, or nothing held" /></dd></div>
        <div><dt>Unrealised</dt><dd><Delta value={book.unrealised} unit={currency} /></dd></div>
        <div><dt>Result after fees</dt><dd><Delta value={bookPnl(book)} unit={currency} /></dd></div>
      </dl>
      {reasons.length === 0 ? null : <p className={css.quiet}>Its last signal was made of {reasons.map(([name, value]) => `${name} ${formatDecimal(value, { places: 4 }) ?? '—'}`).join(' · ')}.</p>}
    </Panel>
  );
}

/** To a backtest of this strategy with the values in the form. */
function BacktestLink({ book, draft }: { readonly book: BookFact; readonly draft: ParameterDraft }): ReactNode {
  const parts = new URLSearchParams({ strategy: book.strategy });
  for (const [name, value] of Object.entries({ ...book.parameters, ...draft })) if (String(book.schema[name]?.default) !== String(value)) parts.set(`p.${name}`, String(value));
  return <PlaceLink href={`/backtests?${parts.toString()}`}>Backtest with these</PlaceLink>;
}
