import type { PaperMetrics } from './metrics.ts';
import type { PaperTrader } from './wiring/paper.ts';

/** What counters have been told of a run so far: sums since its journal began, per market where there are several. */
interface Counted {
  readonly bars: readonly number[];
  readonly rejected: readonly number[];
  readonly records: number;
  readonly bytes: number;
}

/** Brings the counters and gauges of a run up to date, now and then: none of it costs a decision anything. */
export class RunCounter {
  readonly #metrics: PaperMetrics;
  #counted: Counted | undefined;

  constructor(metrics: PaperMetrics) {
    this.#metrics = metrics;
  }

  count({ journal, run, feed }: PaperTrader): void {
    if (feed.kind === 'live') this.#metrics.setFeed(feed.live.state, feed.live.quality.tradeDelay.counts);
    const { portfolio } = run.engine;
    const { quality } = run.ingest;
    const equity = portfolio.equity();
    this.#metrics.setAccount(equity, 1 - equity / portfolio.curve.peak);
    const now: Counted = {
      bars: quality.map(({ bars }) => bars), rejected: quality.map(({ repeated, malformed }) => repeated + malformed), records: journal.sequence, bytes: journal.bytes,
    };
    const before = this.#counted ?? now;
    this.#counted = now;
    run.markets.forEach(({ instrument }, market) => {
      this.#metrics.onBars(instrument.id, now.bars[market] - before.bars[market]);
      this.#metrics.onBarsRejected(instrument.id, now.rejected[market] - before.rejected[market]);
    });
    this.#metrics.onJournal(now.records - before.records, now.bytes - before.bytes);
  }
}
