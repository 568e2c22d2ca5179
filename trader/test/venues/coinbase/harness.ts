import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { Random } from '../../../src/domain/random.ts';
import { CoinbaseGateway, coinbaseListings, type CoinbaseSpec } from '../../../src/adapters/coinbase/gateway.ts';
import { Signer } from '../../../src/adapters/coinbase/signing.ts';
import type { VenueListing } from '../../../src/ports/venue.ts';
import type { VenueHarness } from '../../contract/venue-gateway.ts';
import { CoinbaseServer } from './server.ts';

const NAME = 'organizations/8f2b0c66-6a2e-4ac9-9d0c-5e2a2a7b1d10/apiKeys/4c1d7e0a-0d34-4d2c-8a53-0f6b8f0c9e21';

/** A key on P-256 in the way that Coinbase hands out ECDSA keys. */
function makePem(): string {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString();
}

/** The private half of that key, as Coinbase hands it out. */
export const TEST_PEM = makePem();
const STRANGE_PEM = makePem();

/** The key whose tokens the servers of tests take. */
export const TEST_KEY = { name: NAME, publicKey: createPublicKey(createPrivateKey(TEST_PEM)) };

/** A signer with that key. */
const testSigner = (): Signer => new Signer(NAME, TEST_PEM);

/** What the server lists first: quoted in USDT, as the suite's fees are. */
const TEST_LISTING: VenueListing = {
  symbol: 'BTC-USDT',
  instrument: { id: 'BTC-USDT.COINBASE', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 2, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 10_000_000_000 },
};

const because = (ids: readonly string[], reason: string) => Object.fromEntries(ids.map((id) => [id, reason]));

/** Coinbase Advanced Trade, spot, under the suite. */
export const COINBASE: VenueHarness = {
  name: 'Coinbase',
  secrets: [NAME, ...TEST_PEM.split('\n').filter((line) => line.length > 0 && !line.startsWith('-----'))],
  listing: TEST_LISTING,
  without: {
    ...because(['V5'], 'a token out of its time and a key that is unknown are refused with the same word, so where the venue\'s own clock agrees with ours it is told as unauthorised'),
    ...because(['V17', 'V140', 'V141', 'V142', 'V143'], 'a stop always has a limit'),
    ...because(['V18', 'V36', 'V145'], 'spot has no reduce-only orders and sells nothing that is not held'),
    ...because(['V22'], 'a client order id that is in use brings back its order and makes none; trader/test/contract/coinbase.test.ts shows it'),
    ...because(['V39'], 'its reasons have none for too many open orders'),
    ...because(['V75'], 'its limits are by the second, so a question waits for its turn instead of failing'),
    ...because(['V83'], 'a fee is always in the quote currency'),
    ...because(['V90', 'V91'], 'frames carry states and no trades, and are numbered; trader/test/contract/coinbase.test.ts shows what repeated, missing and late ones do'),
    ...because(['V125', 'V126', 'V127'], 'it has no dead-man switch'),
    ...because(['V147'], 'spot charges nothing of its own accord'),
    ...because(['V148'], 'a first start reads all trades'),
    ...because(['V134'], 'it does not tell whether a key is bound to addresses'),
  },
  serve: async (clock) => {
    const server = new CoinbaseServer({ key: TEST_KEY, clock });
    const host = await server.listen();
    const spec = (signer: Signer): CoinbaseSpec => ({ hosts: { rest: `http://${host}`, user: `ws://${host}` }, signer, clock, random: new Random(7), onUnreadable: () => undefined });
    return {
      server,
      gateway: (keys) => new CoinbaseGateway(spec(keys === 'good' ? testSigner() : new Signer('organizations/unknown/apiKeys/unknown', STRANGE_PEM)), [TEST_LISTING]),
      listings: () => coinbaseListings(spec(testSigner())),
    };
  },
};
