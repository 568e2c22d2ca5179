import { cagr, calmar, sharpe, simpleReturns, sortino, volatility } from './returns.ts';
import type { TradeStatistics } from './trades.ts';

/** What a run left behind, to be judged. */
export interface RunRecord {
  /** Equity before the first bar, then at each UTC day's end. */
  readonly dailyEquity: ArrayLike<number>;
  /** Deepest fall at bar closes, as a share of its peak. */
  readonly maxDrawdown: number;
  /** What its finished round trips say. */
  readonly trades: TradeStatistics;
  /** Returns by day in a year: `returnsInYear`. */
  readonly periodsPerYear: number;
}

/**
 * A run in figures: of its daily returns, by the conventions that `returns.ts` states, and of its
 * round trips. Shares are plain numbers (0.1 is 10 %); what is not defined is null.
 */
export interface Performance extends TradeStatistics {
  readonly sharpe: number | null;
  readonly sortino: number | null;
  readonly volatility: number | null;
  readonly cagr: number | null;
  readonly calmar: number | null;
}

/** The figures of a run. */
export function performance({ dailyEquity, maxDrawdown, trades, periodsPerYear }: RunRecord): Performance {
  const returns = simpleReturns(dailyEquity);
  const growth = cagr(dailyEquity, periodsPerYear);
  return {
    sharpe: sharpe(returns, periodsPerYear),
    sortino: sortino(returns, periodsPerYear),
    volatility: volatility(returns, periodsPerYear),
    cagr: growth,
    calmar: calmar(growth, maxDrawdown),
    ...trades,
  };
}
