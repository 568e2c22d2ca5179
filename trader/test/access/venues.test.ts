import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { NO_CONFIG } from '../../src/app/config.ts';
import { toRefusal } from '../../src/app/refusal.ts';
import { surroundings } from '../../src/app/wiring/surroundings.ts';
import { connectStopper, connectVenue } from '../../src/app/wiring/venue-connection.ts';
import { addKeys, parseKeys } from '../../src/app/wiring/venue-keys.ts';
import { VENUE_NAMES, worldsOf, type VenueName } from '../../src/app/wiring/venue-hosts.ts';
import { WALL_CLOCK } from '../../src/app/wiring/wall-clock.ts';
import { Secret } from '../../src/domain/secret.ts';
import { AlpacaServer } from '../venues/alpaca/alpaca-server.ts';
import { FuturesServer } from '../venues/binance/futures-server.ts';
import { SpotServer } from '../venues/binance/spot-server.ts';
import { CoinbaseServer } from '../venues/coinbase/server.ts';
import type { DialectServer } from '../venues/dialect-server.ts';
import { consentTo } from './consent.ts';

const [KEY, SECRET, NAME] = ['planted-key-4f1d8a', 'planted-secret-93b07e', 'organizations/planted/apiKeys/planted'];
const PEM = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString();

/** Each venue on loopback, keys that it knows as they are pasted, and an instrument of it. */
const VENUES: Readonly<Record<VenueName, { readonly serve: () => DialectServer & { listen(): Promise<string> }; readonly keys: string; readonly instrument: string }>> = {
  binance: { serve: () => new SpotServer({ key: KEY, secret: SECRET, now: Date.now }), keys: `${KEY}\n${SECRET}`, instrument: 'BTC-USDT.BINANCE' },
  'binance-usdm': { serve: () => new FuturesServer({ key: KEY, secret: SECRET, clock: WALL_CLOCK }), keys: `${KEY}\n${SECRET}`, instrument: 'BTC-USDT-PERP.BINANCE' },
  coinbase: {
    serve: () => new CoinbaseServer({ key: { name: NAME, publicKey: createPublicKey(createPrivateKey(PEM)) }, clock: WALL_CLOCK }),
    // As it stands in the file that Coinbase hands out, its line ends written as two letters.
    keys: `${NAME}\n${PEM.trim().replaceAll('\n', '\\n')}`, instrument: 'BTC-USDT.COINBASE',
  },
  alpaca: { serve: () => new AlpacaServer({ key: KEY, secret: SECRET, now: Date.now, symbol: 'AAPL', binary: true }), keys: `${KEY}\n${SECRET}`, instrument: 'AAPL.ALPACA' },
};

for (const venue of VENUE_NAMES) {
  test(`${venue}: keys are tested and kept, then open an account and its market, and end what is open`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'venues-'));
    const { serve, keys, instrument } = VENUES[venue];
    const server = serve();
    try {
      const [, port] = (await server.listen()).split(':');
      const config = { ...NO_CONFIG, home: join(folder, 'home'), loopbackPort: Number(port) };
      const around = surroundings(config, () => undefined);
      const secretOf = (value: string) => new Secret(value);
      // The sandbox, or the account of real money where there is none.
      const world = worldsOf(venue).at(-1)?.world ?? 'live';
      const unknown = await addKeys({ venue, world }, parseKeys('unknown\nunknown', secretOf), config, around).catch((error: unknown) => error);
      assert.match(toRefusal(unknown).code, /venue|usage/);
      assert.throws(() => statSync(join(config.home, 'secrets.env')), { code: 'ENOENT' });
      const { check, hints } = await addKeys({ venue, world }, parseKeys(keys, secretOf), config, around);
      assert.ok(check.canWithdraw !== true && check.canTrade !== false && Math.abs(check.clockSkewMs) < 2_000);
      assert.doesNotMatch(inspect([unknown, check, hints, config, around], { depth: 9 }), /planted|PRIVATE/);
      const { gateway, feed, listings } = await connectVenue(venue, world === 'sandbox' ? world : consentTo(venue, '1 USDT'), [instrument], around);
      assert.deepEqual([listings.length, listings[0]?.instrument.id], [1, instrument]);
      await gateway.close();
      await feed.close();
      server.placeForeign();
      const stopper = await connectStopper(venue, world, around);
      await stopper.cancelAll();
      assert.deepEqual((await stopper.snapshot()).openOrders, []);
      await stopper.close();
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
}
