import type { Bar } from '../domain/bar.ts';
import { minuteText } from '../domain/calendar.ts';
import type { Timestamp } from '../domain/time.ts';
import type { FeedTrade, TradeHole } from '../ports/market-feed.ts';
import { DelayHistogram } from './delay-histogram.ts';
import { TradeBars } from './trade-bars.ts';

/** What is known of a stream's quality; counts since it was opened, of all instruments together. */
export interface FeedQualityFacts {
  /** Bars that should have come, as far as the venue had any; how many of them the stream told in time, and how many had to be asked for. */
  readonly expected: number;
  readonly live: number;
  readonly backfilled: number;
  /** Bars that came when later ones had been handed out already: lost. */
  readonly lost: number;
  /** Bars missing in the stream, as the next ones or the clock showed: runs of them. */
  readonly barGaps: number;
  /** Bars that came again, and those that cannot be and were asked for instead. */
  readonly repeatedBars: number;
  readonly refusedBars: number;
  /** Trades that are missing, by the venue's numbers, those that came late or were fetched taken off; those that were fetched; and the holes in which they were. */
  readonly missingTrades: number;
  readonly fetchedTrades: number;
  readonly tradeGaps: number;
  readonly repeatedTrades: number;
  /** Trades that came after later ones. */
  readonly lateTrades: number;
  /** Bars of the venue that could be held against all their trades, and those of them that differ. */
  readonly checkedBars: number;
  readonly differingBars: number;
  /** The last bar that differed, in words. */
  readonly difference: string | undefined;
  /** How far the venue's clock is ahead of this machine's; undefined where the venue does not say. */
  readonly aheadMs: number | undefined;
  /** From a trade, by the venue's clock, until it was heard; ms, undefined before the first. */
  readonly tradeDelay: { readonly p50: number; readonly p99: number } | undefined;
  /** From a bar's end until it was heard. */
  readonly barDelay: { readonly p50: number; readonly p99: number } | undefined;
}

/** Sums of decimals in another order differ in their last bits. */
const SUM_ERROR = 1e-9;

/**
 * Watches what a stream tells: what is missing, late, twice or out of order, how old it is when it is
 * heard, and whether the venue's bars are those that its trades make. It changes nothing of it.
 */
export class FeedQuality {
  readonly tradeDelay = new DelayHistogram();
  readonly barDelay = new DelayHistogram();
  readonly #bars: readonly TradeBars[];
  readonly #intervalMs: number;
  /** The venue's bars that wait for the trades behind them, by instrument. */
  readonly #waiting: (Bar | undefined)[] = [];
  #counts = { expected: 0, live: 0, backfilled: 0, lost: 0, barGaps: 0, repeatedBars: 0, refusedBars: 0, missingTrades: 0, fetchedTrades: 0, tradeGaps: 0, repeatedTrades: 0, lateTrades: 0, checkedBars: 0, differingBars: 0 };
  #difference: string | undefined;

  constructor(instruments: number, intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#bars = Array.from({ length: instruments }, () => new TradeBars(intervalMs));
  }

  /** A trade, heard at a moment of the venue's clock. */
  onTrade(instrument: number, trade: FeedTrade, venueNow: Timestamp): void {
    const { kind, missing } = this.#bars[instrument].add(trade);
    this.#counts.missingTrades += missing;
    if (kind === 'early') this.#counts.tradeGaps += 1;
    else if (kind === 'late') this.#counts.lateTrades += 1;
    else if (kind === 'repeated') this.#counts.repeatedTrades += 1;
    if (kind !== 'repeated') this.tradeDelay.add(venueNow - trade.tsEvent);
  }

  /** A trade of a hole, asked for. */
  onFetchedTrade(instrument: number, trade: FeedTrade): void {
    const { kind, missing } = this.#bars[instrument].add(trade);
    if (kind !== 'late') return;
    this.#counts.missingTrades += missing;
    this.#counts.fetchedTrades -= missing;
  }

  /** Which trades of an instrument are missing, the oldest first. */
  holes(instrument: number): readonly TradeHole[] {
    return this.#bars[instrument].holes();
  }

  /** A bar of the stream. It is checked when the next one comes: then the trades at both its edges are known. */
  onBar(instrument: number, bar: Bar, venueNow: Timestamp): void {
    this.barDelay.add(venueNow - bar.timestamp - this.#intervalMs);
    const last = this.#waiting[instrument];
    if (last === undefined || bar.timestamp > last.timestamp) this.#waiting[instrument] = bar;
    if (last !== undefined && bar.timestamp > last.timestamp) this.#check(instrument, last);
  }

  /** A bar was handed out: it was heard in time, or had to be asked for. */
  onReleased(live: boolean): void {
    this.#counts.expected += 1;
    if (live) this.#counts.live += 1;
    else this.#counts.backfilled += 1;
  }

  /** A bar came too late to be handed out. */
  onLost(): void {
    this.#counts.expected += 1;
    this.#counts.lost += 1;
  }

  /** Counts one more of what happens to bars. */
  count(what: 'barGaps' | 'repeatedBars' | 'refusedBars'): void {
    this.#counts[what] += 1;
  }

  facts(aheadMs: number | undefined): FeedQualityFacts {
    return { ...this.#counts, difference: this.#difference, aheadMs, tradeDelay: this.tradeDelay.summary(), barDelay: this.barDelay.summary() };
  }

  #check(instrument: number, told: Bar): void {
    const made = this.#bars[instrument].whole(told.timestamp);
    if (made === undefined) return;
    this.#counts.checkedBars += 1;
    const far = (['open', 'high', 'low', 'close'] as const).find((field) => made[field] !== told[field]) ?? (Math.abs(made.volume - told.volume) > SUM_ERROR * told.volume ? 'volume' : undefined);
    if (far === undefined) return;
    this.#counts.differingBars += 1;
    this.#difference = `bar of ${minuteText(told.timestamp)}: ${far} ${told[far]}, its trades make ${made[far]}`;
  }
}
