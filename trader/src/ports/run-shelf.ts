import type { Result } from '../domain/result.ts';
import type { Timestamp } from '../domain/time.ts';

/** A backtest that was kept. */
export interface KeptRun {
  readonly id: string;
  readonly keptAt: Timestamp;
  /** Version of the product that ran it. */
  readonly version: string;
  /** What `backtest --json` prints. */
  readonly report: KeptReport;
}

/** What a backtest came to, as people look at it. Money is a decimal, a share a number (0.1 is 10 %), null where there is nothing to compute one from. */
export interface BacktestFigures {
  readonly strategy: string;
  /** Every parameter with the value used. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** Instrument ids joined by a comma. */
  readonly instrument: string;
  readonly interval: string;
  readonly bars: number;
  /** Opening times of the first and the last bar, ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly cash: string;
  readonly fills: number;
  readonly orders: number;
  readonly denials: number;
  /** Round trips, from flat to flat or through zero. */
  readonly trades: number;
  readonly finalEquity: string;
  /** finalEquity / cash − 1. */
  readonly netReturn: number;
  readonly fees: string;
  /** Annualised by daily UTC returns, √365 crypto, √252 equities; risk-free 0. */
  readonly sharpe: number | null;
  readonly sortino: number | null;
  /** Annualised standard deviation of daily returns, and annual growth; growth ÷ maxDrawdown. */
  readonly volatility: number | null;
  readonly cagr: number | null;
  readonly calmar: number | null;
  /** Largest fall from a peak of the equity at bar closes, as a share of the peak. */
  readonly maxDrawdown: number;
  readonly winRate: number | null;
  /** Gross profit / gross loss over round trips after fees. */
  readonly profitFactor: number | null;
  /** Mean profit of a round trip, account money; mean win ÷ mean loss. */
  readonly expectancy: number | null;
  readonly payoff: number | null;
  /** Share of bars at whose close a position was held. */
  readonly exposure: number;
  /** Σ notional of all fills / starting cash. */
  readonly turnover: number;
  /** How it was filled, charged and sized, as given on the command line. */
  readonly fill: string;
  readonly fee: string;
  readonly sizing: string;
  /** What is to be known about the venue's rules and these bars, in sentences. */
  readonly warnings: readonly string[];
  /** At most 240 equities, evenly spaced from the first bar to the last, for a picture. */
  readonly equityCurve: readonly number[];
  /** What the cash would have been at the same moments, spread evenly over the instruments at their first close and held, without fees; absent from reports of before. */
  readonly benchmarkCurve?: readonly number[];
}

/** What of a report is read here; it holds more. */
export interface KeptReport extends BacktestFigures, Readonly<Record<string, unknown>> {}

/** A round trip of a kept run. */
export interface KeptTrade {
  readonly instrument: string;
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly entryTime: Timestamp;
  readonly exitTime: Timestamp;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly fees: number;
  readonly pnl: number;
}

/** Why a kept run cannot be repeated: there is none, its bars or the product have changed since, or too many are being repeated. */
export interface ShelfError {
  readonly kind: 'not-found' | 'changed' | 'busy';
  readonly message: string;
}

/** The backtests that an installation keeps. What a run did in detail is worked out again, beside everything else. */
export interface RunShelf {
  /** The last one first. */
  list(): readonly KeptRun[];
  get(id: string): KeptRun | undefined;
  /** Every round trip, oldest first. */
  trades(id: string): Promise<Result<readonly KeptTrade[], ShelfError>>;
  /** A page in HTML that stands alone. */
  tearSheet(id: string): Promise<Result<string, ShelfError>>;
  /** Whether there was one. */
  remove(id: string): boolean;
}
