'use client';

import type { ReactNode } from 'react';
import type { MarketFact } from 'trader/contract';
import { Num, Pct } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { useLastPrice } from '../../data/last-price.ts';
import { splitInstrument } from './instrument-name.tsx';
import css from './trade.module.css';

/** The markets of the run with their last price and what a day did to it. */
export function Watchlist({ markets, chosen, onChoose }: { readonly markets: readonly MarketFact[]; readonly chosen: string; readonly onChoose: (instrument: string) => void }): ReactNode {
  return (
    <Panel title="Markets" note="Last price · 24 h" flush>
      <ul className={css.markets}>{markets.map((market) => <li key={market.instrument}><Watched market={market} chosen={market.instrument === chosen} onChoose={onChoose} /></li>)}</ul>
    </Panel>
  );
}

function Watched({ market, chosen, onChoose }: { readonly market: MarketFact; readonly chosen: boolean; readonly onChoose: (instrument: string) => void }): ReactNode {
  const { last } = useLastPrice(market);
  const [symbol, venue] = splitInstrument(market.instrument);
  return (
    <button type="button" className={css.market} aria-current={chosen ? 'true' : undefined} onClick={() => onChoose(market.instrument)}>
      <span className={css.symbol}>{symbol}<span className={css.venue}>{venue}</span></span>
      <span className={css.last}>
        <Num value={last} places={market.priceDecimals} why="no price yet" />
        <Pct ratio={dayChange(last, market.dayAgo)} change why="no price of a day before" />
      </span>
    </button>
  );
}

/** The change of a day as a share; null while either price is not known. */
export function dayChange(last: string | null, dayAgo: string | null): number | null {
  return last === null || dayAgo === null || Number(dayAgo) === 0 ? null : Number(last) / Number(dayAgo) - 1;
}
