import { AlpacaFeed } from '../../../src/adapters/alpaca/market-feed.ts';
import { readListings } from '../../../src/adapters/alpaca/listing.ts';
import { Signer } from '../../../src/adapters/alpaca/signing.ts';
import { Random } from '../../../src/domain/random.ts';
import type { FeedHarness } from '../../contract/market-feed.ts';
import { assetsBody } from './alpaca-words.ts';
import { AlpacaMarketServer } from './market-server.ts';

const MINUTE = 60_000;

/** One of Alpaca's markets under the suite. */
function harness(name: string, kind: 'us_equity' | 'crypto', bars: string, stream: string): FeedHarness {
  const listings = readListings(assetsBody(kind), () => undefined);
  return {
    name, listings, intervalMs: MINUTE, oddIntervalMs: 90 * MINUTE, page: 1_000, without: { F38: 'there are no bans, only 429', F50: 'trades have numbers that are not counted one by one', F54: 'trades have numbers that are not counted one by one', ...Object.fromEntries(['F51', 'F52', 'F53'].map((id) => [id, 'quotes and books are not heard: its bars are of IEX or of its own coins, and what stands there is not the market\'s'])) },
    serve: async (clock) => {
      const server = new AlpacaMarketServer({ now: () => clock.now(), symbols: listings.map(({ symbol }) => symbol), bars, stream, key: 'k', secret: 's' });
      const host = await server.listen();
      return { server, host, feed: (onUnreadable) => new AlpacaFeed({ hosts: { data: `http://${host}`, dataStream: `ws://${host}` }, signer: new Signer('k', 's'), clock, random: new Random(7), onUnreadable }, listings) };
    },
  };
}

/** Shares, as IEX sees them. */
export const ALPACA_SHARES_FEED = harness('Alpaca shares', 'us_equity', '/v2/stocks/bars', '/v2/iex');

/** Coins. */
export const ALPACA_COINS_FEED = harness('Alpaca coins', 'crypto', '/v1beta3/crypto/us/bars', '/v1beta3/crypto/us');
