import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { AlpacaGateway } from '../../src/adapters/alpaca/gateway.ts';
import { readListings } from '../../src/adapters/alpaca/listing.ts';
import { Signer } from '../../src/adapters/alpaca/signing.ts';
import { Order } from '../../src/domain/order.ts';
import { Random } from '../../src/domain/random.ts';
import { AlpacaServer } from '../venues/alpaca/alpaca-server.ts';
import { assetsBody } from '../venues/alpaca/alpaca-words.ts';
import { FastClock } from '../venues/fast-clock.ts';
import { Ear, fails } from './venue-gateway.ts';

const LISTINGS = readListings([...assetsBody('us_equity'), ...assetsBody('crypto')], () => undefined);
const SHARE = 1_000_000_000;

/** An account with shares and coins, and what its stream tells. */
async function account(context: TestContext) {
  const clock = new FastClock();
  const server = new AlpacaServer({ key: 'k', secret: 's', now: () => clock.now(), symbol: 'AAPL', binary: true });
  const host = await server.listen();
  const passedOver: string[] = [];
  const connect = () => new AlpacaGateway({
    hosts: { rest: `http://${host}`, stream: `ws://${host}/stream` }, signer: new Signer('k', 's'), clock, random: new Random(1), onUnreadable: (what) => { passedOver.push(what); },
  }, LISTINGS);
  const [gateway, another] = [connect(), connect()];
  context.after(async () => {
    await gateway.close();
    await another.close();
    await server.close();
  });
  return { server, gateway, another, clock, passedOver, ear: new Ear() };
}

let made = 0;

function order(instrument: number, quantity: number): Order {
  made += 1;
  return new Order({ run: 'test', name: 'alpaca', index: 0 }, 1, made, 'target', instrument, 'buy', 'limit', 'gtc', quantity, 150_000_000_000, 0);
}

const trade = (quantity: string) => ({ price: '150.1234', quantity, fee: '0', feeCurrency: 'USD', liquidity: 'taker' as const });

test('an order that a person replaces keeps our id, and what it had traded counts with what its successor trades', async (context) => {
  const { server, gateway, ear } = await account(context);
  await gateway.open(ear);
  const placed = order(0, 10 * SHARE);
  const { venueOrderId: first } = await gateway.submit(placed);
  server.trade(placed.clientOrderId, trade('4'));
  const second = server.replace(placed.clientOrderId, '6');
  await ear.until('the successor', () => ear.orders.some(({ venueOrderId }) => venueOrderId === second));
  server.trade(placed.clientOrderId, trade('1'));
  const third = server.replace(placed.clientOrderId, '5');
  server.trade(placed.clientOrderId, trade('5'));
  await ear.until('the end', () => ear.orders.some(({ status }) => status === 'filled'));
  assert.ok(ear.orders.every(({ clientOrderId }) => clientOrderId === placed.clientOrderId), 'every state is told under our id');
  assert.deepEqual(ear.fills.map(({ clientOrderId, quantity, venueOrderId }) => [clientOrderId, quantity, venueOrderId]), [
    [placed.clientOrderId, 4 * SHARE, first], [placed.clientOrderId, SHARE, second], [placed.clientOrderId, 5 * SHARE, third],
  ]);
  for (const venueOrderId of [first, undefined]) {
    const told = await gateway.lookUp({ clientOrderId: placed.clientOrderId, venueOrderId, instrument: 0 });
    assert.deepEqual([told?.clientOrderId, told?.venueOrderId, told?.quantity, told?.filled, told?.status], [placed.clientOrderId, third, 10 * SHARE, 10 * SHARE, 'filled']);
  }
});

test('after a restart the trades of a replaced order are still ours, and canceling by the old id ends its successor', async (context) => {
  const { server, gateway } = await account(context);
  const placed = order(0, 10 * SHARE);
  const { venueOrderId } = await gateway.submit(placed);
  const successor = server.replace(placed.clientOrderId, '7');
  server.trade(placed.clientOrderId, trade('2'));
  const ref = { clientOrderId: placed.clientOrderId, venueOrderId, instrument: 0 };
  assert.deepEqual((await gateway.fillsSince(undefined)).fills.map(({ clientOrderId, venueOrderId: at }) => [clientOrderId, at]), [[placed.clientOrderId, successor]]);
  assert.deepEqual((await gateway.snapshot()).openOrders.map(({ clientOrderId, venueOrderId: at }) => [clientOrderId, at]), [[placed.clientOrderId, successor]]);
  await gateway.cancel(ref);
  const told = await gateway.lookUp(ref);
  assert.deepEqual([told?.status, told?.filled, told?.venueOrderId], ['canceled', 2 * SHARE, successor]);
});

test('trades of orders that the journal recalls are given to them without asking, and a replaced one still counts whole', async (context) => {
  const { server, gateway, another: later } = await account(context);
  const placed = order(0, 10 * SHARE);
  await gateway.submit(placed);
  server.trade(placed.clientOrderId, trade('4'));
  const successor = server.replace(placed.clientOrderId, '6');
  server.trade(placed.clientOrderId, trade('1'));
  const { clientOrderId } = placed;
  later.recall([{ clientOrderId, venueOrderId: successor, instrument: 0 }]);
  const before = server.requests.length;
  assert.equal((await later.fillsSince(undefined)).fills.at(-1)?.clientOrderId, clientOrderId);
  assert.equal(server.requests.length, before + 2, 'one page of trades, and one question after the order that was replaced');
  const told = await later.lookUp({ clientOrderId, venueOrderId: successor, instrument: 0 });
  assert.deepEqual([told?.clientOrderId, told?.quantity, told?.filled], [clientOrderId, 10 * SHARE, 5 * SHARE]);
});

test('each event of the stream leaves the order in the state that Alpaca means', async (context) => {
  const { server, gateway, ear, passedOver } = await account(context);
  await gateway.open(ear);
  const placed = order(0, SHARE);
  await gateway.submit(placed);
  for (const [status, event] of [
    ['done_for_day', 'done_for_day'], ['stopped', 'stopped'], ['suspended', 'suspended'], ['pending_cancel', 'pending_cancel'], ['new', 'order_cancel_rejected'], ['pending_replace', 'pending_replace'], ['new', 'order_replace_rejected'], ['expired', 'expired'],
  ] as const) server.move(placed.clientOrderId, status, event);
  await ear.until('the end', () => ear.orders.some(({ status }) => status === 'expired'));
  assert.deepEqual(ear.orders.map(({ status }) => status), ['open', 'open', 'open', 'open', 'open', 'open', 'open', 'open', 'expired']);
  assert.deepEqual(passedOver, []);
});

test('shares and coins of one account are held apart, coins under the symbol without its stroke', async (context) => {
  const { server, gateway } = await account(context);
  const coins = LISTINGS.findIndex(({ symbol }) => symbol === 'BTC/USD');
  const [share, coin] = [order(0, 2 * SHARE), order(coins, 500_000)];
  await gateway.submit(share);
  await gateway.submit(coin);
  server.trade(share.clientOrderId, trade('2'));
  server.trade(coin.clientOrderId, trade('0.0005'));
  const { positions, balances } = await gateway.snapshot();
  assert.deepEqual(positions, [{ instrument: 0, quantity: 2 * SHARE }, { instrument: coins, quantity: 500_000 }]);
  assert.equal(balances['USD'], '99699.6781383', '100 000 less 2.0005 times 150.1234');
  assert.deepEqual(gateway.capabilities.types, ['market', 'limit', 'stop-limit'], 'what every instrument of the account can have');
  assert.equal((await gateway.fillsSince(undefined)).fills.length, 2);
});

test('fills of one moment that are listed in another order later are found, each once', async (context) => {
  const { server, gateway, clock } = await account(context);
  const placed = order(0, 10 * SHARE);
  await gateway.submit(placed);
  server.trade(placed.clientOrderId, trade('1'));
  const { place } = await gateway.fillsSince(undefined);
  server.trade(placed.clientOrderId, trade('2'));
  server.swapLastTrades();
  const second = await gateway.fillsSince(place);
  assert.deepEqual(second.fills.map(({ quantity }) => quantity), [2 * SHARE]);
  await clock.pause(11_000);
  server.trade(placed.clientOrderId, trade('3'));
  const third = await gateway.fillsSince(second.place);
  assert.deepEqual(third.fills.map(({ quantity }) => quantity), [3 * SHARE]);
  assert.equal(JSON.parse(third.place).seen.length, 1, 'what is older than ten seconds is settled');
});

test('more open orders than a page are all listed, and one of options that we cannot read is in nobody\'s way', async (context) => {
  const { server, gateway, ear, passedOver } = await account(context);
  await gateway.open(ear);
  server.placeLegs();
  const placed = new Set(Array.from({ length: 1_100 }, () => server.placeForeign()));
  const { openOrders } = await gateway.snapshot();
  assert.deepEqual(new Set(openOrders.map(({ venueOrderId }) => venueOrderId)), placed);
  assert.equal(openOrders.length, 1_100);
  await ear.until('all of them', () => ear.orders.length === 1_100);
  assert.deepEqual(passedOver, ['a trade update (new)']);
});

test('a cancel of all that leaves an order open says which one, and has ended the others', async (context) => {
  const { server, gateway } = await account(context);
  const [stuck, other] = [order(0, SHARE), order(0, SHARE)];
  const { venueOrderId } = await gateway.submit(stuck);
  await gateway.submit(other);
  server.stick(stuck.clientOrderId);
  const another = order(0, SHARE);
  await gateway.submit(another);
  await fails(gateway.cancelAll(0), 'unknown-outcome');
  assert.deepEqual((await gateway.snapshot()).openOrders.map(({ clientOrderId }) => clientOrderId), [stuck.clientOrderId], 'nor does it keep others of its instrument open');
  await gateway.submit(order(0, SHARE));
  assert.ok((await fails(gateway.cancelAll(), 'unknown-outcome')).message.includes(venueOrderId));
  assert.deepEqual((await gateway.snapshot()).openOrders.map(({ clientOrderId }) => clientOrderId), [stuck.clientOrderId]);
});

test('a history longer than the limit of a minute is read to its end, and a gateway that is closed meanwhile stops reading', async (context) => {
  const { server, gateway, another } = await account(context);
  const placed = order(0, 20_000 * SHARE);
  await gateway.submit(placed);
  for (let i = 0; i < 300; i++) server.trade(placed.clientOrderId, trade('1'));
  const reading = gateway.fillsSince(undefined);
  server.failNext('read', 'rate-limited');
  assert.equal((await reading).fills.length, 300);
  server.failNext('read', 'rate-limited');
  const cut = fails(another.fillsSince(undefined), 'unreachable');
  setTimeout(() => { void another.close(); }, 50);
  await cut;
});

test('a key check says what stands in the way of trading', async (context) => {
  const { server, gateway } = await account(context);
  assert.deepEqual((await gateway.checkKeys()).notes, []);
  server.grantKeys({ trade: false, withdraw: false, addressBound: false });
  const { canTrade, notes } = await gateway.checkKeys();
  assert.deepEqual([canTrade, notes], [false, ['trading is blocked on the account']]);
});
