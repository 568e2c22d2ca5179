import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { LiquidationSums } from '../../../src/adapters/binance/liquidations.ts';
import { isDue, openSeries } from '../../../src/app/wiring/economic.ts';
import { GATHERED, keep, liquidationSeries, type GatherNews } from '../../../src/app/wiring/liquidations.ts';
import { runProduct } from '../../access/product-process.ts';

const PERIOD = 5 * 60_000;
const START = Date.UTC(2026, 10, 21, 12);
const folder = mkdtempSync(join(tmpdir(), 'liquidations-'));
after(() => { rmSync(folder, { recursive: true }); });

/** A frame as Binance sends it: github.com/JKorf/Binance.Net, Subscriptions/UsdFutures/Liquidations, MIT. */
const frame = (symbol: string, side: 'BUY' | 'SELL', price: string, quantity: string, at: number) => JSON.stringify({
  stream: `${symbol.toLowerCase()}@forceOrder`,
  data: { e: 'forceOrder', E: at, o: { s: symbol, S: side, o: 'LIMIT', f: 'IOC', q: quantity, p: price, ap: price, X: 'FILLED', l: quantity, z: quantity, T: at } },
});

test('what is sold out of longs and bought back of shorts is added up by coin and period', () => {
  const sums = new LiquidationSums(['BTC', 'ETH']);
  sums.connection('up', START - 1);
  const told = [frame('BTCUSDT', 'SELL', '9910', '0.5', START), frame('BTCUSDT', 'SELL', '10000', '1', START + PERIOD - 1), frame('BTCUSDT', 'BUY', '9000', '2', START + 1), frame('BTCUSDT', 'BUY', '9000', '5', START + PERIOD), frame('DOGEUSDT', 'BUY', '1', '1', START)];
  for (const text of told) assert.ok(sums.hear(text));
  assert.deepEqual(sums.end(START), [{ coin: 'BTC', from: START, longs: 14_955, shorts: 18_000 }, { coin: 'ETH', from: START, longs: 0, shorts: 0 }]);
  assert.deepEqual(sums.end(START + PERIOD)?.[0], { coin: 'BTC', from: START + PERIOD, longs: 0, shorts: 45_000 });
});

test('a period in which the connection was down, however shortly, is not told: calm and deafness look alike', () => {
  const sums = new LiquidationSums(['BTC']);
  sums.connection('up', START + 1);
  assert.equal(sums.end(START), undefined, 'it came up within it');
  assert.ok(sums.end(START + PERIOD));
  sums.connection('down', START + 2 * PERIOD + 1);
  sums.connection('up', START + 2 * PERIOD + 2);
  assert.equal(sums.end(START + 2 * PERIOD), undefined);
  sums.connection('down', START + 3 * PERIOD + 1);
  assert.equal(sums.end(START + 3 * PERIOD), undefined, 'it is still down');
});

test('what cannot be read is no liquidation', () => {
  const sums = new LiquidationSums(['BTC']);
  for (const text of ['', '<html>', '{"data":{"e":"forceOrder","o":{}}}', frame('BTCUSDT', 'SELL', 'NaN', '1', START)]) assert.equal(sums.hear(text), false, text);
  assert.ok(sums.hear('{"result":[],"id":1}'));
});

test('what was gathered is a series like any other, known when it was heard, and is never asked for', async () => {
  const store = openSeries(join(folder, 'kept'));
  try {
    await keep(store, [{ coin: 'BTC', from: START, longs: 5, shorts: 7 }], START + PERIOD + 5_000);
    const { longs, shorts } = liquidationSeries('BTC');
    assert.deepEqual(await store.history(longs), [{ date: START, value: 5, availableAt: START + PERIOD + 5_000 }]);
    assert.deepEqual((await store.asOf(shorts, START + PERIOD)).length, 0);
    const [summary] = await store.list();
    assert.deepEqual([summary.source, isDue(summary, START + 10_000 * PERIOD)], [GATHERED, false]);
  } finally {
    await store.close();
  }
});

test('one command listens until it is stopped, to the coins that were named and to nobody else', async () => {
  const asked: string[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer().on('upgrade', (request, socket, head) => {
    asked.push(request.url ?? '');
    sockets.handleUpgrade(request, socket, head, (ws) => { ws.send(frame('BTCUSDT', 'SELL', '9910', '0.5', Date.now())); });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  try {
    const { code, stderr, dialled } = await runProduct({
      home: join(folder, 'home'), words: ['sentiment', 'gather', 'btc,SOL', '--json'], environment: { ALGOTRENDY_LOOPBACK_PORT: String(port) },
      onLine(line, child) { if ((JSON.parse(line) as GatherNews).kind === 'connection') child.kill('SIGINT'); },
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual([asked, dialled], [['/market/stream?streams=btcusdt@forceOrder/solusdt@forceOrder'], [`127.0.0.1:${port}`]]);
  } finally {
    sockets.close();
    server.closeAllConnections();
    server.close();
  }
});
