import type { BookLevel, FeedBook } from '../../ports/market-feed.ts';

/** A level with its numbers as the venue wrote them, which checksums are made of. */
interface TextLevel extends BookLevel {
  readonly priceText: string;
  readonly quantityText: string;
}

/** A book that is kept by changes of single levels: both sides sorted, the best first. */
export class LevelBook implements FeedBook {
  readonly bids: TextLevel[] = [];
  readonly asks: TextLevel[] = [];

  /** Sets what stands at a price; a quantity of zero takes the level away. */
  set(side: 'bids' | 'asks', priceText: string, quantityText: string): void {
    const levels = this[side];
    const [price, quantity] = [Number(priceText), Number(quantityText)];
    const at = placeOf(levels, price, side === 'bids' ? -1 : 1);
    const there = levels[at]?.price === price;
    if (quantity === 0) levels.splice(at, there ? 1 : 0);
    else levels.splice(at, there ? 1 : 0, { price, quantity, priceText, quantityText });
  }

  /** Forgets all. */
  clear(): void {
    this.bids.length = 0;
    this.asks.length = 0;
  }

  /** Forgets what lies deeper: of a book that is told to a depth nobody says when a level falls out of it. */
  truncate(depth: number): void {
    for (const side of [this.bids, this.asks]) if (side.length > depth) side.length = depth;
  }

  /** Whether a bid stands at or above an ask: what no venue shows at rest. */
  get isCrossed(): boolean {
    return this.bids.length > 0 && this.asks.length > 0 && this.bids[0].price >= this.asks[0].price;
  }
}

/** Where a price stands, or would: the first level that is not better. `sign` is 1 where prices rise. */
function placeOf(levels: readonly TextLevel[], price: number, sign: 1 | -1): number {
  let [low, high] = [0, levels.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((levels[middle].price - price) * sign < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
