import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WALL_CLOCK } from '../../../test/wall-clock.ts';
import { Random } from '../../domain/random.ts';
import { VenueError } from '../../domain/venue-error.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { SpotGateway } from './gateway.ts';
import { Signer } from './signing.ts';

const LISTING: VenueListing = {
  symbol: 'BNBBTC',
  instrument: { id: 'BNB-BTC.BINANCE', assetClass: 'crypto', quoteCurrency: 'BTC', priceScale: 6, quantityScale: 2, tickSize: 1, lotSize: 1, minNotional: 0 },
};

/** A trade as rest-api.md of github.com/binance/binance-spot-api-docs shows one, "Account trade list". */
const TRADE = {
  symbol: 'BNBBTC', id: 28457, orderId: 100234, orderListId: -1, price: '4.00000100', qty: '12.00000000', quoteQty: '48.000012', commission: '10.10000000',
  commissionAsset: 'BNB', time: 1499865549590, isBuyer: true, isMaker: false, isBestMatch: true,
};

/** Runs a gateway to a server that answers each path from a table; what it passed over is in the list. */
async function asking(answers: Readonly<Record<string, (url: URL) => unknown>>, work: (gateway: SpotGateway, passedOver: readonly string[]) => Promise<void>, listings = [LISTING]): Promise<void> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://venue');
    const path = url.pathname;
    const body = path === '/api/v3/time' ? { serverTime: Date.now() } : answers[path]?.(url);
    response.writeHead(typeof body === 'object' && body !== null && 'code' in body ? 400 : 200).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const passedOver: string[] = [];
  const gateway = new SpotGateway({
    hosts: { rest: `http://${host}`, stream: `ws://${host}/ws-api/v3` }, signer: new Signer('key', 'secret'), clock: WALL_CLOCK, random: new Random(1), onUnreadable: (what) => { passedOver.push(what); },
  }, listings);
  try {
    await work(gateway, passedOver);
  } finally {
    await gateway.close();
    server.closeAllConnections();
    server.close();
  }
}

test('a trade whose order cannot be found yet is not guessed at: reading fails, and succeeds when it can', async () => {
  let known = false;
  const order = () => known
    ? { symbol: 'BNBBTC', orderId: 100234, clientOrderId: 'ours', origQty: '12.00', executedQty: '12.00', status: 'FILLED', side: 'BUY', updateTime: 1499865549590 }
    : { code: -2013, msg: 'Order does not exist.' };
  await asking({ '/api/v3/myTrades': () => [TRADE], '/api/v3/order': order }, async (gateway) => {
    await assert.rejects(gateway.fillsSince(undefined), (error) => error instanceof VenueError && error.failure === 'unknown-outcome');
    known = true;
    const { fills, place } = await gateway.fillsSince(undefined);
    assert.deepEqual(fills, [{
      clientOrderId: 'ours', venueOrderId: '100234', instrument: 0, tradeId: '28457', side: 'buy', price: 4_000_001, quantity: 1_200, fee: '10.1', feeCurrency: 'BNB', liquidity: 'taker', tsEvent: 1499865549590,
    }]);
    assert.equal(place, '{"BNBBTC":"28457"}');
  });
});

test('money of which nothing is left is told as nothing, though the venue lists no zeros', async () => {
  await asking({ '/api/v3/openOrders': () => [], '/api/v3/account': () => ({ balances: [{ asset: 'BNB', free: '1.50000000', locked: '0.00000000' }] }) }, async (gateway) => {
    assert.deepEqual((await gateway.snapshot()).balances, { BTC: '0', BNB: '1.5' });
  });
});

test('one symbol whose orders cannot be canceled keeps no other from it, and is told', async () => {
  const other: VenueListing = { ...LISTING, symbol: 'ETHBTC', instrument: { ...LISTING.instrument, id: 'ETH-BTC.BINANCE' } };
  const open = [LISTING, other].map(({ symbol }, at) => ({ symbol, orderId: at + 1, clientOrderId: `c${at}`, origQty: '1', executedQty: '0', status: 'NEW', side: 'BUY', updateTime: 1 }));
  const canceled: (string | null)[] = [];
  const openOrders = (url: URL) => {
    const symbol = url.searchParams.get('symbol');
    if (symbol === null) return open;
    canceled.push(symbol);
    return symbol === 'BNBBTC' ? { code: -2010, msg: 'Market is closed.' } : [];
  };
  await asking({ '/api/v3/openOrders': openOrders }, async (gateway) => {
    await assert.rejects(gateway.cancelAll(), (error) => error instanceof VenueError && error.reason === 'market-closed');
    assert.deepEqual(canceled, ['BNBBTC', 'ETHBTC']);
  }, [LISTING, other]);
});

test('an open order that cannot be read keeps none from being canceled', async () => {
  const canceled: (string | null)[] = [];
  const openOrders = (url: URL) => {
    const symbol = url.searchParams.get('symbol');
    if (symbol === null) return [{ symbol: 'BNBBTC', orderId: 1, clientOrderId: 'c', origQty: '1.12345', status: 'PEGGED' }, { symbol: 'ETHBTC' }];
    canceled.push(symbol);
    return [];
  };
  await asking({ '/api/v3/openOrders': openOrders }, async (gateway) => {
    await gateway.cancelAll();
    assert.deepEqual(canceled, ['BNBBTC']);
  });
});

test('a trade finer than the instrument\'s tick is counted as unreadable and passed over', async () => {
  const order = () => ({ symbol: 'BNBBTC', orderId: 100234, clientOrderId: 'ours', origQty: '12.00', executedQty: '12.00', status: 'FILLED', side: 'BUY', updateTime: 1 });
  await asking({ '/api/v3/myTrades': () => [{ ...TRADE, price: '4.00000001' }], '/api/v3/order': order }, async (gateway, passedOver) => {
    assert.deepEqual((await gateway.fillsSince(undefined)).fills, []);
    assert.deepEqual(passedOver, ['a trade']);
  });
});

test('a trade that could not be read is read again by its order, though the place is beyond it', async () => {
  const order = () => ({ symbol: 'BNBBTC', orderId: 100234, clientOrderId: 'ours', origQty: '12.00', executedQty: '12.00', status: 'FILLED', side: 'BUY', updateTime: 1 });
  let price = '4.00000001';
  const trades = ({ searchParams: query }: URL) => (query.get('orderId') === '100234' || query.get('fromId') === '0' ? [{ ...TRADE, price }] : []);
  await asking({ '/api/v3/myTrades': trades, '/api/v3/order': order }, async (gateway) => {
    const { place } = await gateway.fillsSince(undefined);
    ({ price } = TRADE);
    assert.deepEqual((await gateway.fillsSince(place)).fills, []);
    const fills = await gateway.fillsOf({ clientOrderId: 'ours', venueOrderId: '100234', instrument: 0 });
    assert.deepEqual(fills.map(({ tradeId, clientOrderId }) => [tradeId, clientOrderId]), [['28457', 'ours']]);
  });
});

test('open orders of symbols that the gateway was not made with are left out', async () => {
  const foreign = { symbol: 'ETHBTC', orderId: 1, clientOrderId: 'x', origQty: '1.0', executedQty: '0.0', status: 'NEW', side: 'BUY', updateTime: 1 };
  await asking({ '/api/v3/openOrders': () => [foreign], '/api/v3/account': () => ({ balances: [{ asset: 'BNB', free: '1.005', locked: '0.50' }] }) }, async (gateway) => {
    const { openOrders, positions, balances } = await gateway.snapshot();
    assert.deepEqual([openOrders, positions, balances], [[], [{ instrument: 0, quantity: 150 }], { BTC: '0', BNB: '1.505' }]);
  });
});
