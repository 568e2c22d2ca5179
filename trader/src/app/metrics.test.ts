import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DELAY_BOUNDS_MS, DelayHistogram } from '../pipeline/delay-histogram.ts';
import { FeedQuality } from '../pipeline/feed-quality.ts';
import { paperMetrics } from './metrics.ts';

test('a run is counted in the exposition format, apart from any other run', async () => {
  const metrics = paperMetrics();
  metrics.onBars('BTC-USDT-PERP.BINANCE', 2);
  metrics.onBarsRejected('BTC-USDT-PERP.BINANCE', 1);
  metrics.onOrder('BTC-USDT-PERP.BINANCE', 'buy');
  metrics.onFill('BTC-USDT-PERP.BINANCE', 'buy');
  metrics.onDenial('exposure');
  metrics.onJournal(3, 420);
  metrics.onDecision(0.00003);
  metrics.setAccount(100_250.5, 0.01);
  const text = await metrics.text();
  for (const line of [
    'algotrendy_bars_total{instrument="BTC-USDT-PERP.BINANCE"} 2',
    'algotrendy_bars_rejected_total{instrument="BTC-USDT-PERP.BINANCE"} 1',
    'algotrendy_orders_total{instrument="BTC-USDT-PERP.BINANCE",side="buy"} 1',
    'algotrendy_fills_total{instrument="BTC-USDT-PERP.BINANCE",side="buy"} 1',
    'algotrendy_denials_total{rule="exposure"} 1',
    'algotrendy_journal_records_total 3',
    'algotrendy_journal_bytes_total 420',
    'algotrendy_equity 100250.5',
    'algotrendy_drawdown_ratio 0.01',
    'algotrendy_tick_to_decision_seconds_bucket{le="0.00005"} 1',
    'algotrendy_tick_to_decision_seconds_count 1',
  ]) assert.ok(text.split('\n').includes(line), `${line} is missing from\n${text}`);
  assert.ok(!(await paperMetrics().text()).includes('exposure'));
});

test('the quality of a feed is measured, each trade\'s delay once', async () => {
  const metrics = paperMetrics();
  const quality = new FeedQuality(1, 60_000);
  quality.onTrade(0, { price: 10, quantity: 1, tsEvent: 1_000, firstId: 1, lastId: 1 }, 1_030);
  quality.onTrade(0, { price: 10, quantity: 1, tsEvent: 2_000, firstId: 4, lastId: 4 }, 902_000);
  for (const live of [true, true, true, false]) quality.onReleased(live);
  const state = { connection: 'up', catchingUp: false, reconnections: 2, heard: 3, fetched: 1, late: 0, ageMs: 0, trouble: undefined, unreadable: 5 } as const;
  for (let times = 0; times < 2; times++) metrics.setFeed({ ...state, quality: quality.facts(-250) }, quality.tradeDelay.counts);
  const text = await metrics.text();
  for (const line of [
    'algotrendy_feed_up 1', 'algotrendy_feed_reconnections 2', 'algotrendy_feed_unreadable_frames 5', 'algotrendy_feed_live_ratio 0.75', 'algotrendy_feed_clock_ahead_seconds -0.25',
    'algotrendy_feed_bars{what="expected"} 4', 'algotrendy_feed_bars{what="backfilled"} 1', 'algotrendy_feed_gaps{of="trades"} 1', 'algotrendy_feed_trades{what="missing"} 2',
    'algotrendy_feed_trade_delay_seconds_bucket{le="0.05"} 1', 'algotrendy_feed_trade_delay_seconds_bucket{le="60"} 1', 'algotrendy_feed_trade_delay_seconds_count 2',
  ]) assert.ok(text.split('\n').includes(line), `${line} is missing from\n${text}`);
});

test('delays are counted by bounds, and half and 99 of a hundred told by theirs', () => {
  const histogram = new DelayHistogram();
  assert.equal(histogram.summary(), undefined);
  for (let ms = -3; ms <= 96; ms++) histogram.add(ms);
  assert.deepEqual(histogram.summary(), { p50: 50, p99: 100 });
  assert.equal(histogram.counts[DELAY_BOUNDS_MS.indexOf(1)], 5);
  for (let times = 0; times < 100; times++) histogram.add(1e6);
  assert.deepEqual(histogram.summary(), { p50: 100, p99: Infinity });
});
