import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../../test/command-line.ts';
import { SpotServer } from '../../../test/venues/binance/spot-server.ts';
import { Random } from '../../domain/random.ts';
import { Secret } from '../../domain/secret.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import { Refusal } from '../refusal.ts';
import { LiveConsent } from './live-consent.ts';
import type { Surroundings } from './surroundings.ts';
import { connectFeed, connectStopper, connectVenue } from './venue-connection.ts';
import { WALL_CLOCK } from './wall-clock.ts';

const NO_KEYS: SecretStore = { read: () => Promise.resolve(undefined) };
const KEYS: SecretStore = { read: (name) => Promise.resolve(new Secret(name.endsWith('KEY') ? 'key' : 'secret')) };

async function withVenue(check: (around: Surroundings, server: SpotServer) => Promise<void>): Promise<void> {
  const server = new SpotServer({ key: 'key', secret: 'secret', now: Date.now });
  const [, port] = (await server.listen()).split(':');
  try {
    await check({ home: '', secrets: KEYS, clock: WALL_CLOCK, random: new Random(1), loopbackPort: Number(port), onUnreadable: () => undefined }, server);
  } finally {
    await server.close();
  }
}

const refused = (words: RegExp) => (error: unknown) => error instanceof Refusal && words.test(`${error.message} ${error.hint ?? ''}`);

test('an account is connected with the instruments that were named, in their order, and nothing is open yet', () => withVenue(async (around, server) => {
  const { gateway, feed, listings, accountCurrency, world } = await connectVenue('binance', 'sandbox', ['BTCUSDT'], around);
  assert.deepEqual([gateway.venue, feed.venue, listings.map(({ instrument }) => instrument.id), accountCurrency, world], ['binance', 'binance', ['BTC-USDT.BINANCE'], 'USDT', 'sandbox']);
  assert.deepEqual([server.streams, server.requests], [0, ['GET /api/v3/exchangeInfo']]);
}));

test('what is not listed is refused with what was meant, and so is an account without keys or in two currencies', () => withVenue(async (around) => {
  await assert.rejects(connectVenue('binance', 'sandbox', ['BTCUSDTT'], around), refused(/does not list BTCUSDTT Did you mean BTCUSDT\?/));
  await assert.rejects(connectVenue('binance', 'sandbox', ['BTCUSDT', 'BTC-USDT.BINANCE'], around), refused(/BTC-USDT\.BINANCE is named twice/));
  await assert.rejects(connectVenue('binance', 'sandbox', ['BTCUSDT'], { ...around, secrets: NO_KEYS }), refused(/no keys for binance, testnet .*keys add binance --testnet/));
  await assert.rejects(connectStopper('binance', 'live', { ...around, secrets: NO_KEYS }), refused(/no keys for binance, live/));
  const { listings } = await connectFeed('binance', [], { ...around, secrets: NO_KEYS });
  assert.deepEqual(listings.map(({ symbol }) => symbol), ['BTCUSDT'], 'a market takes no keys');
}));

test('what only looks like a consent opens no account of real money', () => withVenue(async (around, server) => {
  for (const access of [{ venue: 'binance' }, Object.create(LiveConsent.prototype) as object, 'live', 'binance']) {
    await assert.rejects(connectVenue('binance', Object(access) as LiveConsent, ['BTCUSDT'], around), refused(/nobody has consented to trade real money on binance/));
  }
  assert.deepEqual(server.requests, []);
}));

test('a consent that was made up does not compile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'consent-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'live.ts'), `
      import { LiveConsent } from '${join(ROOT, 'trader/src/app/wiring')}/live-consent.ts';
      declare function connect(access: 'sandbox' | LiveConsent): void;
      export function go(consent: LiveConsent): void {
        connect('sandbox');
        connect(consent);
        connect('live');
        connect({ venue: 'binance' });
        connect({ ...consent });
        connect(new LiveConsent('binance'));
      }
    `);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions: { typeRoots: [join(ROOT, 'node_modules/@types')] }, include: [], files: ['live.ts'] }));
    const { stdout } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' });
    const lines = [...stdout.matchAll(/live\.ts\((\d+),\d+\): error TS\d+/g)].map((match) => Number(match[1]));
    assert.deepEqual(lines, [7, 8, 9, 10], stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
