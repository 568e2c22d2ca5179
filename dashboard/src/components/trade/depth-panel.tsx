'use client';

import type { ReactNode } from 'react';
import type { MarketFact } from 'trader/contract';
import { Num, Time } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { EmptyState } from '../placeholders.tsx';
import { Tabs } from '../tabs.tsx';
import { formatDecimal } from '../../format/decimal.ts';
import { useTopic } from '../../data/stream.ts';
import css from './trade.module.css';

const LEVELS = 8;
const TRADES = 20;

/** The order book and the last trades, where the feed of this market tells them. */
export function DepthPanel({ market }: { readonly market: MarketFact }): ReactNode {
  const book = useTopic('book', market.instrument);
  const trades = useTopic('trades', market.instrument);
  if ((book === undefined || book === null) && (trades === undefined || trades.length === 0)) {
    return <p className={css.none}>This feed tells prices and bars, but no order book and no trades of others.</p>;
  }
  return (
    <Panel title="Order book and trades" flush>
      <Tabs label="Depth" tabs={[
        { id: 'book', label: 'Book', content: book === undefined || book === null ? <EmptyState>This feed has no order book.</EmptyState> : <Ladder book={book} market={market} /> },
        {
          id: 'trades', label: 'Trades', content: trades === undefined || trades.length === 0 ? <EmptyState>No trade heard yet.</EmptyState> : (
            <table className={css.ladder}>
              <caption className="spoken">Last trades, newest first</caption>
              <thead><tr><th scope="col">Price</th><th scope="col">Quantity</th><th scope="col">Time</th></tr></thead>
              <tbody>
                {trades.slice(-TRADES).reverse().map((trade) => (
                  <tr key={trade.id}>
                    <td className={trade.side === 'buy' ? css.bid : css.ask}>{trade.side === 'buy' ? '▲' : '▼'} <Num value={trade.price} places={market.priceDecimals} /></td>
                    <td><Num value={trade.quantity} places={market.quantityDecimals} /></td><td><Time at={trade.tsEvent} detail="second" /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          ),
        },
      ]} />
    </Panel>
  );
}

function Ladder({ book, market }: { readonly book: { readonly bids: readonly (readonly [string, string])[]; readonly asks: readonly (readonly [string, string])[] }; readonly market: MarketFact }): ReactNode {
  const asks = book.asks.slice(0, LEVELS);
  const bids = book.bids.slice(0, LEVELS);
  const most = Math.max(0, ...[...asks, ...bids].map(([, quantity]) => Number(quantity)));
  const spread = asks[0] === undefined || bids[0] === undefined ? undefined : Number(asks[0][0]) - Number(bids[0][0]);
  const row = ([price, quantity]: readonly [string, string], side: 'bid' | 'ask'): ReactNode => (
    <tr key={`${side}${price}`}>
      <td className={css[side]}>{side === 'bid' ? 'Bid' : 'Ask'}</td>
      <td><Num value={price} places={market.priceDecimals} /></td>
      <td>
        <svg className={css.depth} width="40" height="8" aria-hidden="true"><rect className={css[`${side}Bar`]} x={0} width={most === 0 ? 0 : (40 * Number(quantity)) / most} height="8" /></svg>
        <Num value={quantity} places={market.quantityDecimals} />
      </td>
    </tr>
  );
  return (
    <table className={css.ladder}>
      <caption>{spread === undefined ? 'One side is empty' : `Spread ${formatDecimal(spread, { places: market.priceDecimals }) ?? ''} ${market.quoteCurrency}`}</caption>
      <thead><tr><th scope="col">Side</th><th scope="col">Price</th><th scope="col">Quantity</th></tr></thead>
      <tbody>{[...asks].reverse().map((level) => row(level, 'ask'))}{bids.map((level) => row(level, 'bid'))}</tbody>
    </table>
  );
}
