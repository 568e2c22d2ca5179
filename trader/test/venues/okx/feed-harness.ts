import { OkxFeed } from '../../../src/adapters/okx/market-feed.ts';
import { Random } from '../../../src/domain/random.ts';
import type { VenueListing } from '../../../src/ports/venue.ts';
import type { FeedHarness } from '../../contract/market-feed.ts';
import { OkxMarketServer } from './market-server.ts';

const SYMBOLS = ['BTC-USDT', 'ETH-USDT', 'SOL-USDT'];

const LISTINGS = SYMBOLS.map((symbol): VenueListing => ({
  symbol, instrument: { id: `${symbol}.OKX`, assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 1, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 },
}));

/** The market of OKX spot under the suite. */
export const OKX_FEED: FeedHarness = {
  name: 'OKX',
  listings: LISTINGS,
  intervalMs: 60_000, oddIntervalMs: 7 * 60_000, page: 100,
  without: {},
  serve: async (clock) => {
    const server = new OkxMarketServer({ clock, symbols: SYMBOLS });
    const host = await server.listen();
    return { server, host, feed: (onUnreadable) => new OkxFeed({ hosts: { rest: `http://${host}`, stream: `ws://${host}` }, clock, random: new Random(7), onUnreadable }, LISTINGS) };
  },
};
