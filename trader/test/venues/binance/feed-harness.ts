import { FuturesFeed, SpotFeed } from '../../../src/adapters/binance/market-feed.ts';
import { Random } from '../../../src/domain/random.ts';
import type { VenueListing } from '../../../src/ports/venue.ts';
import type { FeedHarness } from '../../contract/market-feed.ts';
import { MarketServer, type MarketDialect } from './market-server.ts';

const listing = (symbol: string, id: string): VenueListing => ({
  symbol, instrument: { id, assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 2, quantityScale: 5, tickSize: 1, lotSize: 1, minNotional: 0 },
});

const MINUTE = 60_000;

const COMMON = { intervalMs: MINUTE, oddIntervalMs: 7 * MINUTE, page: 1_000 } as const;

const SPOT: Omit<MarketDialect, 'now'> = { rest: '/api/v3', streams: '/stream', told: 'subscribe-klines', asked: 'get-klines', symbols: ['BTCUSDT', 'ETHUSDT', 'BNBUSDT'], intervalMs: MINUTE };

/** The market of Binance spot under the suite. */
export const BINANCE_SPOT_FEED: FeedHarness = {
  ...COMMON,
  name: 'Binance spot',
  without: {},
  listings: SPOT.symbols.map((symbol) => listing(symbol, `${symbol.slice(0, 3)}-USDT.BINANCE`)),
  serve: async (clock) => {
    const server = new MarketServer({ ...SPOT, now: () => clock.now() });
    const host = await server.listen();
    const hosts = { data: `http://${host}`, dataStream: `ws://${host}` };
    return { server, host, feed: (onUnreadable) => new SpotFeed({ hosts, clock, random: new Random(7), onUnreadable }, BINANCE_SPOT_FEED.listings) };
  },
};

const FUTURES: Omit<MarketDialect, 'now'> = { ...SPOT, rest: '/fapi/v1', streams: '/market/stream', told: 'usdm-subscribe-klines', asked: 'usdm-get-klines' };

/** The market of Binance USD-M futures under the suite. */
export const BINANCE_FUTURES_FEED: FeedHarness = {
  ...COMMON,
  name: 'Binance USD-M',
  without: { F51: 'quotes and books are at another entry than bars and trades, which the feed does not open', F52: 'quotes and books are at another entry than bars and trades, which the feed does not open', F53: 'quotes and books are at another entry than bars and trades, which the feed does not open' },
  listings: FUTURES.symbols.map((symbol) => listing(symbol, `${symbol.slice(0, 3)}-USDT-PERP.BINANCE`)),
  serve: async (clock) => {
    const server = new MarketServer({ ...FUTURES, now: () => clock.now() });
    const host = await server.listen();
    const hosts = { rest: `http://${host}`, stream: `ws://${host}` };
    return { server, host, feed: (onUnreadable) => new FuturesFeed({ hosts, clock, random: new Random(7), onUnreadable }, BINANCE_FUTURES_FEED.listings) };
  },
};
