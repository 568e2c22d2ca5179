import { ProfitTally } from '../domain/profit-tally.ts';

/** What a set of round trips says; null where there is nothing to divide by. */
export interface TradeStatistics {
  /** Share of trades with a profit above 0. Null without trades. */
  readonly winRate: number | null;
  /** Sum of profits / sum of losses. Null without a loss. */
  readonly profitFactor: number | null;
  /** Mean profit of a trade, in account money. Null without trades. */
  readonly expectancy: number | null;
  /** Mean profit of a winner / mean loss of a loser. Null without one of each. */
  readonly payoff: number | null;
}

/** Statistics of round trips by their profit after fees. */
export function tradeStatistics(pnl: Iterable<number>): TradeStatistics {
  const tally = new ProfitTally();
  for (const profit of pnl) tally.add(profit);
  return talliedStatistics(tally);
}

/** Statistics of round trips that were counted as they ended. */
export function talliedStatistics({ count, won, lost, gains, losses }: ProfitTally): TradeStatistics {
  return {
    winRate: count === 0 ? null : won / count,
    profitFactor: lost === 0 ? null : gains / losses,
    expectancy: count === 0 ? null : (gains - losses) / count,
    payoff: won === 0 || lost === 0 ? null : gains / won / (losses / lost),
  };
}

/**
 * Kelly's share of equity to risk on a trade: win rate − (1 − win rate) / payoff (Kelly 1956, for bets
 * that win `payoff` times what they lose). Below zero the bet is not worth taking. Null without either.
 */
export function kelly(winRate: number | null, payoff: number | null): number | null {
  return winRate === null || payoff === null ? null : winRate - (1 - winRate) / payoff;
}
