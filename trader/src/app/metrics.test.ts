import assert from 'node:assert/strict';
import { test } from 'node:test';
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
