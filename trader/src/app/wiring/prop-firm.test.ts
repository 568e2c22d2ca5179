import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testInstrument } from '../../../test/markets.ts';
import { Order } from '../../domain/order.ts';
import { Book } from '../../pipeline/book.ts';
import { Portfolio } from '../../pipeline/portfolio.ts';
import { PROP_FIRM_LEVELS } from '../../pipeline/prop-firm-guard.ts';
import type { AccountTerms } from '../../simulation/account-terms.ts';
import { backtest } from './backtest.ts';
import { lastJournal, readLimits } from './limits.ts';
import { PaperTrader } from './paper.ts';
import { choosePropFirm, propFirmPrograms, readPropFirmFile } from './prop-firm-rules.ts';
import { choosePropFirmSetup, createPropFirmGuard, readNews } from './prop-firm.ts';
import { DATA_FOLDER } from './venue-rules.ts';

const FILE = 'ftmo_2026-11-21.json';
const folder = mkdtempSync(join(tmpdir(), 'prop-firm-'));
test.after(() => rmSync(folder, { recursive: true }));

const at = (time: string) => Date.parse(`${time}Z`);
const shipped = () => JSON.parse(readFileSync(join(DATA_FOLDER, 'prop-firms', FILE), 'utf8')) as Record<string, unknown> & { programs: Record<string, unknown>[] };

test('the programs of the shipped file are read, each with the file that says so', () => {
  assert.deepEqual(propFirmPrograms().map(({ id, file }) => [id, file]), ['ftmo-challenge', 'ftmo-verification', 'ftmo-account', 'ftmo-swing', 'ftmo-1-step'].map((id) => [id, FILE]));
  assert.equal(choosePropFirm('ftmo-1-step').maxLossFollows, true);
  assert.throws(() => choosePropFirm('ftmo-chalenge'), /no rules of a prop firm "ftmo-chalenge"/);
});

test('a rule file with a field that is wrong, missing, unknown or against another is refused by its name', () => {
  const fault = (change: (rules: ReturnType<typeof shipped>) => void) => {
    const rules = shipped();
    change(rules);
    const read = readPropFirmFile(rules, 'x.json');
    return read.ok ? 'none' : read.error.message;
  };
  assert.equal(fault(() => {}), 'none');
  assert.match(fault((rules) => { rules.programs[1].maxDailyLoss = 0.05; }), /programs\.1\.maxDailyLoss/);
  assert.match(fault((rules) => { rules.programs[0].maxDailyLoss = '5%'; }), /programs\.0\.maxDailyLoss: is no share/);
  assert.match(fault((rules) => { delete rules.programs[0].minTradingDays; }), /programs\.0\.minTradingDays/);
  assert.match(fault((rules) => { rules.programs[0].maxdailyloss = '0.05'; }), /programs\.0\.maxdailyloss: is no field/);
  assert.match(fault((rules) => { rules.zone = 'Europe/London'; }), /zone/);
  assert.match(fault((rules) => { rules.programs[1].id = 'ftmo-challenge'; }), /ftmo-challenge stands there twice/);
  assert.match(fault((rules) => { rules.programs[0].maxDailyLoss = '0.2'; }), /allows more loss in a day than in all/);
  assert.equal(readPropFirmFile(null, 'x.json').ok, false);
});

test('a calendar of news is read line by line, and a line that is none is named', () => {
  const file = join(folder, 'news.csv');
  writeFileSync(file, 'time,symbols\n2026-11-25T13:30Z,USD;US30\n2026-11-24T09:00:30Z,EUR\n');
  assert.deepEqual(readNews(file), [{ tsEvent: at('2026-11-24T09:00:30'), symbols: ['EUR'] }, { tsEvent: at('2026-11-25T13:30'), symbols: ['USD', 'US30'] }]);
  for (const line of ['2026-02-30T13:30Z,USD', '2026-11-25 13:30,USD', '2026-11-25T13:30Z,', 'soon']) {
    writeFileSync(file, `time,symbols\n${line}\n`);
    assert.throws(() => readNews(file), /no release such as/, line);
  }
  assert.throws(() => readNews(join(folder, 'none.csv')), /cannot be read/);
  assert.throws(() => choosePropFirmSetup({ 'prop-firm': 'ftmo-challenge', news: file }), /may trade through news/);
  assert.throws(() => choosePropFirmSetup({ 'prop-firm': undefined, news: file }), /--news is for the rules/);
});

/** The guard of a program over one market of hourly bars that holds 100 units, and what it says after a bar. */
function holder(program: string, id: string, assetClass: 'fx' | 'equity' | 'crypto', more: { readonly news?: readonly { readonly tsEvent: number; readonly symbols: readonly string[] }[]; readonly terms?: AccountTerms } = {}) {
  const markets = [{ instrument: testInstrument({ id, assetClass }), intervalMs: 3_600_000 }];
  const book = new Book('run', 's', 0, 0, { onBar() {} }, { quantity: () => 0 });
  const portfolio = new Portfolio(10_000_000, 2, [markets[0].instrument], [book]);
  const guard = createPropFirmGuard({ rules: choosePropFirm(program), levels: PROP_FIRM_LEVELS, news: more.news ?? [] }, markets, more.terms);
  guard.attach(portfolio, [book]);
  const order = new Order(book, 1, 0, 'target', 0, 'buy', 'market', 'ioc', 1_000, 0, at('2024-06-03T00:00'));
  portfolio.marks[0] = 100;
  portfolio.applyFill(book, { kind: 'filled', order, tsEvent: order.tsInit, tradeId: 0, price: 10_000, quantity: 1_000, fee: 0 });
  const after = (opened: string, price = 100) => {
    portfolio.marks[0] = price;
    guard.afterBar(0, { timestamp: at(opened), high: price, low: price });
    const command = guard.due({ kind: 'active' });
    return command?.kind === 'flatten' ? command.reason : undefined;
  };
  return { guard, after };
}

test('a standard account is flat over the weekend of currencies and the night of shares; a swing account and coins need not', () => {
  // 17:00 in New York is 21:00 UTC in June; the bar that closes at 20:00 is the last whose order still trades before.
  assert.equal(holder('ftmo-account', 'EURUSD.FTMO', 'fx').after('2024-06-06T19:00'), undefined, 'a Thursday');
  assert.equal(holder('ftmo-account', 'EURUSD.FTMO', 'fx').after('2024-06-07T18:00'), undefined);
  assert.equal(holder('ftmo-account', 'EURUSD.FTMO', 'fx').after('2024-06-07T19:00'), 'prop firm until 2024-06-09 21:00 UTC: the market closes');
  assert.equal(holder('ftmo-account', 'SPY.FTMO', 'equity').after('2024-06-06T18:00'), 'prop firm until 2024-06-07 13:30 UTC: the market closes');
  assert.equal(holder('ftmo-swing', 'EURUSD.FTMO', 'fx').after('2024-06-07T19:00'), undefined);
  assert.equal(holder('ftmo-account', 'BTCUSD.FTMO', 'crypto').after('2024-06-07T19:00'), undefined);
});

test('around a release only what it moves is closed, and only on an account that may not trade through it', () => {
  const news = [{ tsEvent: at('2024-06-05T12:30'), symbols: ['USD'] }];
  assert.equal(holder('ftmo-account', 'EURUSD.FTMO', 'fx', { news }).after('2024-06-05T10:00'), undefined);
  assert.equal(holder('ftmo-account', 'EURUSD.FTMO', 'fx', { news }).after('2024-06-05T11:00'), 'prop firm until 2024-06-05 12:32 UTC: news');
  assert.equal(holder('ftmo-account', 'EURGBP.FTMO', 'fx', { news }).after('2024-06-05T11:00'), undefined);
  assert.equal(holder('ftmo-swing', 'EURUSD.FTMO', 'fx', { news }).after('2024-06-05T11:00'), undefined);
});

test('the swap of a venue\'s rules falls due before midnight, three times on its day', () => {
  const terms: AccountTerms = {
    markets: [{ fee: undefined, shortable: true, brackets: [], funding: undefined, borrow: undefined, swap: { kind: 'money', long: '-0.5', short: '0', tripleDay: 3 } }],
    tiers: undefined, margin: 'cross', leverage: '1', debit: undefined, liquidationFee: '0', lossLimited: false,
  };
  const room = (opened: string) => {
    const { guard, after } = holder('ftmo-challenge', 'EURUSD.FTMO', 'fx', { terms });
    after(opened);
    return guard.gauge().afterMidnight.room;
  };
  assert.deepEqual([room('2024-06-04T19:00'), room('2024-06-05T19:00'), room('2024-06-04T20:00')], ['4500', '3500', '5000'], 'a Tuesday, a Wednesday, and after the rollover');
});

test('a backtest under a prop firm\'s rules says where it stands, and can be had again', async () => {
  const request = {
    strategy: 'bollinger', bars: [{ instrument: undefined, file: join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz') }], intervalMs: undefined, from: undefined, to: undefined, first: 6_000,
    parameters: { stop: '0.01' }, cash: '100000', fee: { kind: 'bps', bps: '20' }, fill: 'next-open', sizing: { kind: 'kelly', fraction: '0.1', cap: '2' }, venue: undefined, strict: false,
    propFirm: choosePropFirmSetup({ 'prop-firm': 'ftmo-challenge', news: undefined }),
  } as const;
  const { propFirm, sizingBounds, denials } = await backtest(request, { home: folder });
  assert.deepEqual([propFirm?.file, propFirm?.state], [FILE, 'running']);
  assert.deepEqual(Object.keys(sizingBounds ?? {}), ['fixed-risk']);
  assert.equal(Object.values(propFirm?.denials ?? {}).reduce((sum, each) => sum + each, 0), denials);
  const large = await backtest({ ...request, sizing: { kind: 'fraction', fraction: '3' }, parameters: {} }, { home: folder });
  assert.ok((large.propFirm?.denials['prop-firm-daily'] ?? 0) > 0);
  assert.equal(large.fills, 0, 'three times equity without a stop is never within the worst case');
  assert.equal((await backtest({ ...request, propFirm: undefined }, { home: folder })).propFirm, null);
});

test('what the guard orders in a paper run is in its journal: it replays, and the gauge can be read from it', async () => {
  const home = join(folder, 'home');
  const setup = choosePropFirmSetup({ 'prop-firm': 'ftmo-challenge', news: undefined });
  assert.ok(setup);
  // Levels so near that ten hours of trading reach them.
  const near = { ...setup, levels: { ...setup.levels, soft: '0.01', hard: '0.02' } };
  const open = () => PaperTrader.open(home, undefined, false, { onFill() {}, onDenial() {}, onOrder() {} }, undefined, near);
  const trader = await open();
  for (let moment = 0; moment < 3_000; moment++) trader.step();
  const state = trader.state();
  await trader.stop();
  const lines = readFileSync(join(home, 'paper', 'journal.jsonl'), 'utf8').split('\n');
  const ordered = lines.filter((line) => line.includes('"kind":"command"'));
  assert.ok(ordered.some((line) => /"flatten".*prop firm until/.test(line)), 'it closed everything');
  assert.ok(ordered.some((line) => line.includes('"resume"')), 'and went on the next day');
  assert.equal(state.propFirm?.file, FILE);
  const again = await open();
  assert.deepEqual({ ...again.state(), journalSequence: 0 }, { ...state, journalSequence: 0 }, 'a restart stands where it stopped');
  again.release();
  const { propFirm, trading } = await readLimits(lastJournal(home));
  assert.deepEqual([propFirm, trading], [state.propFirm, state.trading]);
  await assert.rejects(PaperTrader.open(home, undefined, false, { onFill() {}, onDenial() {}, onOrder() {} }, undefined, setup), /began under FTMO 2-Step Challenge/);
});

test('the next break of a market follows from the moment alone, whatever was asked before: a price may be heard before the bar that it comes after', () => {
  const windows = () => holder('ftmo-account', 'SPY.FTMO', 'equity').guard.spec;
  const [asked, fresh] = [windows(), windows()];
  const [before, after] = [at('2024-06-06T13:00'), at('2024-06-06T13:45')];
  asked.nextWindow?.(0, after);
  assert.deepEqual(asked.nextWindow?.(0, before), fresh.nextWindow?.(0, before));
  assert.deepEqual(asked.nextWindow?.(0, after), windows().nextWindow?.(0, after));
});
