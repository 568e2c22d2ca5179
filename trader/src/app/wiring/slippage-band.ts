import type { Bar } from '../../domain/bar.ts';
import type { Side } from '../../domain/order.ts';
import type { SlippageBand } from '../../ports/engine-control.ts';
import type { BookLevel } from '../../ports/market-feed.ts';
import { SquareRootImpact } from '../../simulation/slippage.ts';
import type { KeptBook } from './market-depth.ts';

/** Bars that the market is judged by. */
const BARS = 60;
/** The law's coefficient as it was measured: near 1. */
const IMPACT = new SquareRootImpact(1);

/** What a band is worked out from. */
export interface SlippageInputs {
  readonly side: Side;
  /** Base units. */
  readonly quantity: number;
  /** The last price. */
  readonly last: number;
  /** The book as it is known; undefined where there is none. */
  readonly book: KeptBook | undefined;
  /** Bars of this market, oldest first. */
  readonly bars: readonly Bar[];
  readonly priceDecimals: number;
}

/** Where an order that takes what is offered may trade; null before there is anything to judge by. */
export function slippageBand({ side, quantity, last, book, bars, priceDecimals }: SlippageInputs): SlippageBand | null {
  const recent = bars.slice(-BARS);
  if (recent.length === 0) return null;
  const sign = side === 'buy' ? 1 : -1;
  const levels = (side === 'buy' ? book?.asks : book?.bids) ?? [];
  const known = book !== undefined && book.bids.length > 0 && book.asks.length > 0;
  const middle = known ? (book.bids[0].price + book.asks[0].price) / 2 : last;
  const impact = last * mean(recent.map((bar) => IMPACT.share(quantity, bar)));
  const expected = known ? taken(levels, quantity, sign * impact) : last + sign * impact;
  const worst = expected + sign * last * mean(recent.map(({ high, low }) => Math.log(high / low)));
  const told = (price: number) => ({ price: price.toFixed(priceDecimals), cost: (sign * (price - middle) * quantity).toFixed(2) });
  return { expected: told(expected), worst: told(worst), from: known ? 'book' : 'bars' };
}

/** The average price of taking so much off one side; what no known level holds is taken `beyond` the last of them. */
function taken(levels: readonly BookLevel[], quantity: number, beyond: number): number {
  let [left, value] = [quantity, 0];
  for (const level of levels) {
    const here = Math.min(left, level.quantity);
    value += here * level.price;
    left -= here;
    if (left <= 0) return value / quantity;
  }
  return (value + left * (levels[levels.length - 1].price + beyond)) / quantity;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
