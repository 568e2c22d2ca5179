import type { Bars } from '../../domain/bar.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';
import type { Drawdown } from '../drawdowns.ts';
import type { Series } from '../sampling.ts';

/** A finished round trip, as the sheet lists it. */
export interface SheetTrip {
  /** Index into the sheet's books. */
  readonly book: number;
  readonly tsEntry: Timestamp;
  readonly tsExit: Timestamp;
  /** Below zero for a short trade. */
  readonly quantity: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly fees: number;
  /** Profit after fees. */
  readonly pnl: number;
  /** What ended it: `target`, `stop`, `take-profit`, `flatten`, `liquidation`, … */
  readonly exit: string;
}

/** A market's price, in at most some thousand bars. */
export interface SheetMarket {
  readonly id: string;
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  readonly bars: Bars;
}

/** One line of a verdict. */
export interface VerdictLine {
  readonly name: string;
  readonly outcome: 'pass' | 'warn' | 'fail' | 'open';
  /** What was found, against what was asked: one sentence. */
  readonly reason: string;
}

/** What was found about a strategy, in one sentence and line by line. */
export interface SheetVerdict {
  readonly outcome: 'pass' | 'fail' | 'open';
  readonly headline: string;
  readonly lines: readonly VerdictLine[];
}

/** How equity may have gone, by simulation: quantiles of it at each moment. */
export interface SheetBand {
  /** What was simulated, in one sentence. */
  readonly about: string;
  readonly timestamps: ArrayLike<number>;
  /** Lines from the lowest share to the highest, among them 0.5. */
  readonly quantiles: readonly { readonly share: number; readonly values: ArrayLike<number> }[];
  /** What it comes to: names and values, written out. */
  readonly facts: readonly Fact[];
}

/** One window of a walk-forward: chosen on one span, traded on the next. */
export interface SheetWindow {
  readonly trainFrom: Timestamp;
  readonly trainTo: Timestamp;
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** Parameters that were chosen, written out. */
  readonly parameters: string;
  /** Annualised Sharpe ratio where it was chosen and where it was traded. */
  readonly sharpeIn: number | null;
  readonly sharpeOut: number | null;
  /** Null where it was begun with nothing. */
  readonly returnOut: number | null;
  readonly trades: number;
}

/** A name with its value, written out. */
export type Fact = readonly [name: string, value: string];

/** Facts that belong together: parameters, data, versions. */
export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

/**
 * Everything that a tear sheet shows: a `RunDetail` of research has most of it, and what is left out
 * is not shown. Money is float64 in `currency`; without a currency the equity is an index.
 */
export interface TearSheet {
  /** `Backtest`, `Walk-forward`, `Paper run`, `Returns`. */
  readonly kind: string;
  readonly title: string;
  /** What was traded. */
  readonly subject: string;
  readonly verdict?: SheetVerdict | undefined;
  /** What else a reader should know, in sentences. */
  readonly warnings?: readonly string[] | undefined;
  readonly currency?: string | undefined;
  /** Daily values in a year. */
  readonly periodsPerYear: number;
  /** Opening equity, before the first day. */
  readonly cash: number;
  /** Equity at the end of each UTC day, named by the day's first moment. */
  readonly daily: Series;
  /** Equity in more detail. */
  readonly equity?: Series | undefined;
  /** Deepest fall as a share of its peak, the longest time below a peak, and the deepest falls, where every moment was looked at; else they are those of the values above, which may be thinned. */
  readonly maxDrawdown?: number | undefined;
  readonly longestDrawdownMs?: number | undefined;
  readonly falls?: readonly Drawdown[] | undefined;
  /** Share of equity that was invested. */
  readonly exposure?: Series | undefined;
  /** What else could have been done: equity on the same days, from the same opening. */
  readonly benchmark?: { readonly name: string; readonly values: ArrayLike<number> } | undefined;
  readonly markets?: readonly SheetMarket[] | undefined;
  readonly books?: readonly { readonly name: string; readonly market: number }[] | undefined;
  /** In order of exit; undefined where nothing is known of trades. */
  readonly trips?: readonly SheetTrip[] | undefined;
  readonly holdings?: readonly { readonly book: number; readonly quantity: number; readonly value: number }[] | undefined;
  readonly turnover?: number | undefined;
  readonly costs?: readonly { readonly kind: string; readonly amount: number }[] | undefined;
  readonly monteCarlo?: SheetBand | undefined;
  readonly windows?: readonly SheetWindow[] | undefined;
  readonly facts: readonly FactGroup[];
  /** The command line that makes the same file again. */
  readonly command: string;
}

/** Equity in the most detail that there is, the opening before it: with the first moment, or a day before the first day's end. */
export function fromOpening({ cash, daily, equity }: TearSheet): Series {
  const { timestamps, values } = equity ?? daily;
  const opening = equity === undefined ? (timestamps[0] ?? 0) - DAY_MS : timestamps[0] ?? 0;
  return { timestamps: Float64Array.from([opening, ...timestamps]), values: Float64Array.from([cash, ...values]) };
}

/** Opening equity and the equity of each day: what returns are measured on. */
export function equityOf({ cash, daily }: TearSheet): Float64Array {
  return Float64Array.from([cash, ...daily.values]);
}
