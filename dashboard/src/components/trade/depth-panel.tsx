'use client';

import type { ReactNode } from 'react';
import type { DepthFact, MarketFact, PriceLevel } from 'trader/contract';
import { Num } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { Skeleton } from '../placeholders.tsx';
import { Tabs } from '../tabs.tsx';
import { formatTime, formatUtc } from '../../format/time.ts';
import { useTopic } from '../../data/stream.ts';
import css from './trade.module.css';

const LEVELS = 8;
const TRADES = 16;

/** The order book and the last trades, where the feed of this market tells them. */
export function DepthPanel({ market }: { readonly market: MarketFact }): ReactNode {
  const { tells, instrument } = market;
  if (tells.length === 0) return <p className={css.none}>These are recorded bars: they have no order book and no trades of others. A run on a live market has both.</p>;
  return (
    <Panel title="Order book and trades" flush>
      <Tabs label="Depth" tabs={[
        ...(tells.includes('books') ? [{ id: 'book', label: 'Book', content: <Book key={instrument} market={market} /> }] : []),
        { id: 'trades', label: 'Trades', content: <Trades key={instrument} market={market} /> },
      ]} />
      {tells.includes('books') ? null : <p className={css.none}>This feed tells trades, but no order book.</p>}
    </Panel>
  );
}

function Book({ market }: { readonly market: MarketFact }): ReactNode {
  const book = useTopic('book', market.instrument);
  if (book === undefined) return <Skeleton lines={LEVELS} size="row" label="Loading the order book" />;
  if (book === null) return <p className={css.nothing}>The venue has not told its order book yet.</p>;
  if (book.bids.length + book.asks.length === 0) return <p className={css.nothing}>The order book is not known: the feed is down, or nobody offers anything. It comes back by itself.</p>;
  return <Ladder book={book} market={market} />;
}

function Trades({ market }: { readonly market: MarketFact }): ReactNode {
  const trades = useTopic('trades', market.instrument);
  if (trades === undefined) return <Skeleton lines={LEVELS} size="row" label="Loading the trades" />;
  if (trades.length === 0) return <p className={css.nothing}>No trade heard yet.</p>;
  // Said once: the column is narrow.
  const [, zone = 'Time'] = clockOf(trades[0]?.tsEvent ?? 0);
  return (
    <table className={css.ladder}>
      <caption>Of others: ▲ bought, ▼ sold at once</caption>
      <thead><tr><th scope="col">Price, {market.quoteCurrency}</th><th scope="col">Quantity</th><th scope="col">{zone}</th></tr></thead>
      <tbody>
        {trades.slice(-TRADES).reverse().map(({ id, side, price, quantity, tsEvent }) => (
          <tr key={id}>
            <td className={side === null ? undefined : side === 'buy' ? css.bid : css.ask}>
              {side === null ? '' : <><span aria-hidden="true">{side === 'buy' ? '▲ ' : '▼ '}</span><span className="spoken">{side === 'buy' ? 'bought ' : 'sold '}</span></>}
              <Num value={price} places={market.priceDecimals} />
            </td>
            <td><Num value={quantity} places={market.quantityDecimals} /></td><td><time dateTime={new Date(tsEvent).toISOString()} title={formatUtc(tsEvent)}>{clockOf(tsEvent)[0]}</time></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The time of day, and the zone that it is in. */
function clockOf(at: number): readonly string[] {
  return formatTime(at, 'second').split(' ');
}

function Ladder({ book, market }: { readonly book: DepthFact; readonly market: MarketFact }): ReactNode {
  const asks = book.asks.slice(0, LEVELS);
  const bids = book.bids.slice(0, LEVELS);
  const most = Math.max(0, ...[...asks, ...bids].map(([, quantity]) => Number(quantity)));
  const row = ([price, quantity]: PriceLevel, side: 'bid' | 'ask'): ReactNode => (
    <tr key={`${side}${price}`}>
      <td className={css[side]}><span className="spoken">{side === 'bid' ? 'Bid' : 'Ask'} </span><Num value={price} places={market.priceDecimals} /></td>
      <td>
        <svg className={css.depth} width="32" height="8" aria-hidden="true"><rect className={css[`${side}Bar`]} x={0} width={most === 0 ? 0 : (32 * Number(quantity)) / most} height="8" /></svg>
        <Num value={quantity} places={market.quantityDecimals} />
      </td>
    </tr>
  );
  return (
    <table className={css.ladder}>
      <caption className="spoken">Order book: what is offered above the spread, what is bid below it</caption>
      <thead><tr><th scope="col">Price, {market.quoteCurrency}</th><th scope="col">Quantity</th></tr></thead>
      <tbody>{[...asks].reverse().map((level) => row(level, 'ask'))}</tbody>
      <tbody className={css.spread}><tr><th scope="row">Spread</th><td><Spread bid={bids[0]} ask={asks[0]} places={market.priceDecimals} /></td></tr></tbody>
      <tbody>{bids.map((level) => row(level, 'bid'))}</tbody>
    </table>
  );
}

/** How far the best of both sides are apart, and the same in hundredths of a percent of the price. */
function Spread({ bid, ask, places }: { readonly bid: PriceLevel | undefined; readonly ask: PriceLevel | undefined; readonly places: number }): ReactNode {
  if (bid === undefined || ask === undefined) return 'one side is empty';
  const apart = Number(ask[0]) - Number(bid[0]);
  return <><Num value={apart} places={places} /> · <Num value={(apart / Number(bid[0])) * 10_000} places={1} unit="bp" /></>;
}
