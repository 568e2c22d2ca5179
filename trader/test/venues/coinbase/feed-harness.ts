import { CoinbaseFeed } from '../../../src/adapters/coinbase/market-feed.ts';
import { Random } from '../../../src/domain/random.ts';
import type { VenueListing } from '../../../src/ports/venue.ts';
import type { FeedHarness } from '../../contract/market-feed.ts';
import { CoinbaseMarketServer } from './market-server.ts';

/** The market of Coinbase spot, with these products. */
export function coinbaseFeed(symbols: readonly string[]): FeedHarness {
  const listings = symbols.map((symbol): VenueListing => ({
    symbol, instrument: { id: `${symbol}.COINBASE`, assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 },
  }));
  return {
    name: 'Coinbase', listings,
    intervalMs: 60_000, oddIntervalMs: 180_000, page: 350,
    without: { F7: 'the stream has no bars of a minute: they are asked for, and told once', F35: 'the stream has no bars of a minute: they are asked for, and told once, whether or not it is up' },
    serve: async (clock) => {
      const server = new CoinbaseMarketServer({ clock, symbols });
      const host = await server.listen();
      return { server, host, feed: (onUnreadable) => new CoinbaseFeed({ hosts: { rest: `http://${host}`, market: `ws://${host}` }, clock, random: new Random(7), onUnreadable }, listings) };
    },
  };
}

/** The market of Coinbase spot under the suite. */
export const COINBASE_FEED = coinbaseFeed(['BTC-USD', 'ETH-USD', 'SOL-USD']);
