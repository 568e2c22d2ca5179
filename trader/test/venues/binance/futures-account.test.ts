import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FuturesGateway } from '../../../src/adapters/binance/futures-gateway.ts';
import { SpotGateway } from '../../../src/adapters/binance/gateway.ts';
import { Signer } from '../../../src/adapters/binance/signing.ts';
import { Order } from '../../../src/domain/order.ts';
import { Random } from '../../../src/domain/random.ts';
import { VenueError } from '../../../src/domain/venue-error.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { Ear } from '../../contract/venue-gateway.ts';
import { BINANCE_FUTURES } from './futures-harness.ts';
import { FuturesServer } from './futures-server.ts';
import { EXAMPLE_KEY, EXAMPLE_SECRET } from './spot-harness.ts';

const SIGNER = new Signer(EXAMPLE_KEY, EXAMPLE_SECRET);
const { listing } = BINANCE_FUTURES;

/** Real time, but for waits of this length, which are over at once. */
function hurrying(over: number): Clock {
  return {
    now: () => Date.now(),
    after: (delayMs, work) => {
      const timer = setTimeout(work, delayMs === over ? 40 : delayMs);
      return () => { clearTimeout(timer); };
    },
  };
}

interface Scene {
  readonly server: FuturesServer;
  readonly host: string;
  readonly ear: Ear;
  gateway(): FuturesGateway;
}

async function scene(play: (scene: Scene) => Promise<void>, clock = hurrying(0)): Promise<void> {
  const server = new FuturesServer({ key: EXAMPLE_KEY, secret: EXAMPLE_SECRET, clock });
  const host = await server.listen();
  const made: FuturesGateway[] = [];
  const gateway = () => {
    const one = new FuturesGateway({ hosts: { rest: `http://${host}`, stream: `ws://${host}` }, signer: SIGNER, clock, random: new Random(3), onUnreadable: assert.fail }, [listing]);
    made.push(one);
    return one;
  };
  try {
    await play({ server, host, ear: new Ear(), gateway });
  } finally {
    await Promise.all(made.map((one) => one.close()));
    await server.close();
  }
}

const order = (ordinal: number) => new Order({ run: 'usdm', name: 'test', index: 0 }, 1, ordinal, 'target', 0, 'sell', 'limit', 'gtc', 100, 1_000, 0);

async function refused(request: Promise<unknown>): Promise<VenueError> {
  const error = await request.then(() => assert.fail('this should have been refused'), (reason: unknown) => reason);
  assert.ok(error instanceof VenueError);
  return error;
}

test('an account in hedge mode is refused when the stream opens, in a snapshot and by the venue, each in plain words', async () => {
  await scene(async ({ server, gateway, ear }) => {
    const account = gateway();
    await account.submit(order(0));
    server.trade(order(0).clientOrderId, { price: '100', quantity: '0.1', fee: '0', feeCurrency: 'USDT', liquidity: 'maker' });
    server.hedge(true);
    for (const error of [await refused(account.open(ear)), await refused(account.snapshot())]) {
      assert.equal(error.reason, 'not-permitted');
      assert.match(error.message, /hedge mode.*one-way mode/);
    }
    assert.equal((await refused(account.submit(order(1)))).reason, 'not-permitted');
    assert.equal(server.streams, 0);
  });
});

test('a listen key is kept alive while the stream is up, and a stream whose key is gone gets another', async () => {
  await scene(async ({ server, gateway, ear }) => {
    await gateway().open(ear);
    const kept = () => server.requests.filter((request) => request === 'PUT /fapi/v1/listenKey').length;
    await ear.until('two signs of life', () => kept() >= 2);
    assert.deepEqual(ear.connections, ['up']);
    server.loseKey();
    await ear.until('another key', () => ear.connections.length === 3);
    assert.deepEqual(ear.connections, ['up', 'down', 'up']);
    assert.equal(server.requests.filter((request) => request === 'POST /fapi/v1/listenKey').length, 2);
  }, hurrying(25 * 60_000));
});

test('leverage and margin mode are read, and set on request, once more to the same without a complaint', async () => {
  await scene(async ({ gateway }) => {
    const account = gateway();
    assert.deepEqual(await account.margin(0), { isolated: false, leverage: 21 });
    for (let i = 0; i < 2; i++) await account.setMargin(0, { isolated: true, leverage: 3 });
    assert.deepEqual(await account.margin(0), { isolated: true, leverage: 3 });
  });
});

test('an order is changed after a restart too, when its side is not remembered, and a change to what it is already is none', async () => {
  await scene(async ({ server, gateway }) => {
    const { venueOrderId } = await gateway().submit(order(0));
    const ref = { clientOrderId: order(0).clientOrderId, venueOrderId, instrument: 0 };
    const again = gateway();
    await again.amend(ref, 990, 70);
    await again.amend(ref, 990, 70);
    assert.deepEqual(server.orders.map(({ price, quantity }) => [price, quantity]), [['99', '0.07']]);
  });
});

test('where nobody tells what keys may do, a check says that it does not know, and unknown keys are still refused', async () => {
  await scene(async ({ host, gateway }) => {
    const { clockSkewMs, ...rest } = await gateway().checkKeys();
    assert.ok(Math.abs(clockSkewMs) < 1_000, String(clockSkewMs));
    assert.deepEqual(rest, { canTrade: undefined, canWithdraw: undefined, addressBound: undefined });
    const around = { signer: new Signer('unknown', 'unknown'), clock: hurrying(0), random: new Random(1), onUnreadable: assert.fail };
    const stranger = new FuturesGateway({ ...around, hosts: { rest: `http://${host}`, stream: `ws://${host}` } }, []);
    assert.equal((await refused(stranger.checkKeys())).failure, 'unauthorised');
    await stranger.close();
    const spot = new SpotGateway({ ...around, hosts: { rest: `http://${host}`, stream: `ws://${host}` } }, []);
    assert.equal((await refused(spot.checkKeys())).failure, 'unauthorised');
    await spot.close();
  });
});

test('a position that the venue takes away is told as a trade, under the id that the venue gave it', async () => {
  await scene(async ({ server, gateway, ear }) => {
    await gateway().open(ear);
    // "Event: Order Update": a liquidation's execution type is CALCULATED, and its client id begins with autoclose-.
    server.say(JSON.stringify({
      e: 'ORDER_TRADE_UPDATE', E: 1568879465651, T: 1568879465650,
      o: { s: 'BTCUSDT', c: 'autoclose-1568879465650', S: 'SELL', o: 'LIMIT', f: 'IOC', q: '0.010', p: '9910', ap: '9910', sp: '0', x: 'CALCULATED', X: 'FILLED', i: 8886774, l: '0.010', z: '0.010', L: '9910', N: 'USDT', n: '0.5', T: 1568879465650, t: 7, b: '0', a: '0', m: false, R: true },
    }));
    await ear.until('the trade', () => ear.fills.length === 1);
    assert.deepEqual([ear.fills[0]?.clientOrderId, ear.fills[0]?.quantity, ear.fills[0]?.fee, ear.orders[0]?.status], ['autoclose-1568879465650', 10, '0.5', 'filled']);
  });
});

test('trades of orders that the venue has forgotten after ninety days are nobody\'s, and those after them are read', async () => {
  await scene(async ({ server, gateway }) => {
    const trade = { price: '100', quantity: '0.1', fee: '0', feeCurrency: 'USDT', liquidity: 'maker' } as const;
    await gateway().submit(order(0));
    server.trade(order(0).clientOrderId, trade);
    server.skewClock(100 * 86_400_000, true);
    const later = gateway();
    const place = await later.placeNow();
    await later.submit(order(1));
    server.trade(order(1).clientOrderId, trade);
    const { fills } = await later.fillsSince(place);
    assert.deepEqual(fills.map(({ clientOrderId }) => clientOrderId), ['', order(1).clientOrderId]);
  });
});
