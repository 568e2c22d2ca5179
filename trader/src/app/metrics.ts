import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DELAY_BOUNDS_MS } from '../pipeline/delay-histogram.ts';
import type { FeedState } from './wiring/live-feed.ts';

/** What a paper run counts, in the shape that Prometheus scrapes. Import it lazily: a backtest has no use for it. */
export interface PaperMetrics {
  /** So many more bars passed ingest. */
  onBars(instrument: string, count: number): void;
  /** Ingest refused so many more. */
  onBarsRejected(instrument: string, count: number): void;
  /** An approved order went to the venue. */
  onOrder(instrument: string, side: 'buy' | 'sell'): void;
  onFill(instrument: string, side: 'buy' | 'sell'): void;
  /** Risk refused an order by this rule. */
  onDenial(rule: string): void;
  /** So many more records are in the journal, of so many bytes. */
  onJournal(records: number, bytes: number): void;
  /** Time from a bar's admission to the strategies' and risk's decision. */
  onDecision(seconds: number): void;
  /** Equity and drawdown as they are now; floats, because a gauge is a picture and no ledger. */
  setAccount(equity: number, drawdown: number): void;
  /** How a live feed fares now, and how old its trades were by the bounds of `DELAY_BOUNDS_MS`. */
  setFeed(state: FeedState, tradeDelays: Float64Array): void;
  /** The registry as text in Prometheus' exposition format. */
  text(): Promise<string>;
}

/** Upper bounds of the decision histogram: from 5 µs to 10 ms. */
const DECISION_BUCKETS = [5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2];

/** A registry of its own for one run; nothing is shared with another. */
export function paperMetrics(): PaperMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) => new Counter({ name, help, labelNames, registers });
  const bars = counter('algotrendy_bars_total', 'Bars admitted', ['instrument']);
  const rejected = counter('algotrendy_bars_rejected_total', 'Bars refused at ingest', ['instrument']);
  const orders = counter('algotrendy_orders_total', 'Orders sent to the venue', ['instrument', 'side']);
  const fills = counter('algotrendy_fills_total', 'Fills', ['instrument', 'side']);
  const denials = counter('algotrendy_denials_total', 'Orders refused by risk', ['rule']);
  const records = counter('algotrendy_journal_records_total', 'Records written to the journal');
  const bytes = counter('algotrendy_journal_bytes_total', 'Bytes written to the journal');
  const equity = new Gauge({ name: 'algotrendy_equity', help: 'Equity in the account currency', registers });
  const drawdown = new Gauge({ name: 'algotrendy_drawdown_ratio', help: 'Fall from the highest equity', registers });
  const decision = new Histogram({
    name: 'algotrendy_tick_to_decision_seconds', help: 'From the admission of a bar to the decision',
    buckets: DECISION_BUCKETS, registers,
  });
  const setFeed = feedGauges(registry);
  return {
    setFeed,
    onBars: (instrument, count) => bars.inc({ instrument }, count),
    onBarsRejected: (instrument, count) => rejected.inc({ instrument }, count),
    onOrder: (instrument, side) => orders.inc({ instrument, side }),
    onFill: (instrument, side) => fills.inc({ instrument, side }),
    onDenial: (rule) => denials.inc({ rule }),
    onJournal(count, size) {
      records.inc(count);
      bytes.inc(size);
    },
    onDecision: (seconds) => decision.observe(seconds),
    setAccount(value, fall) {
      equity.set(value);
      drawdown.set(fall);
    },
    text: () => registry.metrics(),
  };
}

/** What is measured of a live feed. Counts are gauges here: they are sums that the feed keeps itself. */
function feedGauges(registry: Registry): PaperMetrics['setFeed'] {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) => new Gauge({ name: `algotrendy_feed_${name}`, help, labelNames, registers });
  const up = gauge('up', '1 while the stream is up');
  const reconnections = gauge('reconnections', 'Times that the stream came back');
  const bars = gauge('bars', 'Bars since the feed was opened: expected, told in time, asked for, lost, refused, told twice, unlike their trades', ['what']);
  const share = gauge('live_ratio', 'Share of the expected bars that the stream told in time');
  const gaps = gauge('gaps', 'Gaps in the stream', ['of']);
  const trades = gauge('trades', 'Trades by their numbers: missing, told twice, out of order', ['what']);
  const unreadable = gauge('unreadable_frames', 'Frames that could not be read');
  const ahead = gauge('clock_ahead_seconds', 'How far the clock of the venue is ahead');
  const delay = new Histogram({ name: 'algotrendy_feed_trade_delay_seconds', help: 'From a trade until it was heard, by the clock of the venue', buckets: DELAY_BOUNDS_MS.map((ms) => ms / 1_000), registers });
  const counted = new Float64Array(DELAY_BOUNDS_MS.length + 1);
  return ({ connection, reconnections: times, unreadable: frames, quality }, tradeDelays) => {
    up.set(connection === 'up' ? 1 : 0);
    reconnections.set(times);
    unreadable.set(frames);
    const { expected, live, backfilled, lost, refusedBars, repeatedBars, differingBars, barGaps, tradeGaps, missingTrades, fetchedTrades, repeatedTrades, lateTrades, aheadMs } = quality;
    for (const [what, count] of Object.entries({ expected, live, backfilled, lost, refused: refusedBars, repeated: repeatedBars, differing: differingBars })) bars.set({ what }, count);
    if (expected > 0) share.set(live / expected);
    gaps.set({ of: 'bars' }, barGaps);
    gaps.set({ of: 'trades' }, tradeGaps);
    for (const [what, count] of Object.entries({ missing: missingTrades, fetched: fetchedTrades, repeated: repeatedTrades, late: lateTrades })) trades.set({ what }, count);
    if (aheadMs !== undefined) ahead.set(aheadMs / 1_000);
    tradeDelays.forEach((count, at) => {
      // A little above the longest bound stands for all that is longer.
      for (; counted[at] < count; counted[at] += 1) delay.observe((DELAY_BOUNDS_MS[at] ?? 2 * DELAY_BOUNDS_MS[DELAY_BOUNDS_MS.length - 1]) / 1_000);
    });
  };
}
