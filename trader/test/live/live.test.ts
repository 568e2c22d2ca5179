import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG, trade, VenueStreet, type Line } from './venue-street.ts';

const linesOf = (stdout: string) => stdout.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
const last = (stdout: string) => linesOf(stdout).at(-1);

test('an account is traded, killed at any moment, and gone on with: no order twice, books equal to the venue', () => VenueStreet.open(async (street) => {
  street.feeIn = 'BTC';
  for (const kills of [(line: Line) => (line.openOrders?.length ?? 0) > 0, (line: Line) => line.kind === 'fill', (line: Line) => line.kind === 'minute' && (line.fills ?? 0) > 3]) {
    const { signal } = await trade(street, [], (line) => (kills(line) ? 'SIGKILL' : undefined));
    assert.equal(signal, 'SIGKILL');
  }
  const ended = await trade(street, [], ({ kind, fills }) => (kind === 'minute' && (fills ?? 0) >= 6 ? 'SIGINT' : undefined));
  assert.equal(ended.code, 0, ended.stderr);
  const { orders } = street.account;
  assert.equal(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size, orders.length, 'no order was sent twice');
  const records = street.records();
  const sent = new Set(records.filter(({ kind }) => kind === 'order').map(({ clientOrderId }) => clientOrderId));
  assert.ok(orders.every(({ clientOrderId }) => sent.has(clientOrderId)), 'each is in the journal');
  assert.deepEqual(records.filter(({ kind }) => kind === 'difference'), [], 'nothing was found that the books do not know');
  assert.equal(records.filter(({ kind }) => kind === 'opening').length, 1);
  const { stdout } = await street.run(['replay', `${street.home}/live/journal.jsonl`, '--json']);
  const replayed = JSON.parse(stdout) as { readonly digest: string; readonly recordedDigest: string; readonly fills: number };
  assert.equal(replayed.digest, replayed.recordedDigest);
  assert.equal(replayed.fills, last(ended.stdout)?.fills);
}));

test('two runs of one configuration never share an id, so that neither takes the other\'s trades for its own', () => VenueStreet.open(async (street) => {
  const traded = (line: Line) => line.kind === 'minute' && (line.fills ?? 0) >= 2;
  await trade(street, [], (line) => (traded(line) ? 'SIGINT' : undefined));
  await trade(street, ['--fresh'], (line) => (traded(line) ? 'SIGKILL' : undefined));
  const ended = await trade(street, [], (line) => (traded(line) ? 'SIGINT' : undefined));
  assert.equal(ended.code, 0, ended.stderr);
  const { orders } = street.account;
  assert.equal(new Set(orders.map(({ clientOrderId }) => clientOrderId)).size, orders.length);
  assert.deepEqual(street.records().filter(({ kind }) => kind === 'difference'), []);
}));

test('Ctrl-C says what stays open at the venue, --flatten closes it first, and halt reaches a run from another terminal', () => VenueStreet.open(async (street) => {
  const held = await trade(street, [], ({ positions }) => (Object.keys(positions ?? {}).length > 0 ? 'SIGINT' : undefined));
  assert.deepEqual(last(held.stdout)?.positions, { 'BTC-USDT.BINANCE': '0.5' });
  let halted = '';
  const closed = await trade(street, ['--flatten'], (line) => {
    if (line.kind === 'state') void street.run(['halt', '--reason', 'lunch']).then(({ stdout }) => { halted = stdout; });
    return line.trading === 'halted' && halted !== '' ? 'SIGINT' : undefined;
  });
  assert.equal(closed.code, 0, closed.stderr + closed.stdout.slice(-3000));
  assert.match(halted, /taken by the run/);
  assert.deepEqual([last(closed.stdout)?.positions, last(closed.stdout)?.openOrders], [{}, []]);
  assert.equal(street.account.orders.at(-1)?.side, 'sell');
}));

test('what others do on the account is found within one look, told, and halts the run', () => VenueStreet.open(async (street) => {
  let foreign = '';
  const ended = await trade(street, [], (line) => {
    if (foreign === '' && Object.keys(line.positions ?? {}).length > 0) foreign = street.account.placeForeign();
    return line.kind === 'minute' && line.trading === 'halted' && foreign !== '' ? 'SIGINT' : undefined;
  });
  assert.equal(ended.code, 0, ended.stderr);
  assert.ok(linesOf(ended.stdout).some(({ note }) => note?.kind === 'external-order'));
  const limits = JSON.parse((await street.run(['limits', '--json'])).stdout) as { readonly journal: string; readonly trading: string; readonly limits: readonly object[] };
  assert.deepEqual([limits.journal, limits.trading, limits.limits.length], [`${street.home}/live/journal.jsonl`, 'halted', 6], 'limits looks at the run that traded last');
  assert.deepEqual(street.records().filter(({ kind }) => kind === 'stranger').map(({ venueOrderId, policy }) => ({ venueOrderId, policy })), [{ venueOrderId: foreign, policy: 'halt' }]);
}));

test('a configuration is refused for what is unknown, missing or beyond the account, and mode live without passport and words', () => VenueStreet.open(async (street) => {
  const refused = async (config: unknown, pattern: RegExp, words: readonly string[] = []) => {
    const { code, stderr, dialled } = await street.run(['live', ...words], {}, config);
    assert.notEqual(code, 0);
    assert.match(stderr, pattern);
    return dialled;
  };
  assert.deepEqual(await refused({ ...CONFIG, leverage: 10 }, /leverage: unknown key/), []);
  assert.deepEqual(await refused({ ...CONFIG, mode: undefined }, /mode: /), []);
  assert.deepEqual(await refused({ ...CONFIG, mode: 'real' }, /mode: /), []);
  assert.deepEqual(await refused({ ...CONFIG, limits: { ...CONFIG.limits, maxNotional: -1 } }, /limits\.maxNotional/), []);
  assert.deepEqual(await refused({ ...CONFIG, instruments: ['ETH-USDT.BINANCE'] }, /not among its instruments/), []);
  assert.deepEqual(await refused({ ...CONFIG, mode: 'live', ramp: undefined }, /has no passport/, ['--confirm', 'trade real money on binance']), []);
  await refused({ ...CONFIG, capital: '99999999999' }, /the account has/);
  street.account.grantKeys({ trade: true, withdraw: true, addressBound: true });
  await refused(CONFIG, /can take money away/);
}));
