'use client';

import type { ReactNode } from 'react';
import type { MarketFact } from 'trader/contract';
import { Num, Pct } from '../numbers.tsx';
import { Panel } from '../panel.tsx';
import { useTopic } from '../../data/stream.ts';
import css from './trade.module.css';

/** The markets of the run with their last price and what a day did to it. */
export function Watchlist({ markets, chosen, onChoose }: { readonly markets: readonly MarketFact[]; readonly chosen: string; readonly onChoose: (instrument: string) => void }): ReactNode {
  const prices = useTopic('prices');
  return (
    <Panel title="Markets" note="Last price · 24 h" flush>
      <ul className={css.markets}>
        {markets.map((market) => {
          const last = prices?.get(market.instrument)?.last ?? market.last;
          const [symbol, venue] = splitInstrument(market.instrument);
          return (
            <li key={market.instrument}>
              <button type="button" className={css.market} aria-current={market.instrument === chosen ? 'true' : undefined} onClick={() => onChoose(market.instrument)}>
                <span className={css.symbol}>{symbol}<span className={css.venue}>{venue}</span></span>
                <span className={css.last}>
                  <Num value={last} places={market.priceDecimals} why="no price yet" />
                  <Pct ratio={dayChange(last, market.dayAgo)} change why="no price of a day before" />
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

/** `BTC-USDT.BINANCE` as its two parts. */
export function splitInstrument(instrument: string): readonly [symbol: string, venue: string] {
  const point = instrument.lastIndexOf('.');
  return point < 0 ? [instrument, ''] : [instrument.slice(0, point), instrument.slice(point + 1)];
}

/** The change of a day as a share; null while either price is not known. */
export function dayChange(last: string | null, dayAgo: string | null): number | null {
  return last === null || dayAgo === null || Number(dayAgo) === 0 ? null : Number(last) / Number(dayAgo) - 1;
}
