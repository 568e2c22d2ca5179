import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Refusal } from '../refusal.ts';
import { backtest } from './backtest.ts';
import type { AccountRequest, BacktestReport, BacktestRequest } from './backtest-request.ts';
import { shippedVenues } from './venue-account.ts';
import { DATA_FOLDER } from './venue-rules.ts';

const folder = mkdtempSync(join(tmpdir(), 'venue-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const BTC = join(DATA_FOLDER, 'binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz');
const HOUR = 3_600_000;

interface Asked extends Partial<AccountRequest> {
  readonly venue?: string;
  readonly id?: string;
  readonly file?: string;
  readonly sizing?: BacktestRequest['sizing'];
  readonly fee?: BacktestRequest['fee'];
}

function run({ venue = 'binance-usdm', id = 'BTC-USDT-PERP.BINANCE', file = BTC, sizing = { kind: 'fraction', fraction: '0.9' }, fee = { kind: 'venue' }, ...account }: Asked): Promise<BacktestReport> {
  return backtest({
    strategy: 'macd', bars: [{ instrument: id, file }], intervalMs: file === BTC ? HOUR : undefined, from: undefined, to: undefined, first: undefined,
    parameters: { direction: 'both' }, cash: '100000', fee, fill: 'next-open', sizing, venue, strict: false, account: { margin: 'cross', leverage: '1', funding: [], ...account },
  }, { home: join(folder, 'home') });
}

async function refusal(asked: Asked): Promise<string> {
  try {
    await run(asked);
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return `${error.code}: ${error.message}${error.where === undefined ? '' : ` (${error.where.replace(folder, '')})`}${error.hint === undefined ? '' : ` ${error.hint}`}`;
  }
  return 'it ran';
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Hourly bars around a price from a moment on. */
function barsFile(name: string, from: string, count: number, price: number, decimals: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const close = (price * (1 + 0.01 * Math.sin(i / 3))).toFixed(decimals);
    return `${Date.parse(`${from}Z`) + i * HOUR},${close},${close},${close},${close},1`;
  });
  return write(name, `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
}

test('a run at a venue is charged its fees and funding, and the costs add up', async () => {
  const { costs, fees, finalEquity, fills, turnover, warnings, venue, margin, leverage } = await run({});
  assert.deepEqual([venue, margin, leverage, costs.fees, costs.borrow, costs.swap, costs.liquidation], ['binance-usdm', 'cross', '1', fees, '0', '0', '0']);
  assert.ok(fills > 40 && Math.abs(Number(fees) / (turnover * 100_000) - 0.0005) < 1e-9, 'five basis points of everything');
  assert.notEqual(costs.funding, '0');
  assert.match(warnings.join('\n'), /Funding of BTC-USDT-PERP\.BINANCE is reckoned at 0\.01 % every 8 hours/);
  const other = await run({ fee: { kind: 'bps', bps: '10' } });
  assert.ok(Math.abs(Number(other.fees) / (other.turnover * 100_000) - 0.001) < 1e-9, 'a fee that is asked for comes first');
  assert.notEqual(other.finalEquity, finalEquity);
});

test('recorded funding rates are used as they are', async () => {
  const times = Array.from({ length: 100 }, (_, i) => Date.parse('2025-05-04T16:00Z') + i * 8 * HOUR);
  const free = await run({ funding: [{ instrument: undefined, file: write('zero.csv', `timestamp,rate\n${times.map((time) => `${time},0`).join('\n')}\n`) }] });
  assert.equal(free.costs.funding, '0');
  assert.doesNotMatch(free.warnings.join('\n'), /Funding|funding/);
  const short = await run({ funding: [{ instrument: 'BTC-USDT-PERP.BINANCE', file: write('short.csv', `${times[10]},0.0001\n${times[11]},-0.0001\n`) }] });
  assert.match(short.warnings.join('\n'), /do not cover all bars/);
});

test('leverage lets a position be larger than the account, and takes it away when its margin is used up', async () => {
  const few = await run({ sizing: { kind: 'fraction', fraction: '3' } });
  assert.deepEqual([few.fills, few.warnings.some((warning) => /rejected \d+ orders: insufficient margin/.test(warning))], [0, true]);
  const { liquidations, costs, finalEquity } = await run({ sizing: { kind: 'fraction', fraction: '45' }, leverage: '50' });
  assert.equal(liquidations, 1);
  assert.ok(Number(costs.liquidation) !== 0 && Number(finalEquity) >= 0);
});

test('every shipped venue runs on bars of its own time without a warning of dates', async () => {
  const first: Readonly<Record<string, readonly [id: string, from: string, price: number, decimals: number]>> = {
    alpaca: ['SPY.ARCA', '2021-03-01T05:00', 400, 2], binance: ['BTC-USDT.BINANCE', '2021-11-01T00:00', 60_000, 2], 'binance-usdm': ['SOL-USDT-PERP.BINANCE', '2025-05-01T00:00', 150, 2],
    coinbase: ['ETH-USD.COINBASE', '2022-05-01T00:00', 2_000, 2], 'ftmo-mt5': ['EURUSD.FTMO', '2025-08-01T00:00', 1.1, 5], kraken: ['BTC-USD.KRAKEN', '2022-05-01T00:00', 30_000, 1], okx: ['ETH-USDT-PERP.OKX', '2022-06-01T00:00', 1_800, 2],
  };
  for (const venue of shippedVenues()) {
    const [id, from, price, decimals] = first[venue] ?? assert.fail(`${venue} has no bars here`);
    const report = await run({ venue, id, file: barsFile(`${venue}.csv`, from, 200, price, decimals) });
    assert.ok(report.fills > 5, `${venue}: ${report.warnings.join(' ')}`);
    assert.doesNotMatch(report.warnings.join('\n'), /meant for/);
    const hourly = report.warnings.join('\n');
    if (venue === 'alpaca') assert.match(hourly, /\d+ bars of SPY\.ARCA open outside the trading hours of alpaca/);
    if (venue === 'ftmo-mt5') assert.match(hourly, /state for EURUSD\.FTMO no swap rates: none are charged/);
    if (venue === 'coinbase' || venue === 'binance') assert.match(hourly, /it cannot be sold short here/);
  }
  const early = await run({ venue: 'kraken', id: 'BTC-USD.KRAKEN', file: barsFile('early.csv', '2018-01-01T00:00', 50, 10_000, 1) });
  assert.match(early.warnings.join('\n'), /go from 2018-01-01 to 2018-01-03; the rules of kraken are meant for 2021-04-17 to 2023-12-31/);
});

test('a rule set of one\'s own can charge swap, and one that contradicts itself is refused by file and field', async () => {
  const rules = JSON.parse(readFileSync(join(DATA_FOLDER, 'venues', 'ftmo-mt5_2025-07-24.json'), 'utf8')) as { instruments: Record<string, unknown>[] };
  rules.instruments[0] = { ...rules.instruments[0], swap: { kind: 'money', long: '-0.0001', short: '0.00002', tripleDay: 3 }, unknown: [] };
  const file = barsFile('euro.csv', '2025-08-04T00:00', 300, 1.1, 5);
  const report = await run({ venue: write('mine.json', JSON.stringify(rules)), id: 'EURUSD.FTMO', file, leverage: '30' });
  assert.notEqual(report.costs.swap, '0');
  rules.instruments[0] = { ...rules.instruments[0], minQuantity: '0.015' };
  assert.equal(await refusal({ venue: write('broken.json', JSON.stringify(rules)), id: 'EURUSD.FTMO', file }), 'bad-data: instruments[0].minQuantity: 0.015 is no multiple of the lot, 0.01 (/broken.json) docs/venue-rules.md says what each field means.');
  assert.match(await refusal({ venue: write('text.json', 'rules'), id: 'EURUSD.FTMO', file }), /^bad-data: the rule set is no JSON/);
  assert.match(await refusal({ venue: join(folder, 'absent.json') }), /^usage: there is no rule set/);
});

test('what a venue does not have or give is refused with what it does', async () => {
  assert.equal(await refusal({ venue: 'binance-usd' }), 'usage: there are no rules for a venue "binance-usd" (--venue) Did you mean binance-usdm?');
  assert.match(await refusal({ venue: 'nyse' }), /Give one of alpaca, binance, binance-usdm, coinbase, ftmo-mt5, kraken, okx, or a rule set of your own/);
  assert.equal(await refusal({ id: 'BTC' }), 'usage: binance-usdm has no rules for "BTC" (--instrument) Name the bars with --instrument, as one of BTC-USDT-PERP.BINANCE, ETH-USDT-PERP.BINANCE, SOL-USDT-PERP.BINANCE.');
  assert.equal(await refusal({ leverage: '126' }), 'usage: binance-usdm gives BTC-USDT-PERP.BINANCE leverage of at most 125, not 126 (--leverage)');
  assert.match(await refusal({ venue: 'binance', id: 'BTC-USDT.BINANCE', leverage: '2' }), /binance has no margin table for BTC-USDT\.BINANCE/);
  assert.match(await refusal({ funding: [{ instrument: 'ETH', file: 'x' }] }), /--funding names the instrument/);
  assert.equal(await refusal({ funding: [{ instrument: undefined, file: write('bad.csv', 'timestamp,rate\n1746345600000,ten\n') }] }), 'bad-data: line 2 is no funding rate: "1746345600000,ten" (/bad.csv) Give timestamp,rate: 1746345600000,0.0001 is 0.01 % at 2025-05-04 08:00 UTC.');
  assert.match(await refusal({ funding: [{ instrument: undefined, file: write('back.csv', '5,0\n4,0\n') }] }), /line 2 does not come after the line before/);
  assert.match(await refusal({ funding: [{ instrument: undefined, file: write('none.csv', 'timestamp,rate\n') }] }), /there are no funding rates/);
  assert.match(await refusal({ funding: [{ instrument: undefined, file: write('much.csv', '5,1.5\n') }] }), /more than the whole position/);
});
