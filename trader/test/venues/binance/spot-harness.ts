import { Random } from '../../../src/domain/random.ts';
import { SpotGateway, spotListings, type SpotSpec } from '../../../src/adapters/binance/gateway.ts';
import { Signer } from '../../../src/adapters/binance/signing.ts';
import type { VenueListing } from '../../../src/ports/venue.ts';
import type { VenueHarness } from '../../contract/venue-gateway.ts';
import { SpotServer } from './spot-server.ts';

// The example account of Binance's own documentation (rest-api.md, "HMAC Keys").
/** The key of it. */
export const EXAMPLE_KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
/** Its secret, published by Binance. */
export const EXAMPLE_SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';

const BTC: VenueListing = {
  symbol: 'BTCUSDT',
  instrument: { id: 'BTC-USDT.BINANCE', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 2, quantityScale: 5, tickSize: 1, lotSize: 1, minNotional: 50_000_000 },
};

/** Binance spot under the suite. */
export const BINANCE_SPOT: VenueHarness = {
  name: 'Binance spot',
  secrets: [EXAMPLE_KEY, EXAMPLE_SECRET],
  listing: BTC,
  without: {
    V18: 'spot has no reduce-only orders', V36: 'spot has no reduce-only orders', V38: 'Binance says "Market is closed." for a symbol that is halted, too',
    ...Object.fromEntries(['V59', 'V120', 'V121', 'V122', 'V123'].map((id) => [id, 'spot amends nothing but a smaller quantity'])),
    ...Object.fromEntries(['V125', 'V126', 'V127'].map((id) => [id, 'spot has no dead-man switch'])),
    V145: 'spot sells nothing that is not held', V146: 'spot pays no funding', V147: 'spot charges nothing of its own accord',
  },
  serve: async (clock) => {
    const server = new SpotServer({ key: EXAMPLE_KEY, secret: EXAMPLE_SECRET, now: () => clock.now() });
    const host = await server.listen();
    const spec = (signer: Signer): SpotSpec => ({ hosts: { rest: `http://${host}`, stream: `ws://${host}/ws-api/v3` }, signer, clock, random: new Random(7), onUnreadable: () => undefined });
    return {
      server,
      gateway: (keys) => new SpotGateway(spec(keys === 'good' ? new Signer(EXAMPLE_KEY, EXAMPLE_SECRET) : new Signer('unknown', 'unknown')), [BTC]),
      listings: () => spotListings(spec(new Signer(EXAMPLE_KEY, EXAMPLE_SECRET))),
    };
  },
};
