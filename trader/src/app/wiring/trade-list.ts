import { finishBacktest } from './backtest.ts';
import { checkRepeated } from './repeated-run.ts';
import type { StoredRun } from './run-store.ts';

/** One finished round trip of a run, by the number that `explain` takes. */
export interface ListedTrade {
  readonly trade: number;
  readonly instrument: string;
  readonly side: 'long' | 'short';
  readonly entry: string;
  readonly exit: string;
  readonly quantity: number;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly fees: number;
  /** Profit after fees. */
  readonly pnl: number;
}

/** The finished trades of a kept run, in order of exit: the object that `explain RUN --json` prints. */
export interface TradeList {
  readonly run: string;
  readonly trades: readonly ListedTrade[];
}

/** Lists the trades of a kept run by running it again. Refuses where it would not be that run. */
export async function listTrades(run: StoredRun, home: string): Promise<TradeList> {
  const finished = await finishBacktest(run.request, { home });
  checkRepeated(run, finished);
  const { engine: { portfolio, books }, markets } = finished;
  const trades = Array.from({ length: portfolio.trades.length }, (_, i): ListedTrade => {
    const { book, tsEntry, tsExit, quantity, entryPrice, exitPrice, fees, pnl } = portfolio.trades.at(i);
    return {
      trade: i + 1, instrument: markets[books[book].instrument].instrument.id, side: quantity > 0 ? 'long' : 'short', entry: new Date(tsEntry).toISOString(), exit: new Date(tsExit).toISOString(),
      quantity: Math.abs(quantity), entryPrice, exitPrice, fees, pnl,
    };
  });
  return { run: run.id, trades };
}
