import { FuturesGateway, futuresListings, type FuturesSpec } from '../../../src/adapters/binance/futures-gateway.ts';
import { Signer } from '../../../src/adapters/binance/signing.ts';
import { Random } from '../../../src/domain/random.ts';
import type { VenueListing } from '../../../src/ports/venue.ts';
import type { VenueHarness } from '../../contract/venue-gateway.ts';
import { FuturesServer } from './futures-server.ts';
import { EXAMPLE_KEY, EXAMPLE_SECRET } from './spot-harness.ts';

const BTC: VenueListing = {
  symbol: 'BTCUSDT',
  instrument: { id: 'BTC-USDT-PERP.BINANCE', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 1, quantityScale: 3, tickSize: 1, lotSize: 1, minNotional: 1_000_000 },
};

/** Binance USD-M futures under the suite. */
export const BINANCE_FUTURES: VenueHarness = {
  name: 'Binance USD-M',
  secrets: [EXAMPLE_KEY, EXAMPLE_SECRET],
  listing: BTC,
  without: { V103: 'futures close a connection without announcing it (V100)' },
  serve: async (clock) => {
    const server = new FuturesServer({ key: EXAMPLE_KEY, secret: EXAMPLE_SECRET, clock });
    const host = await server.listen();
    const spec = (signer: Signer): FuturesSpec => ({
      hosts: { rest: `http://${host}`, stream: `ws://${host}`, wallet: `http://${host}` }, signer, clock, random: new Random(7), onUnreadable: () => undefined,
    });
    return {
      server,
      gateway: (keys) => new FuturesGateway(spec(keys === 'good' ? new Signer(EXAMPLE_KEY, EXAMPLE_SECRET) : new Signer('unknown', 'unknown')), [BTC]),
      listings: () => futuresListings(spec(new Signer(EXAMPLE_KEY, EXAMPLE_SECRET))),
    };
  },
};
