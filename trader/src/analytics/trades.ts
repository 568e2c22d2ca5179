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

/** Statistics of round trips by their profit after fees; one that comes out even is neither won nor lost. */
export function tradeStatistics(pnl: ArrayLike<number>): TradeStatistics {
  let won = 0;
  let lost = 0;
  let gains = 0;
  let losses = 0;
  for (let i = 0; i < pnl.length; i++) {
    const profit = pnl[i];
    if (profit > 0) {
      won += 1;
      gains += profit;
    } else if (profit < 0) {
      lost += 1;
      losses -= profit;
    }
  }
  const count = pnl.length;
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
