import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WALL_CLOCK } from '../../../test/wall-clock.ts';
import { Order } from '../../domain/order.ts';
import { Random } from '../../domain/random.ts';
import { VenueError, type VenueFailure } from '../../domain/venue-error.ts';
import type { VenueListing } from '../../ports/venue.ts';
import { CoinbaseGateway } from './gateway.ts';
import { Signer } from './signing.ts';

const LISTING: VenueListing = {
  symbol: 'BTC-USD',
  instrument: { id: 'BTC-USD.COINBASE', assetClass: 'crypto', quoteCurrency: 'USD', priceScale: 2, quantityScale: 8, tickSize: 1, lotSize: 1, minNotional: 0 },
};

const ORDERS = '/api/v3/brokerage/orders';

/** An order and a fill as docs.cdp.coinbase.com shows them, "List Orders" and "List Fills", as far as they are read. */
const TOLD = {
  order_id: '0000-000000-000000', product_id: 'BTC-USD', client_order_id: 'ours', side: 'BUY', status: 'OPEN', filled_size: '0.001', created_time: '2021-05-31T09:59:59Z',
  order_configuration: { limit_limit_gtc: { base_size: '0.001', limit_price: '10000.00', post_only: false } },
};
const FILL = {
  entry_id: '22222-2222222-22222222', trade_id: '1111-11111-111111', order_id: '0000-000000-000000', trade_time: '2021-05-31T09:59:59Z', trade_type: 'FILL', price: '10000.00', size: '0.001', commission: '1.25',
  product_id: 'BTC-USD', sequence_timestamp: '2021-05-31T09:58:59Z', liquidity_indicator: 'MAKER', size_in_quote: false, side: 'BUY',
};

const ORDER = new Order({ run: 'test', name: 'test', index: 0 }, 1, 1, 'target', 0, 'buy', 'limit', 'gtc', 100_000, 1_000_000, 0);

type Answers = Readonly<Record<string, (url: URL) => unknown>>;
/** How far the servers' clock is behind. */
const BEHIND_MS = 7_200_000;

type Work = (gateway: CoinbaseGateway, passedOver: readonly string[], asked: readonly URL[]) => Promise<void>;

/** Runs a gateway to a server that answers each path from a table. */
async function asking(answers: Answers, work: Work): Promise<void> {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://venue');
    if (!url.pathname.endsWith('/time')) asked.push(url);
    const body = url.pathname.endsWith('/time') ? { epochMillis: String(Date.now() - BEHIND_MS) } : answers[url.pathname]?.(url);
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? { error: 'NOT_FOUND', code: 5, message: 'nothing here' }));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const passedOver: string[] = [];
  const signer = new Signer('organizations/test/apiKeys/test', Buffer.alloc(32, 7).toString('base64'));
  const gateway = new CoinbaseGateway({ hosts: { rest: `http://${host}`, user: `ws://${host}` }, signer, clock: WALL_CLOCK, random: new Random(1), onUnreadable: (what) => { passedOver.push(what); } }, [LISTING]);
  try {
    await work(gateway, passedOver, asked);
  } finally {
    await gateway.close();
    server.closeAllConnections();
    server.close();
  }
}

const failing = (failure: VenueFailure) => (error: unknown) => error instanceof VenueError && error.failure === failure;

test('a fill whose order cannot be found yet is not guessed at: reading fails, and succeeds when it can', async () => {
  let known = false;
  const tsEvent = Date.now() - BEHIND_MS - 60_000;
  const fill = { ...FILL, trade_time: new Date(tsEvent).toISOString() };
  await asking({ [`${ORDERS}/historical/fills`]: () => ({ fills: [fill], cursor: '' }), [`${ORDERS}/historical/batch`]: () => ({ orders: known ? [TOLD] : [], has_next: false }) }, async (gateway) => {
    await assert.rejects(gateway.fillsSince(undefined), failing('unknown-outcome'));
    known = true;
    const { fills, place } = await gateway.fillsSince(undefined);
    assert.deepEqual(fills, [{
      clientOrderId: 'ours', venueOrderId: '0000-000000-000000', instrument: 0, tradeId: '1111-11111-111111', side: 'buy', price: 1_000_000, quantity: 100_000, fee: '1.25', feeCurrency: 'USD', liquidity: 'maker', tsEvent,
    }]);
    assert.deepEqual((await gateway.fillsSince(place)).fills, []);
  });
});

test('a fill of an order that the list leaves out, as what was bought with one touch in the app, blocks no other: its order is asked for by itself, and after a while it is nobody\'s', async () => {
  const others = [{ ...FILL, trade_id: 'app', order_id: 'by-one-touch' }, { ...FILL, trade_id: 'old', order_id: 'forgotten' }];
  await asking({
    [`${ORDERS}/historical/fills`]: () => ({ fills: [FILL, ...others], cursor: '' }), [`${ORDERS}/historical/batch`]: () => ({ orders: [TOLD], has_next: false }),
    [`${ORDERS}/historical/by-one-touch`]: () => ({ order: { order_id: 'by-one-touch', product_id: FILL.product_id, client_order_id: 'theirs', order_placement_source: 'RETAIL_SIMPLE' } }),
  }, async (gateway) => {
    const { fills } = await gateway.fillsSince(undefined);
    assert.deepEqual(fills.map(({ tradeId, clientOrderId }) => `${tradeId} ${clientOrderId}`).sort(), ['1111-11111-111111 ours', 'app theirs', 'old ']);
  });
});

test('a fill of an order that is recalled from an earlier life is given to it without asking', async () => {
  await asking({ [`${ORDERS}/historical/fills`]: () => ({ fills: [FILL], cursor: '' }) }, async (gateway, _passedOver, asked) => {
    gateway.recall([{ clientOrderId: 'of an earlier life', venueOrderId: FILL.order_id, instrument: 0 }, { clientOrderId: 'never taken', venueOrderId: undefined, instrument: 0 }]);
    assert.deepEqual((await gateway.fillsSince(undefined)).fills.map(({ clientOrderId }) => clientOrderId), ['of an earlier life']);
    assert.equal(asked.length, 1);
  });
});

test('a fill that is finer than the tick, sized in money or a correction of the books is counted and passed over', async () => {
  const odd = [{ ...FILL, trade_id: 'a', price: '10000.001' }, { ...FILL, trade_id: 'b', size_in_quote: true }, { ...FILL, trade_id: 'c', trade_type: 'REVERSAL' }, { trade_id: 'd' }, null];
  await asking({ [`${ORDERS}/historical/fills`]: () => ({ fills: [...odd, FILL], cursor: '' }), [`${ORDERS}/historical/batch`]: () => ({ orders: [TOLD], has_next: false }) }, async (gateway, passedOver) => {
    assert.deepEqual((await gateway.fillsSince(undefined)).fills.map(({ tradeId }) => tradeId), ['1111-11111-111111']);
    assert.equal(passedOver.length, 5);
  });
});

test('fills are asked for from the place on, some seconds back, and by the symbols that the gateway was made with', async () => {
  await asking({ [`${ORDERS}/historical/fills`]: () => ({ fills: [FILL], cursor: '' }), [`${ORDERS}/historical/batch`]: () => ({ orders: [TOLD], has_next: false }) }, async (gateway, _passedOver, asked) => {
    await gateway.fillsSince((await gateway.fillsSince(undefined)).place);
    assert.deepEqual(asked.filter(({ pathname }) => pathname.endsWith('/fills')).map(({ search }) => search), [
      '?product_ids=BTC-USD&limit=250', '?product_ids=BTC-USD&start_sequence_timestamp=2021-05-31T09%3A59%3A49.000Z&limit=250',
    ]);
  });
});

test('a fill that Coinbase lists long after a newer one is found by its order', async () => {
  const late = { ...FILL, trade_id: 'late', trade_time: '2021-05-31T09:59:40Z' };
  let listed = false;
  // From the place on, which is ten seconds before the newest.
  const fills = ({ searchParams: query }: URL) => ({ fills: query.has('order_ids') || !query.has('start_sequence_timestamp') ? [FILL, ...(listed ? [late] : [])] : [FILL], cursor: '' });
  await asking({ [`${ORDERS}/historical/fills`]: fills, [`${ORDERS}/historical/batch`]: () => ({ orders: [TOLD], has_next: false }) }, async (gateway, _passedOver, asked) => {
    const { place } = await gateway.fillsSince(undefined);
    listed = true;
    assert.deepEqual((await gateway.fillsSince(place)).fills, []);
    assert.deepEqual((await gateway.fillsOf({ clientOrderId: 'ours', venueOrderId: TOLD.order_id, instrument: 0 })).map(({ tradeId }) => tradeId), ['late', FILL.trade_id]);
    assert.equal(asked.at(-1)?.search, `?order_ids=${TOLD.order_id}&limit=250`);
  });
});

test('an order whose answer was lost is looked for since it was sent, and one of before a restart in all that there ever were', async () => {
  const answers: Answers = { [ORDERS]: () => ({}), [`${ORDERS}/historical/batch`]: () => ({ orders: [{ ...TOLD, client_order_id: 'other' }], has_next: false }) };
  await asking(answers, async (gateway, _passedOver, asked) => {
    await assert.rejects(gateway.submit(ORDER), failing('unknown-outcome'));
    assert.equal(await gateway.lookUp({ clientOrderId: ORDER.clientOrderId, venueOrderId: undefined, instrument: 0 }), undefined);
    assert.equal(await gateway.lookUp({ clientOrderId: 'older', venueOrderId: undefined, instrument: 0 }), undefined);
    const starts = asked.filter(({ pathname }) => pathname.endsWith('/batch')).map(({ searchParams }) => [searchParams.get('order_status'), searchParams.get('start_date')]);
    assert.deepEqual(starts.map(([status]) => status), ['OPEN', null, 'OPEN', null]);
    assert.ok(Math.abs(Date.now() - BEHIND_MS - 3_600_000 - Date.parse(starts[1]?.[1] ?? '')) < 10_000, 'an hour earlier, by the venue\'s clock');
    assert.equal(starts[3]?.[1], null);
  });
});

test('an answer that names another order than the one that was sent leaves the outcome unknown', async () => {
  const answers: Answers = { [ORDERS]: () => ({ success: true, success_response: { order_id: 'o', product_id: 'BTC-USD', side: 'BUY', client_order_id: 'not ours' } }) };
  await asking(answers, async (gateway) => { await assert.rejects(gateway.submit(ORDER), failing('unknown-outcome')); });
});

test('more open orders than Coinbase lists are not passed off as all of them', async () => {
  const orders = Array.from({ length: 1_000 }, (_, index) => ({ ...TOLD, order_id: `o${index}`, client_order_id: `c${index}` }));
  await asking({ [`${ORDERS}/historical/batch`]: () => ({ orders, has_next: false }) }, async (gateway) => { await assert.rejects(gateway.snapshot(), failing('unknown-outcome')); });
});

test('a list that goes round in circles ends as an error', async () => {
  await asking({ [`${ORDERS}/historical/batch`]: () => ({ orders: [], has_next: true, cursor: '789100' }) }, async (gateway) => { await assert.rejects(gateway.snapshot(), failing('unknown-outcome')); });
});

test('a list that is shown only after a second factor is no denial', async () => {
  const hidden = { orders: [], fills: [], has_next: false, cursor: '', proof_token_required: true };
  await asking({ [`${ORDERS}/historical/batch`]: () => hidden, [`${ORDERS}/historical/fills`]: () => hidden }, async (gateway) => {
    await assert.rejects(gateway.lookUp({ clientOrderId: 'ours', venueOrderId: undefined, instrument: 0 }), failing('unknown-outcome'));
    await assert.rejects(gateway.fillsSince(undefined), failing('unknown-outcome'));
  });
});

test('keys that may trade and not look are told as keys that may not trade', async () => {
  await asking({ '/api/v3/brokerage/key_permissions': () => ({ can_view: false, can_trade: true, can_transfer: false, portfolio_uuid: 'p', portfolio_type: 'DEFAULT' }) }, async (gateway) => {
    const { canTrade, canWithdraw, clockSkewMs } = await gateway.checkKeys();
    assert.deepEqual([canTrade, canWithdraw, Math.round(clockSkewMs / 1e5)], [false, false, -BEHIND_MS / 1e5]);
  });
});

test('a balance is what is free and what is held back, in all accounts of a currency but vaults', async () => {
  const account = (currency: string, value: string, hold: string, type = 'ACCOUNT_TYPE_CRYPTO') => ({ currency, type, available_balance: { value, currency }, hold: { value: hold, currency } });
  const accounts = [account('BTC', '1.23', '0.000000001'), account('BTC', '1', '0'), account('BTC', '50', '0', 'ACCOUNT_TYPE_VAULT'), account('EUR', '0', '0'), account('ETH', '2.5', '0')];
  await asking({ [`${ORDERS}/historical/batch`]: () => ({ orders: [], has_next: false }), '/api/v3/brokerage/accounts': () => ({ accounts, has_next: false, cursor: '' }) }, async (gateway) => {
    const { positions, balances } = await gateway.snapshot();
    assert.deepEqual([positions, balances], [[{ instrument: 0, quantity: 223_000_000 }], { USD: '0', BTC: '2.230000001', ETH: '2.5' }]);
  });
});
