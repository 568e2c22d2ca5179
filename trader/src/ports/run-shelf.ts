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

/** What of a report is read here; it holds more. */
export interface KeptReport extends Readonly<Record<string, unknown>> {
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly instrument: string;
  readonly interval: string;
  readonly bars: number;
  readonly from: string;
  readonly to: string;
  readonly cash: string;
  readonly fills: number;
  readonly orders: number;
  readonly denials: number;
  readonly trades: number;
  readonly finalEquity: string;
  readonly netReturn: number;
  readonly fees: string;
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly volatility: number | null;
  readonly cagr: number | null;
  readonly calmar: number | null;
  readonly maxDrawdown: number;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  readonly expectancy: number | null;
  readonly payoff: number | null;
  readonly exposure: number;
  readonly turnover: number;
  readonly fill: string;
  readonly fee: string;
  readonly sizing: string;
  readonly warnings: readonly string[];
  readonly equityCurve: readonly number[];
}

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

/** Why a kept run cannot be repeated: there is none, or its bars or the product have changed since. */
export interface ShelfError {
  readonly kind: 'not-found' | 'changed';
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
