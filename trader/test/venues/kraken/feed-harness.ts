import { KrakenFeed } from '../../../src/adapters/kraken/market-feed.ts';
import type { KrakenListing } from '../../../src/adapters/kraken/listing.ts';
import { Random } from '../../../src/domain/random.ts';
import type { FeedHarness } from '../../contract/market-feed.ts';
import { KrakenMarketServer } from './market-server.ts';

const SYMBOLS = ['BTC/USD', 'ETH/USD', 'SOL/USD'];

const LISTINGS = SYMBOLS.map((symbol): KrakenListing => ({
  symbol, altname: symbol.replace('BTC', 'XBT').replace('/', ''), priceDecimals: 1, quantityDecimals: 8,
  instrument: { id: `${symbol.replace('/', '-')}.KRAKEN`, assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 1, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 },
}));

/** The market of Kraken spot under the suite. */
export const KRAKEN_FEED: FeedHarness = {
  name: 'Kraken',
  listings: LISTINGS,
  intervalMs: 60_000, oddIntervalMs: 7 * 60_000, page: 720,
  without: {
    F7: 'the stream never says that a bar has ended: its end is told once, when it is clear',
    F33: 'REST has the newest 720 bars of a length, and none before them',
  },
  serve: async (clock) => {
    const server = new KrakenMarketServer({ clock, symbols: SYMBOLS });
    const host = await server.listen();
    return { server, host, feed: (onUnreadable) => new KrakenFeed({ hosts: { rest: `http://${host}`, stream: `ws://${host}` }, clock, random: new Random(7), onUnreadable }, LISTINGS) };
  },
};
