import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SpotGateway } from '../../src/adapters/binance/gateway.ts';
import { Signer } from '../../src/adapters/binance/signing.ts';
import { wireLive } from '../../src/app/wiring/live.ts';
import { BarCursor } from '../../src/domain/bar.ts';
import { format } from '../../src/domain/exact.ts';
import { Random } from '../../src/domain/random.ts';
import type { BookSpec } from '../../src/pipeline/book-maker.ts';
import type { Engine } from '../../src/pipeline/engine.ts';
import { Ingest } from '../../src/pipeline/ingest.ts';
import { Recorder } from '../../src/pipeline/recorder.ts';
import type { JournalRecord } from '../../src/ports/journal.ts';
import { runBacktest } from '../../src/research/backtest.ts';
import { BasisPointFee } from '../../src/simulation/fees.ts';
import { movingAverageCross } from '../../src/strategies/moving-average-cross/moving-average-cross.ts';
import { MemoryJournal, MINUTE, walkBars } from '../markets.ts';
import { make } from '../opinions.ts';
import { seededRandom } from '../random.ts';
import { SpotServer } from '../venues/binance/spot-server.ts';

const INSTRUMENT = { id: 'BTC-USDT.BINANCE', assetClass: 'crypto', quoteCurrency: 'USDT', priceScale: 2, quantityScale: 5, tickSize: 1, lotSize: 1, minNotional: 0 } as const;
const MARKETS = [{ instrument: INSTRUMENT, intervalMs: MINUTE }];
const FEES = new BasisPointFee('10');
const MONEY_SCALE = 10;
const BARS = 240;

const books = (): BookSpec[] => [[2, 5], [3, 8]].map(([fast = 2, slow = 5]) => ({
  strategyName: 'cross', strategy: make(movingAverageCross, { fast, slow }), market: 0, sizing: { kind: 'units', units: '0.5' },
}));

class SyncedJournal extends MemoryJournal {
  sync(): void {}
}

/** All that was decided, in its order; the backtest names its run by itself. */
const ordersOf = (records: readonly JournalRecord[]) => records.flatMap((record) => (record.kind === 'order' ? [{ ...record, clientOrderId: '' }] : []));
const stateOf = ({ portfolio, books: all }: Engine) => [format(portfolio.account.cash, portfolio.account.moneyScale), portfolio.fills, all.map(({ quantity }) => quantity)];

test('the same bars give the same orders, ledger and positions in a backtest and at a venue reached over the network', async () => {
  const bars = walkBars(seededRandom(11), { bars: BARS, start: 30_000, volatility: 0.004, from: Date.parse('2026-01-01T00:00:00Z') });
  const journal = new SyncedJournal();
  const backtest = runBacktest({
    markets: MARKETS, books: books(), cash: '100000', fees: FEES, guards: [], latencyMs: 0, marketFill: 'close', audit: new Recorder(journal, [INSTRUMENT], MONEY_SCALE),
  }, [[bars]]);

  let now = bars.timestamp[0];
  const clock = { now: () => now, after: (ms: number, work: () => void) => { const timer = setTimeout(work, ms); return () => { clearTimeout(timer); }; } };
  const server = new SpotServer({ key: 'key', secret: 'secret', now: () => now });
  const host = await server.listen();
  const gateway = new SpotGateway({ hosts: { rest: `http://${host}`, stream: `ws://${host}/ws-api/v3` }, signer: new Signer('key', 'secret'), clock, random: new Random(1), onUnreadable() {} }, [{ symbol: 'BTCUSDT', instrument: INSTRUMENT }]);
  const own = new SyncedJournal();
  const recorder = new Recorder(own, [INSTRUMENT], MONEY_SCALE);
  const { engine, courier } = wireLive({
    run: 'live', markets: MARKETS, books: books(), cash: '100000', moneyScale: MONEY_SCALE, fees: FEES, guards: [], journal: own, onReports() {},
    terms: { id: 'parity', world: 'sandbox', foreign: 'halt', ramp: { start: 1, step: 1 }, feeRates: {}, margin: false }, link: { gateway, clock, onNote() {}, onBooked() {} },
    audit: { onOrder: (order) => { recorder.onOrder(order); }, onReport: (report) => { recorder.onReport(report); }, onDenial() {} },
  });
  const ingest = new Ingest(engine, MARKETS, own);
  try {
    await courier.start();
    const cursor = new BarCursor(bars);
    for (cursor.index = 0; cursor.index < BARS; cursor.index++) {
      now = cursor.timestamp + MINUTE;
      const before = recorder.orders;
      ingest.admitBar(0, cursor);
      const sent = recorder.orders;
      while (server.orders.length < sent) await sleep(1);
      for (const order of server.orders.slice(before)) {
        server.trade(order.clientOrderId, { price: cursor.close.toFixed(2), quantity: order.quantity, fee: (cursor.close * 0.0005).toFixed(8), feeCurrency: 'USDT', liquidity: 'taker' });
      }
      while (engine.portfolio.fills < sent) await sleep(1);
      assert.equal(recorder.orders, sent);
    }
    assert.ok(server.orders.length > 40, 'it has traded');
    assert.deepEqual(ordersOf(own.records), ordersOf(journal.records));
    assert.deepEqual(stateOf(engine), stateOf(backtest));
  } finally {
    await courier.stop();
    await server.close();
  }
});
