import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FuturesServer } from '../venues/binance/futures-server.ts';
import { ExitStreet, STREETS } from './exit-street.ts';

for (const kind of Object.keys(STREETS) as (keyof typeof STREETS)[]) {
  test(`${kind}: a strategy with a stop and a target rests its stop at the venue, and leaves at the target once the stop is gone`, () => ExitStreet.open(kind, async (street) => {
    let entered = false;
    let left = false;
    let after = 0;
    const ended = await street.run(({ kind: line, catchingUp, positions = {}, openOrders = [] }) => {
      const holds = Object.keys(positions).length > 0;
      entered ||= holds && openOrders.some(({ leg }) => leg === 'stop');
      left ||= entered && !holds;
      if (line === 'feed' && catchingUp === false) street.rise(30);
      if (left && line === 'minute') after += 1;
      return after > 2 ? 'SIGINT' : undefined;
    });
    assert.equal(ended.code, 0, ended.stderr);
    const records = street.records();
    const of = (what: string) => records.filter((record) => record.kind === 'report' && record['report'] === what);
    assert.deepEqual([of('rejected'), of('expired')], [[], []]);
    const orders = records.filter((record) => record.kind === 'order').map(({ leg, side, type }) => `${String(leg)} ${String(side)} ${String(type)}`);
    assert.deepEqual(orders.slice(0, 3), ['target buy market', 'stop sell stop', 'target sell market']);
    const at = (matches: (record: (typeof records)[number]) => boolean) => records.findIndex(matches);
    const [entry, stop, exit] = records.filter((record) => record.kind === 'order');
    const canceled = at((record) => record['report'] === 'canceled' && record['clientOrderId'] === stop?.['clientOrderId']);
    assert.ok(canceled > 0 && canceled < at((record) => record.kind === 'order' && record['clientOrderId'] === exit?.['clientOrderId']), 'the stop is gone before the exit is sent');
    const priceOf = (order: typeof entry) => Number(of('filled').find(({ clientOrderId }) => clientOrderId === order?.['clientOrderId'])?.['price']);
    assert.ok(priceOf(exit) >= 1.02 * priceOf(entry) && priceOf(exit) < 1.025 * priceOf(entry), `${priceOf(entry)} to ${priceOf(exit)}`);
  }));
}

test('usdm: margin is set before anything is traded and read back, and a configuration without it is refused', () => ExitStreet.open('usdm', async (street) => {
  const { margin: _, ...without } = street.config;
  const refused = async (config: object, pattern: RegExp) => {
    const { code, stderr } = await street.run(() => undefined, config);
    assert.notEqual(code, 0);
    assert.match(stderr, pattern);
  };
  await refused(without, /does not say how/);
  assert.ok(street.account instanceof FuturesServer);
  street.account.holdMargin(true);
  await refused(street.config, /holds BTC-USDT-PERP.BINANCE cross at 21, not isolated at 3: .*there exists open orders/);
  street.account.holdMargin(false);
  const { code, stderr } = await street.run(({ kind }) => (kind === 'feed' ? 'SIGINT' : undefined));
  assert.equal(code, 0, stderr);
  assert.deepEqual(street.account.marginOf('BTCUSDT'), { marginType: 'ISOLATED', leverage: '3' });
  assert.ok(street.account.orders.length === 0);
}));

test('spot: margin is refused where there is none to choose', () => ExitStreet.open('spot', async (street) => {
  const { code, stderr } = await street.run(() => undefined, { ...street.config, margin: { isolated: true, leverage: 2 } });
  assert.notEqual(code, 0);
  assert.match(stderr, /binance has no margin to choose/);
}));

test('usdm: funding enters equity and journal once, also what was paid while the run was away', () => ExitStreet.open('usdm', async (street) => {
  assert.ok(street.account instanceof FuturesServer);
  const { account } = street;
  let charged = false;
  const first = await street.run((line) => {
    if (!charged && line.kind === 'feed') {
      charged = true;
      account.charge('12.5');
    }
    return line.note?.kind === 'payment' ? 'SIGKILL' : undefined;
  });
  assert.equal(first.signal, 'SIGKILL');
  account.charge('-2.25');
  const second = await street.run(({ kind }) => (kind === 'feed' ? 'SIGINT' : undefined));
  assert.equal(second.code, 0, second.stderr);
  assert.deepEqual(street.records().filter((record) => record.kind === 'payment').map(({ flow, paid }) => [flow, paid]), [['funding', '12.5'], ['funding', '-2.25']]);
  const last = JSON.parse(second.stdout.trim().split('\n').at(-1) ?? '') as { readonly cash: string; readonly equity: string };
  assert.deepEqual([last.cash, last.equity], ['99989.75', '99989.75']);
  assert.deepEqual(street.records().filter((record) => record.kind === 'difference'), []);
}));
