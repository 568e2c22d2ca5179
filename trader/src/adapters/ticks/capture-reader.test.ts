import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { OrderBook } from '../../domain/order-book.ts';
import { TICK } from '../../domain/tick.ts';
import { seededRandom } from '../../../test/random.ts';
import type { Capture } from './capture.ts';
import { readCapture } from './capture-reader.ts';

const SHIPPED = fileURLToPath(new URL('../../../../data/binance-spot_BTCUSDT_ticks_20240808.gz', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ticks-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A file of lines, or of bytes. */
function file(content: readonly string[] | Uint8Array): string {
  const path = join(folder, `${files++}`);
  writeFileSync(path, content instanceof Uint8Array ? content : content.map((line) => `${line}\n`).join(''));
  return path;
}

function read(...lines: readonly string[]): Promise<Capture> {
  return readCapture([file(lines)]);
}

/** Ticks as words: `bid 100 5 @1`. */
function words({ ticks }: Capture): readonly string[] {
  const names = Object.keys(TICK);
  return Array.from({ length: ticks.length }, (_, i) => `${names[ticks.kind[i]]} ${ticks.price[i]} ${ticks.size[i]} @${ticks.tsExchange[i]}`);
}

/** A line of a recorded stream: local time in milliseconds, then the message. */
function line(ms: number, data: object): string {
  return `${1_700_000_000_000 + ms}000000 ${JSON.stringify(data)}`;
}

const T0 = 1_700_000_000_000;
const depth = (U: number, u: number, ms: number, b: readonly string[][], a: readonly string[][] = []) => ({ stream: 's', data: { e: 'depthUpdate', E: T0 + ms, U, u, b, a } });
const snapshot = (lastUpdateId: number, bids: readonly string[][], asks: readonly string[][]) => ({ lastUpdateId, bids, asks });
const trade = (t: number, ms: number, p: string, q: string, m: boolean, more: object = {}) => ({ stream: 's', data: { e: 'trade', E: T0 + ms, T: T0 + ms, t, p, q, m, ...more } });

test('a recorded stream becomes ticks: the snapshot when it comes, then what follows it', async () => {
  const capture = await read(
    line(1, depth(1, 5, 1, [['9.5', '1']])), line(2, depth(6, 9, 2, [['9.5', '7']])),
    line(3, snapshot(6, [['9.50', '2.0'], ['9.25', '3']], [['10', '4']])), line(4, trade(1, 4, '10', '0.5', false)), line(5, depth(10, 10, 5, [], [['10', '0']])),
  );
  assert.deepEqual([capture.priceScale, capture.quantityScale], [2, 1]);
  assert.deepEqual(words(capture).map((text) => text.replace(String(T0), '')), [
    'reset 0 0 @1700000000002', 'bid 950 20 @1700000000002', 'bid 925 30 @1700000000002', 'ask 1000 40 @1700000000002', 'bid 950 70 @1700000000002',
    'buy 1000 5 @1700000000004', 'ask 1000 0 @1700000000005',
  ].map((text) => text.replace(String(T0), '')));
  const { updates, coveredUpdates, snapshots, trades, gaps } = capture.report;
  assert.deepEqual([updates, coveredUpdates, snapshots, trades, gaps], [2, 1, 1, 1, []]);
});

test('a gap in the numbers is reported, and the book is unknown until the next snapshot', async () => {
  const capture = await read(
    line(0, depth(1, 2, 0, [])), line(1, snapshot(2, [['9', '1']], [['10', '1']])), line(2, depth(5, 6, 2, [['9', '5']])), line(3, depth(7, 7, 3, [['8', '5']])),
    line(4, snapshot(6, [['9', '2']], [['11', '1']])),
  );
  assert.deepEqual(capture.report.gaps, [{ at: T0 + 2, after: 2, next: 5 }]);
  assert.deepEqual(words(capture).slice(3).map((text) => text.split(' @')[0]), ['reset 0 0', 'reset 0 0', 'bid 9 2', 'ask 11 1', 'bid 8 5']);
  assert.deepEqual([capture.report.snapshots, capture.report.updates, capture.report.coveredUpdates], [2, 1, 2]);
});

test('the recorder\'s clock is moved so that nothing is known before it happened, and by how much is said', async () => {
  const { ticks, report } = await read(line(-1200, trade(1, 70, '10', '1', true)), line(-1000, trade(2, 275, '10', '1', true)), line(-900, trade(3, 300, '10', '1', true)));
  assert.equal(report.clockBehindMs, 1275);
  assert.deepEqual(report.delayMs, [0, 5, 75]);
  for (let i = 0; i < ticks.length; i++) assert.ok(ticks.tsLocal[i] >= ticks.tsExchange[i]);
});

test('a recorder whose clock is ahead is believed', async () => {
  const { report } = await read(line(90, trade(1, 70, '10', '1', true)));
  assert.deepEqual([report.clockBehindMs, report.delayMs], [0, [20, 20, 20]]);
});

test('ticks out of order are put in order; repeated trades and trades that never came are counted', async () => {
  const capture = await read(
    line(50, trade(1, 10, '10', '1', true)), line(51, trade(2, 30, '10', '2', true)), line(52, trade(2, 30, '10', '2', true)), line(53, trade(5, 20, '10', '3', false)),
    line(54, trade(6, 60, '10', '9', false, { X: 'INSURANCE_FUND' })),
  );
  assert.deepEqual(words(capture).map((text) => text.slice(0, 8)), ['sell 10 ', 'buy 10 3', 'sell 10 ']);
  const { outOfOrder, repeatedTrades, missingTrades, ignored } = capture.report;
  assert.deepEqual([outOfOrder, repeatedTrades, missingTrades, ignored], [1, 1, 2, 1]);
});

test('a crossed book is counted', async () => {
  const { report } = await read(line(0, depth(1, 1, 0, [])), line(1, snapshot(1, [['9', '1']], [['10', '1']])), line(2, depth(2, 2, 2, [['10', '4']])), line(3, depth(3, 3, 3, [['10', '0']])));
  assert.equal(report.crossed, 1);
});

test('the best prices are compared with the venue\'s own quotes', async () => {
  const quote = (u: number, b: string, a: string) => ({ stream: 's', data: { u, b, B: '1', a, A: '1' } });
  const { report } = await read(
    line(0, depth(1, 1, 0, [])), line(1, snapshot(1, [['9', '1']], [['10', '1']])), line(2, quote(2, '9', '10')), line(3, quote(3, '8', '10')),
    line(4, depth(2, 2, 4, [['7', '4']])), line(5, depth(3, 3, 5, [['9', '2']])),
  );
  assert.deepEqual([report.bestCompared, report.bestEqual], [2, 1]);
});

test('the shipped recording has no gap, never crosses, and agrees with every quote of its venue', async () => {
  const { report } = await readCapture([SHIPPED]);
  assert.deepEqual([report.gaps, report.crossed, report.bestEqual, report.unusedUpdates], [[], 0, report.bestCompared, 0]);
  assert.ok(report.bestCompared > 1_000);
  assert.ok(report.clockBehindMs > 1_270 && report.clockBehindMs < 1_280);
});

/** A book that changes at random, as a stream with one snapshot taken somewhere in it; `lose` leaves one update out. */
function randomStream(seed: number, lose: boolean) {
  const random = seededRandom(seed);
  const book = { b: new Map<string, string>(), a: new Map<string, string>() };
  const lines: string[] = [];
  const snapshotAt = 5 + Math.floor(random() * 10);
  const lost = lose ? snapshotAt + 10 + Math.floor(random() * 10) : -1;
  let id = 1;
  for (let i = 0; i < 60; i++) {
    const changes: { b: string[][]; a: string[][] } = { b: [], a: [] };
    const before = { b: [...book.b], a: [...book.a] };
    for (let n = Math.floor(random() * 6); n >= 0; n--) {
      const side = random() < 0.5 ? 'b' : 'a';
      const price = ((side === 'b' ? 100 : 101) + (side === 'b' ? -1 : 1) * Math.floor(random() * 20) / 4).toFixed(2);
      const size = random() < 0.3 ? '0.000' : (random() * 10).toFixed(3);
      changes[side].push([price, size]);
      if (Number(size) === 0) book[side].delete(price);
      else book[side].set(price, size);
    }
    const last = id + Math.floor(random() * 4);
    // The snapshot is older than the update that comes before it in the stream, as a slow answer is.
    const update = line(i, depth(id, last, i, changes.b, changes.a));
    if (i !== lost) lines.push(update);
    if (i === snapshotAt) lines.push(line(i, snapshot(id - 1, before.b, before.a)));
    id = last + 1;
  }
  return { lines, book };
}

test('the book after a snapshot and its updates is the venue\'s, and after a lost update there is none', () => fc.assert(fc.asyncProperty(fc.integer(), fc.boolean(), async (seed, lose) => {
  const { lines, book } = randomStream(seed, lose);
  const { ticks, priceScale, quantityScale, report } = await read(...lines);
  const made = new OrderBook();
  for (let i = 0; i < ticks.length; i++) {
    if (ticks.kind[i] === TICK.reset) made.clear();
    else (ticks.kind[i] === TICK.bid ? made.bids : made.asks).set(ticks.price[i], ticks.size[i]);
  }
  assert.equal(report.gaps.length, Number(lose));
  for (const [side, levels] of [[made.bids, book.b], [made.asks, book.a]] as const) {
    assert.equal(side.levels, lose ? 0 : levels.size);
    if (lose) continue;
    for (const [price, size] of levels) assert.equal(side.at(Math.round(Number(price) * 10 ** priceScale)), Math.round(Number(size) * 10 ** quantityScale));
  }
}), { numRuns: 60 }));

const TABLES: readonly (readonly [name: string, lines: readonly string[], expected: readonly string[]])[] = [
  ['binance-depth', [
    'symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu', 'B,1667346579146,20,20,b,snap,20.5,1.5,-1', 'B,1667346579146,20,20,a,snap,21,2,-1',
    'B,1667346579200,18,25,a,set,21.00,0.000,17',
  ], ['reset 0 0 @1667346579146', 'bid 205 15 @1667346579146', 'ask 210 20 @1667346579146', 'ask 210 0 @1667346579200']],
  ['tardis-incremental-book', [
    'exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount', 'd,P,1585699200245000,1585699200355684,true,ask,6421.5,10', 'd,P,1585699200245000,1585699200355684,true,bid,6421,20',
    'd,P,1585699200250500,1585699200360000,false,bid,6421,0',
  ], ['reset 0 0 @1585699200245', 'bid 64210 20 @1585699200245', 'ask 64215 10 @1585699200245', 'bid 64210 0 @1585699200250.5']],
  ['tardis-book-snapshots', [
    'exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount',
    'b,P,1598918403696000,1598918403810979,11.5,2,11,3,12,4,10.5,5',
  ], ['reset 0 0 @1598918403696', 'bid 110 3 @1598918403696', 'bid 105 5 @1598918403696', 'ask 115 2 @1598918403696', 'ask 120 4 @1598918403696']],
  ['tardis-trades', ['exchange,symbol,timestamp,local_timestamp,id,side,price,amount', 'b,X,1583020803145000,1583020803307160,ccc3,sell,8531.5,2152'], ['sell 85315 2152 @1583020803145']],
  ['tardis-quotes', ['exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount', 'h,B,1588291201099000,1588291201234268,5494,8629.3,8629.2,806'],
    ['bidQuote 86292 806 @1588291201099', 'askQuote 86293 5494 @1588291201099']],
  ['truefx-quotes', ['timestamp,bid,ask', '2013-01-01 22:00:00.295000+00:00,86.655,86.728'], ['bidQuote 86655 Infinity @1357077600295', 'askQuote 86728 Infinity @1357077600295']],
  ['histdata-quotes', ['20200101 170000065,1.121200,1.121720,0'], ['bidQuote 112120 Infinity @1577916000065', 'askQuote 112172 Infinity @1577916000065']],
];

for (const [name, lines, expected] of TABLES) {
  test(`${name} is found by its columns and read`, async () => {
    const capture = await read(...lines);
    assert.deepEqual([capture.report.formats, words(capture)], [[name], expected]);
  });
}

test('quotes and trades of Parquet are read, together or each by itself', async () => {
  const time = [1_610_064_001_076n, 1_610_064_001_157n];
  const quotes = file(new Uint8Array(parquetWriteBuffer({ columnData: [
    { name: 'timestamp', data: time, type: 'INT64' }, { name: 'ask', data: [10.5, 10.25], type: 'DOUBLE' }, { name: 'ask_size', data: [1, 0.1 + 0.2], type: 'DOUBLE' },
    { name: 'bid', data: [10, 10], type: 'DOUBLE' }, { name: 'bid_size', data: [2, 2], type: 'DOUBLE' },
  ] })));
  const trades = file(new Uint8Array(parquetWriteBuffer({ columnData: [
    { name: 'timestamp', data: time, type: 'INT64' }, { name: 'trade_id', data: [7n, 8n], type: 'INT64' }, { name: 'price', data: [10.5, 10], type: 'DOUBLE' },
    { name: 'quantity', data: [1, 1], type: 'DOUBLE' }, { name: 'buyer_maker', data: ['False', 'True'], type: 'STRING' },
  ] })));
  const capture = await readCapture([quotes, trades]);
  assert.deepEqual([capture.report.formats, capture.quantityScale], [['parquet-quotes', 'parquet-trades'], 1]);
  assert.deepEqual(words(capture).map((text) => text.split(' @')[0]), ['bidQuote 1000 20', 'askQuote 1050 10', 'buy 1050 10', 'bidQuote 1000 20', 'askQuote 1025 3', 'sell 1000 10']);
});

test('times of a Parquet file are milliseconds, microseconds or nanoseconds by their size, as in a text', async () => {
  for (const factor of [1n, 1_000n, 1_000_000n]) {
    const { ticks } = await readCapture([file(new Uint8Array(parquetWriteBuffer({ columnData: [
      { name: 'timestamp', data: [1_700_000_000_000n * factor, 1_700_000_001_000n * factor], type: 'INT64' }, { name: 'trade_id', data: [1n, 2n], type: 'INT64' },
      { name: 'price', data: [1, 2], type: 'DOUBLE' }, { name: 'quantity', data: [1, 2], type: 'DOUBLE' }, { name: 'buyer_maker', data: [true, false], type: 'BOOLEAN' },
    ] })))]);
    assert.deepEqual([...ticks.tsExchange.subarray(0, 2)], [1_700_000_000_000, 1_700_000_001_000]);
  }
});

/** An archive as NumPy writes it: one packed entry, an array of hftbacktest's events. */
function archive(rows: readonly (readonly [ev: number, exch: bigint, local: bigint, px: number, qty: number])[], columns = 'ev,exch_ts,local_ts,px,qty,order_id,ival,fval'): Uint8Array {
  const types = ['<u8', '<i8', '<i8', '<f8', '<f8', '<u8', '<i8', '<f8'];
  const header = `{'descr': [${columns.split(',').map((name, i) => `('${name}', '${types[i]}')`).join(', ')}], 'fortran_order': False, 'shape': (${rows.length},), }\n`;
  const head = Buffer.alloc(10);
  head.write('\u0093NUMPY\u0001\u0000', 'latin1');
  head.writeUInt16LE(header.length, 8);
  const body = Buffer.alloc(64 * rows.length);
  rows.forEach(([ev, exch, local, px, qty], i) => {
    body.writeBigUInt64LE(BigInt(ev), 64 * i);
    body.writeBigInt64LE(exch, 64 * i + 8);
    body.writeBigInt64LE(local, 64 * i + 16);
    body.writeDoubleLE(px, 64 * i + 24);
    body.writeDoubleLE(qty, 64 * i + 32);
  });
  const array = Buffer.concat([head, Buffer.from(header, 'latin1'), body]);
  const packed = deflateRawSync(array);
  const local = Buffer.alloc(30 + 8);
  local.write('PK\u0003\u0004', 'latin1');
  local.writeUInt16LE(8, 26);
  const directory = Buffer.alloc(46 + 8);
  directory.write('PK\u0001\u0002', 'latin1');
  directory.writeUInt16LE(8, 10);
  directory.writeUInt32LE(packed.length, 20);
  directory.writeUInt32LE(array.length, 24);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt32LE(local.length + packed.length, 16);
  return new Uint8Array(Buffer.concat([local, packed, directory, end]));
}

const [VENUE, HERE, BUYER, SELLER] = [2 ** 31, 2 ** 30, 2 ** 29, 2 ** 28];
const NS = 1_700_000_000_000_000_000n;

test('events of hftbacktest are read once each, a clearing with what follows it as a snapshot', async () => {
  const capture = await readCapture([file(archive([
    [VENUE + HERE + 3, NS, NS + 500_000n, NaN, 0], [VENUE + HERE + BUYER + 4, NS, NS + 500_000n, 9.5, 2], [VENUE + HERE + SELLER + 4, NS, NS + 500_000n, 10, 0.1 + 0.2],
    [VENUE + BUYER + 2, NS + 1_000_000n, NS + 9_000_000n, 10, 0.1], [VENUE + HERE + SELLER + 1, NS + 2_250_000n, NS + 3_000_000n, 10, 0], [HERE + BUYER + 2, NS + 1_000_000n, NS + 9_000_000n, 10, 0.1],
    [VENUE + HERE + 10, NS + 3_000_000n, NS + 4_000_000n, 10, 1],
  ]))]);
  assert.deepEqual(words(capture), [
    'reset 0 0 @1700000000000', 'bid 95 20 @1700000000000', 'ask 100 3 @1700000000000', 'buy 100 1 @1700000000001', 'ask 100 0 @1700000000002.25',
  ]);
  const { formats, snapshots, updates, numberedUpdates, ignored, delayMs } = capture.report;
  assert.deepEqual([formats, snapshots, updates, numberedUpdates, ignored, delayMs], [['hftbacktest-events'], 1, 1, 0, 1, [0.5, 0.5, 8]]);
});

const FAULTS: readonly (readonly [what: string, content: readonly string[] | Uint8Array, message: RegExp])[] = [
  ['an empty file', [], /is empty/],
  ['gzip of something else', gzipSync('hello\n'), /line 1: has the columns hello/],
  ['a recording cut short', readFileSync(SHIPPED).subarray(0, 100_000), /the gzip data ends too early; fetch or write the file again/],
  ['damaged gzip', Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 255, 255, 255, 255]), /the gzip data is damaged/],
  ['Parquet cut short', new TextEncoder().encode('PAR1 and no more'), /cannot be decoded as Parquet/],
  ['an archive cut short', archive([[VENUE + BUYER + 2, NS, NS, 10, 1]]).subarray(0, 200), /the archive is damaged or cut short/],
  ['an archive of something else', archive([], 'a,b,c,d,e,f,g,h'), /holds an array of a, b, c, d, e, f, g, h; events of hftbacktest are ev, exch_ts/],
  ['columns of something else', ['timestamp,open,high,low,close', '1,2,3,4,5'], /line 1: has the columns timestamp, open, high, low, close, which are those of no known recording: binance-depth, .*or a stream of Binance/],
  ['a row of too few fields', ['timestamp,bid,ask', '1700000000000,1'], /line 2: has 2 fields where there are 3 columns/],
  ['a price of nothing', ['timestamp,bid,ask', '1700000000000,1,0'], /line 2: has the price "0"; a price is a number above 0/],
  ['a time that is none', ['timestamp,bid,ask', 'noon,1,2'], /line 2: has no time that can be read/],
  ['a side that is none', ['timestamp,local_timestamp,side,price,amount', '1583020803145000,1583020803145000,up,1,1'], /line 2: has the side "up"/],
  ['a size that is none', [line(0, trade(1, 0, '10', 'x', true))], /line 1: has the size "x"/],
  ['a message that breaks off', [line(0, trade(1, 0, '10', '1', true)), line(1, {}).slice(0, -1)], /line 2: has a message that is no JSON/],
  ['another kind of line', [line(0, trade(1, 0, '10', '1', true)), 'what?'], /line 2: does not begin with a time of 19 digits/],
  ['updates without a snapshot', [line(0, depth(1, 2, 0, [['9', '1']]))], /has depth \(1 message\) and no snapshot that it changes; name the file with the snapshot first/],
  ['messages of no use', [line(0, { result: null })], /tells of no book, quote or trade/],
  ['more digits than there are', ['timestamp,bid,ask', '1700000000000,9000000000000,0.001'], /together they need more digits than can be counted/],
];

for (const [what, content, message] of FAULTS) {
  test(`${what} is one clear error`, async () => {
    await assert.rejects(readCapture([file(content)]), { name: 'TickFileError', message });
  });
}

test('a file that is not there, and a folder, are named', async () => {
  await assert.rejects(readCapture([join(folder, 'nowhere')]), /nowhere: does not exist/);
  await assert.rejects(readCapture([folder]), /is a folder/);
});
