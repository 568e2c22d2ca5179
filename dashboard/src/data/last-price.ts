import type { MarketFact } from 'trader/contract';
import { usePart } from './stream.ts';

/** A market's last price as exact text, and its market time. */
export interface LastPrice {
  readonly last: string | null;
  readonly at: number | null;
}

/** The last price of a market: what the stream of prices says, or what the market itself says where that is newer. */
export function useLastPrice(market: Pick<MarketFact, 'instrument' | 'last' | 'tsLast'>): LastPrice {
  const price = usePart('prices', (prices) => prices.get(market.instrument));
  return price !== undefined && price.tsEvent >= (market.tsLast ?? 0) ? { last: price.last, at: price.tsEvent } : { last: market.last, at: market.tsLast };
}
