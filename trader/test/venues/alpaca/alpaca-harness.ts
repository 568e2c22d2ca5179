import { AlpacaGateway, alpacaListings, type AlpacaSpec } from '../../../src/adapters/alpaca/gateway.ts';
import { Signer } from '../../../src/adapters/alpaca/signing.ts';
import { Random } from '../../../src/domain/random.ts';
import type { VenueListing } from '../../../src/ports/venue.ts';
import type { VenueHarness } from '../../contract/venue-gateway.ts';
import { AlpacaServer } from './alpaca-server.ts';

const KEY = 'PKEXAMPLEEXAMPLE0001';
const SECRET = 'ExampleSecretExampleSecretExampleSecret0';

const AAPL: VenueListing = {
  symbol: 'AAPL',
  instrument: { id: 'AAPL.ALPACA', assetClass: 'equity', quoteCurrency: 'USD', priceScale: 6, quantityScale: 9, tickSize: 10_000, lotSize: 1_000_000_000, minNotional: 0 },
};

const BTC: VenueListing = {
  symbol: 'BTC/USD',
  instrument: { id: 'BTC-USD.ALPACA', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 9, quantityScale: 9, tickSize: 1_000_000_000, lotSize: 100_000, minNotional: 0 },
};

const WITHOUT = {
  V4: 'Alpaca looks at no time stamp', V5: 'Alpaca looks at no time stamp', V6: 'Alpaca looks at no time stamp',
  V15: 'there are no post-only orders', V35: 'there are no post-only orders', V18: 'there are no reduce-only orders', V36: 'there are no reduce-only orders', V145: 'there are no reduce-only orders',
  V32: 'Alpaca names no such reason', V39: 'Alpaca names no such reason', V41: 'Alpaca names no such reason',
  ...Object.fromEntries(['V59', 'V120', 'V121', 'V122', 'V123'].map((id) => [id, 'not offered, since an order that is replaced after a part of it has traded trades its whole quantity again'])),
  V72: 'there are no bans, only 429', V83: 'a trade names no fee', V84: 'a trade does not say who made and who took',
  V125: 'there is no dead-man switch', V126: 'there is no dead-man switch', V127: 'there is no dead-man switch',
  V132: 'Alpaca does not say what keys may do', V134: 'Alpaca does not say what keys may do', V148: 'a first start reads all trades',
};

/** An account of Alpaca under the suite, with one instrument. */
function harness(name: string, listing: VenueListing, paper: boolean, without: Readonly<Record<string, string>>): VenueHarness {
  return {
    name, listing, without, secrets: [KEY, SECRET], untold: { fee: '0', feeCurrency: 'USD', liquidity: 'taker' },
    serve: async (clock) => {
      const server = new AlpacaServer({ key: KEY, secret: SECRET, now: () => clock.now(), symbol: listing.symbol, binary: paper });
      const host = await server.listen();
      const spec = (signer: Signer): AlpacaSpec => ({ hosts: { rest: `http://${host}`, stream: `ws://${host}/stream` }, signer, clock, random: new Random(7), onUnreadable: () => undefined });
      return {
        server,
        gateway: (keys) => new AlpacaGateway(spec(keys === 'good' ? new Signer(KEY, SECRET) : new Signer('unknown', 'unknown')), [listing]),
        listings: async () => {
          const listed = await alpacaListings(spec(new Signer(KEY, SECRET)));
          return [...listed].sort((a) => (a.symbol === listing.symbol ? -1 : 0));
        },
      };
    },
  };
}

/** Shares, on a stream of binary frames as the paper endpoint has it. */
export const ALPACA_SHARES = harness('Alpaca shares', AAPL, true, WITHOUT);

/** Coins, on a stream of text frames as the live endpoint has it. */
export const ALPACA_COINS = harness('Alpaca coins', BTC, false, { ...WITHOUT, V14: 'coins have no fill or kill', ...Object.fromEntries(['V17', 'V140', 'V141', 'V142', 'V143'].map((id) => [id, 'coins have no stops but stop-limit orders'])) });
