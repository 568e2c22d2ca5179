'use client';

import type { ReactNode } from 'react';
import type { BookFact, MarketFact } from 'trader/contract';
import { Delta, Money, Num } from '../numbers.tsx';
import { exactSum } from '../../format/exact-sum.ts';
import { usePart } from '../../data/stream.ts';
import { CloseButton } from './close-button.tsx';
import { ProtectButton } from './protect-button.tsx';
import { OPPOSED, holders, opposed } from './position-table.tsx';
import css from './trade.module.css';

/** What is held of the market in sight, at a glance; on a phone it stands under the chart. */
export function PositionCard({ market, books }: { readonly market: MarketFact; readonly books: readonly BookFact[] }): ReactNode {
  const position = usePart('positions', ({ positions }) => positions.get(market.instrument));
  const currency = usePart('state', ({ run }) => run?.currency);
  const manual = books.find(({ kind, quantity }) => kind === 'manual' && Number(quantity) !== 0);
  const held = holders(books, market.instrument);
  if (position === undefined || Number(position.quantity) === 0) return <p className={css.none}>{held === '' ? `Nothing is held of ${market.instrument}.` : `Nothing is held of ${market.instrument} in sum: ${held}.`}</p>;
  const losses = books.flatMap(({ lossAtStop }) => (lossAtStop === null ? [] : [lossAtStop.replace('-', '')]));
  const atRisk = losses.length === 0 ? undefined : exactSum(...losses);
  return (
    <section className={css.card} aria-label={`Position in ${market.instrument}`}>
      <dl className={css.facts}>
        <div><dt>Position</dt><dd><Num value={position.quantity} unit={market.instrument.split(/[-.]/)[0]} /></dd></div>
        <div><dt>Average</dt><dd><Num value={opposed(books, market.instrument) ? null : position.averagePrice} why={OPPOSED} places={market.priceDecimals} unit={market.quoteCurrency} /></dd></div>
        <div><dt>Unrealised</dt><dd><Delta value={position.unrealised} unit={currency} /></dd></div>
        <div><dt>Held by</dt><dd className={css.holders}>{held}</dd></div>
        <div><dt>Lost at stop</dt><dd><Money value={atRisk} currency={currency} why="no stop is set" /></dd></div>
      </dl>
      <div className={css.cardActions}>
        <CloseButton position={position} />
        {manual === undefined ? null : <ProtectButton market={market} book={manual} />}
      </div>
    </section>
  );
}
