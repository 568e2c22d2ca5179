import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SqliteProviderLedger } from '../../src/adapters/provider-ledger/provider-ledger.ts';
import { EmbeddedMarketStore } from '../../src/adapters/market-store/embedded-market-store.ts';
import { readUniverse } from '../../src/app/wiring/data-batch.ts';
import { allocateBars } from '../../src/domain/bar.ts';
import { DAY_MS } from '../../src/domain/time.ts';
import { ROOT } from '../command-line.ts';
import { ProviderStreet } from './provider-street.ts';

const folder = mkdtempSync(join(tmpdir(), 'providers-'));
let street: ProviderStreet;
before(async () => { street = await ProviderStreet.open(); });
after(async () => {
  await street.close();
  rmSync(folder, { recursive: true });
});

const SPAN = ['--from', '2021-02-01', '--to', '2022-01-29'];

/** Runs a command as a person does who keeps a key of Alpha Vantage, every provider on loopback; its exit code, what it printed as JSON, and its notes. */
function run(home: string, ...words: readonly string[]): Promise<{ readonly code: number; readonly json: Record<string, unknown>; readonly notes: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(ROOT, 'trader/src/app/main.mjs'), ...words, '--json'], {
      cwd: ROOT, env: { ...process.env, ALGOTRENDY_HOME: join(folder, home), ALGOTRENDY_LOOPBACK_PORT: String(street.port), ALGOTRENDY_SECRET_ALPHAVANTAGE_KEY: 'k1' },
    }, (_error, stdout, notes) => { resolve({ code: child.exitCode ?? -1, json: JSON.parse(stdout) as Record<string, unknown>, notes }); });
  });
}

test('bars are fetched once, with every fall-back told and counted, and a backtest takes them by their symbol', async () => {
  street.goWrong('alphavantage', 'error-body');
  const first = await run('one', 'data', 'fetch', 'NVDA', ...SPAN);
  street.goWrong('alphavantage', undefined);
  assert.equal(first.code, 0, first.notes);
  assert.deepEqual([first.json['bars'], first.json['added'], first.json['sources']], [252, 252, ['yahoo']]);
  assert.deepEqual((first.json['fallBacks'] as { provider: string; kind: string; next: string }[]).map(({ provider, kind, next }) => [provider, kind, next]), [['alphavantage', 'rate-limited', 'yahoo']]);
  assert.match(first.notes, /Falling back to yahoo: alphavantage.*25 requests per day/);
  const before_ = street.requests.length;
  assert.equal((await run('one', 'data', 'fetch', 'NVDA', ...SPAN)).json['asked'], 0);
  assert.equal(street.requests.length, before_);
  const ledger = new SqliteProviderLedger(join(folder, 'one/market/providers.sqlite'));
  assert.equal(ledger.counts(0).get('alphavantage rate-limited'), 1);
  assert.deepEqual([ledger.counts(0).get('hit'), ledger.counts(0).get('miss')], [1, 1]);
  ledger.close();
  const backtest = await run('one', 'backtest', 'macd', '--bars', 'NVDA');
  assert.equal(backtest.code, 0, backtest.notes);
});

test('a quote of long ago is refused and the next provider asked; one of now is told with its source', async () => {
  const refused = await run('quotes', 'data', 'quote', 'NVDA', '--provider', 'yahoo');
  assert.equal(refused.code, 7);
  assert.match(String((refused.json['error'] as { message: string }).message), /yahoo: the last price of NVDA is of 20/);
  street.tradeNow(true);
  const { code, json, notes } = await run('quotes', 'data', 'quote', 'NVDA');
  street.tradeNow(false);
  assert.equal(code, 0, notes);
  assert.deepEqual([json['symbol'], json['currency'], json['source']], ['NVDA', 'USD', 'yahoo']);
  assert.match(notes, /Falling back to yahoo: alphavantage: the last price of NVDA is of/);
  assert.ok(Number(json['price']) > 0);
  const asked = street.asked('yahoo');
  assert.equal((await run('quotes', 'data', 'quote', '../x')).code, 2);
  assert.equal(street.asked('yahoo'), asked);
});

test('two processes that want the same at once ask for it once', async () => {
  const before_ = street.requests.length;
  const both = await Promise.all([1, 2].map(() => run('both', 'data', 'fetch', 'MSFT', ...SPAN)));
  assert.deepEqual(both.map(({ code, json }) => [code, json['bars']]), [[0, 252], [0, 252]]);
  assert.equal(both.reduce((sum, { json }) => sum + Number(json['added']), 0), 252);
  assert.equal(street.requests.length, before_ + 1);
});

test('where every provider lies nothing is stored, and the exit code says that it was the venue', async () => {
  street.goWrong('alphavantage', 'one-hundredfold');
  street.goWrong('yahoo', 'yesterday');
  const { code, json } = await run('two', 'data', 'fetch', 'NVDA', ...SPAN);
  street.goWrong('alphavantage', undefined);
  street.goWrong('yahoo', undefined);
  assert.equal(code, 7);
  assert.match(String((json['error'] as { message: string }).message), /alphavantage: .*the price goes from.*yahoo: .*repeats/);
  const store = new EmbeddedMarketStore(join(folder, 'two/market/bars.sqlite'));
  assert.deepEqual(await store.list(), []);
  await store.close();
});

test('a batch fetches a universe, goes on where it was, and says what failed', async () => {
  const universe = join(folder, 'universe.csv');
  writeFileSync(universe, 'symbol,name\nNVDA,Nvidia\nMSFT,Microsoft # twice a split\nGONE,Nobody\nNVDA,again\n');
  const first = await run('three', 'data', 'batch', '--universe', universe, '--years', '7');
  assert.equal(first.code, 1);
  assert.deepEqual([first.json['symbols'], first.json['fetched'], first.json['added'], first.json['remaining']], [3, 2, 504, 0]);
  assert.deepEqual((first.json['failed'] as { symbol: string; kind: string }[]).map(({ symbol, kind }) => [symbol, kind]), [['GONE', 'delisted']]);
  const asked = street.requests.length;
  const again = await run('three', 'data', 'batch', '--universe', universe, '--years', '6');
  assert.deepEqual([again.json['stored'], again.json['fetched'], street.requests.length], [2, 0, asked], 'not even the unknown symbol is asked for');
  assert.equal(readUniverse('sp500').length, 503, 'the one that ships');
  assert.throws(() => readUniverse(join(folder, 'absent.txt')), /there is no file/);
  writeFileSync(universe, 'not a symbol!\n');
  assert.equal((await run('three', 'data', 'batch', '--universe', universe)).code, 3);
});

test('a stored bar that another source contradicts is quarantined, and no backtest reads it', async () => {
  street.goWrong('yahoo', 'one-nan');
  await run('four', 'data', 'fetch', 'NVDA', '--provider', 'yahoo', ...SPAN);
  street.goWrong('yahoo', undefined);
  const path = join(folder, 'four/market/bars.sqlite');
  const series = { instrument: 'NVDA', intervalMs: DAY_MS };
  let store = new EmbeddedMarketStore(path);
  // A bar from somewhere else, 1 % too high.
  const held = await store.range(series);
  const wrong = allocateBars(1);
  for (const column of ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const) wrong[column][0] = held[column][50] * (column === 'timestamp' || column === 'volume' ? 1 : 1.01);
  await store.append(series, { source: 'elsewhere', knownAt: Date.now(), bars: wrong });
  await store.close();
  const alone = await run('four', 'data', 'check', 'NVDA', ...SPAN, '--provider', 'yahoo');
  assert.equal(alone.code, 1);
  const [report] = alone.json['series'] as { differences: { became: string; stored: string; other: string; time: number }[]; trust: Record<string, number> }[];
  assert.deepEqual(report.differences.map(({ became, stored, other, time }) => [became, stored, other, time]), [['quarantined', 'elsewhere', 'yahoo', held.timestamp[50]]]);
  assert.ok(report.trust['elsewhere'] < 0.5);
  store = new EmbeddedMarketStore(path);
  assert.equal((await store.range(series)).length, 250);
  await store.close();
  // With a third source the quarantine is settled, and the row that could not be true is filled in.
  const repair = await run('four', 'data', 'repair', 'NVDA');
  assert.equal(repair.code, 0, repair.notes);
  const [repaired] = repair.json['series'] as Record<string, unknown>[];
  assert.deepEqual([repaired['holes'], repaired['holesLeft'], repaired['added'], repaired['quarantined'], repaired['quarantinedLeft']], [1, 0, 1, 1, 0]);
  store = new EmbeddedMarketStore(path);
  const settled = await store.range(series);
  await store.close();
  assert.equal(settled.length, 252);
  assert.ok(Math.abs(settled.close[settled.timestamp.indexOf(held.timestamp[50])] / held.close[50] - 1) < 1e-5);
});

test('a repair asks nobody about bars that a person imported', async () => {
  const file = join(ROOT, 'data/spy.csv.gz');
  assert.equal((await run('own', 'import', file, '--instrument', 'SPY.OWN')).code, 0);
  const asked = street.requests.length;
  for (const words of [[], ['SPY.OWN']]) {
    const { code, json } = await run('own', 'data', 'repair', ...words);
    assert.deepEqual([code, /nothing was fetched/.test(String((json['error'] as { message: string } | undefined)?.message))], [3, true]);
  }
  assert.equal(street.requests.length, asked);
});

test('Alpha Vantage without a key is refused by name, and so is a symbol that is none', async () => {
  const lonely = execFile(process.execPath, [join(ROOT, 'trader/src/app/main.mjs'), 'data', 'fetch', 'NVDA', '--provider', 'alphavantage'], { cwd: ROOT, env: { ...process.env, ALGOTRENDY_HOME: join(folder, 'five'), ALGOTRENDY_LOOPBACK_PORT: String(street.port) } });
  assert.equal(await new Promise((resolve) => { lonely.once('exit', resolve); }), 2);
  assert.equal((await run('five', 'data', 'fetch', 'AAPL/../x')).code, 2);
  assert.equal((await run('five', 'data', 'fetch', 'NVDA', '--years', '1', '--from', '2021-01-01')).code, 2);
});
