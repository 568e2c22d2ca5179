import type { Row } from './tick-feed.ts';

/** The book in the plainest words: lots by price. */
export class PlainBook {
  readonly bid = new Map<number, number>();
  readonly ask = new Map<number, number>();

  apply([what, , price, size]: Row): void {
    if (what !== 'bid' && what !== 'ask') return;
    if (size === 0) this[what].delete(price);
    else this[what].set(price, size);
  }

  best(side: 'bid' | 'ask'): number | undefined {
    const prices = [...this[side].keys()];
    return prices.length === 0 ? undefined : side === 'bid' ? Math.max(...prices) : Math.min(...prices);
  }

  /** Lots that a buyer, or seller, finds up to a limit. */
  offered(buy: boolean, limit: number): number {
    let lots = 0;
    for (const [price, size] of buy ? this.ask : this.bid) if (buy ? price <= limit : price >= limit) lots += size;
    return lots;
  }
}

/** A stream of depth and trades around a price that moves; the tick at place i happens at i + 1. */
export function randomTicks(random: () => number, length: number): Row[] {
  const rows: Row[] = [];
  const book = new PlainBook();
  let middle = 1000;
  while (rows.length < length) {
    const ts = rows.length + 1;
    if (random() < 0.1) middle += Math.floor(random() * 7) - 3;
    const buyer = random() < 0.5;
    const best = book.best(buyer ? 'ask' : 'bid');
    let row: Row;
    if (random() < 0.25 && best !== undefined) row = [buyer ? 'buy' : 'sell', ts, best + (random() < 0.2 ? (buyer ? 1 : -1) : 0), 1 + Math.floor(random() * 20)];
    else {
      const side = random() < 0.5 ? 'bid' : 'ask';
      const price = middle + (side === 'bid' ? -1 : 1) * Math.floor(random() * 6) + (side === 'bid' ? 0 : 1);
      row = [side, ts, price, random() < 0.35 ? 0 : 1 + Math.floor(random() * 40)];
    }
    book.apply(row);
    rows.push(row);
  }
  return rows;
}
